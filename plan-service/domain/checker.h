// The § 19 a-i checker: what the law demands of a plan's content. Texts, severity and dates are
// data (rules/plan.json); what makes a rule fail is code, found by the rule's name.
#ifndef PLAN_SERVICE_DOMAIN_CHECKER_H_
#define PLAN_SERVICE_DOMAIN_CHECKER_H_

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/civil_time.h"
#include "individuellplan/plan/v1/care_plan.pb.h"
#include "individuellplan/plan/v1/plan_service.pb.h"
#include "plan_rules/rules.pb.h"

namespace ip::plan {

using plan_rules::RuleSet;

class RuleBook {
 public:
  // Reads plan.json in `dir`. Errors: NOT_FOUND; INVALID_ARGUMENT naming what is wrong: JSON,
  // a rule the code does not know, sets out of order.
  static absl::StatusOr<RuleBook> Load(const std::string& dir);
  static absl::StatusOr<RuleBook> Parse(std::string_view json);

  // The set that holds on a day; before the first one, the first.
  const RuleSet& On(absl::CivilDay day) const;

 private:
  plan_rules::RuleFile file_;
};

// All gaps, in the order of the rules.
std::vector<individuellplan::plan::v1::CheckPlanResponse::Finding> CheckSection19(
    const individuellplan::plan::v1::CarePlan& plan, absl::CivilDay today, const RuleSet& rules);

}  // namespace ip::plan

#endif  // PLAN_SERVICE_DOMAIN_CHECKER_H_
