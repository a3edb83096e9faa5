// What all files of dated rule sets have in common. A set is a message with name and valid_from.
#ifndef REFERRAL_SERVICE_DOMAIN_RULE_SETS_H_
#define REFERRAL_SERVICE_DOMAIN_RULE_SETS_H_

#include <google/protobuf/message.h>

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/time/civil_time.h"
#include "referral-service/domain/types.h"

namespace ip::referral {

// The text of a file. Errors: NOT_FOUND.
absl::StatusOr<std::string> ReadRuleFile(const std::string& file);

// Errors: INVALID_ARGUMENT for what is no such message in proto3 JSON.
absl::Status ParseRules(const std::string& json, google::protobuf::Message& book);

absl::Status WrongRules(const std::string& set, const std::string& what);

// Errors: INVALID_ARGUMENT for no sets, or sets that are not in order of date.
template <class Sets>
absl::Status CheckOrder(const Sets& sets) {
  if (sets.empty()) return WrongRules("", "there is no rule set");
  const auto* last = static_cast<decltype(&sets[0])>(nullptr);
  for (const auto& set : sets) {
    if (!IsValid(set.valid_from())) return WrongRules(set.name(), "no valid_from");
    if (last != nullptr && DayOf(last->valid_from()) >= DayOf(set.valid_from())) {
      return WrongRules(set.name(), "is not later than the set before it");
    }
    last = &set;
  }
  return absl::OkStatus();
}

// The set that holds on a day; the oldest one for days before it.
template <class Sets>
const auto& SetOn(const Sets& sets, absl::CivilDay day) {
  const auto* found = &sets[0];
  for (const auto& set : sets) {
    if (DayOf(set.valid_from()) <= day) found = &set;
  }
  return *found;
}

}  // namespace ip::referral

#endif  // REFERRAL_SERVICE_DOMAIN_RULE_SETS_H_
