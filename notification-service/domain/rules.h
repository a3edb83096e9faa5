// Reading and choosing rule sets.
#ifndef NOTIFICATION_SERVICE_DOMAIN_RULES_H_
#define NOTIFICATION_SERVICE_DOMAIN_RULES_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/civil_time.h"
#include "individuellplan/type/v1/obligation.pb.h"
#include "notification-service/domain/rules.pb.h"

namespace ip::notification {

using individuellplan::type::v1::Obligation;
using individuellplan::type::v1::ObligationEvent;
using RuleSet = individuellplan::notification::rules::RuleSet;
using Ladder = individuellplan::notification::rules::Ladder;
using Rung = individuellplan::notification::rules::Rung;
using Class = individuellplan::notification::rules::Class;

// A rung's "at", taken apart.
struct Step {
  bool from_due = true;  // otherwise from the day the duty arose
  int offset = 0;
  bool working_days = false;
};

// Errors: INVALID_ARGUMENT for what is none of the forms in rules.proto.
absl::StatusOr<Step> ParseStep(const std::string& at);

// A rule set from proto3 JSON. Errors: INVALID_ARGUMENT naming what is wrong: unknown fields, a
// doubled kind or rung, rungs out of order, a rung without recipient, class or readable `at`, an
// override without scope.
absl::StatusOr<RuleSet> ParseRuleSet(const std::string& json);

// All versions there are.
class Rules {
 public:
  // Errors: those of ParseRuleSet naming the file; NOT_FOUND when the directory has no rule set.
  static absl::StatusOr<Rules> LoadDirectory(const std::string& dir);
  explicit Rules(std::vector<RuleSet> sets);

  // The one that holds on a day; an empty one before the first.
  const RuleSet& On(absl::CivilDay day) const;

 private:
  std::vector<RuleSet> sets_;  // by valid_from
};

// The general ladder of a kind, null when there is none.
const Ladder* FindLadder(const RuleSet& rules, Obligation::Kind kind);

// The ladder that holds for one plan or notice, overrides regarded; null when there is none.
const Ladder* FindLadder(const RuleSet& rules, const ObligationEvent& event, Obligation::Kind kind);

// A calendar date; nothing when it is absent or no date.
std::optional<absl::CivilDay> ToDay(const google::type::Date& date);
google::type::Date ToDate(absl::CivilDay day);

}  // namespace ip::notification

#endif  // NOTIFICATION_SERVICE_DOMAIN_RULES_H_
