// The dated rule sets of rules/notices.json.
#ifndef REFERRAL_SERVICE_DOMAIN_RULES_H_
#define REFERRAL_SERVICE_DOMAIN_RULES_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/time/civil_time.h"
#include "referral-service/domain/notice_rules.pb.h"
#include "referral-service/domain/types.h"

namespace ip::referral {

class Rules {
 public:
  // `dir` holds notices.json. Errors: NOT_FOUND when it cannot be read; those of Parse.
  static absl::StatusOr<Rules> Load(const std::string& dir);
  // Errors: INVALID_ARGUMENT naming what is wrong: unknown words, sets that are not in order of
  // date, clocks that cannot be.
  static absl::StatusOr<Rules> Parse(const std::string& json);

  // The set that holds on a day; the oldest one for days before it.
  const rules::RuleSet& On(absl::CivilDay day) const;

 private:
  rules::RuleBook book_;
};

// How many weeks one may complain about a decision that rests on `basis`.
int ComplaintWeeks(const rules::RuleSet& rules, type::LegalBasis basis);

}  // namespace ip::referral

#endif  // REFERRAL_SERVICE_DOMAIN_RULES_H_
