#include "referral-service/domain/rules.h"

#include <google/protobuf/util/json_util.h>

#include <fstream>
#include <sstream>

#include "absl/strings/str_cat.h"
#include "referral-service/domain/types.h"

namespace ip::referral {
namespace {

absl::Status Wrong(const std::string& what) {
  return absl::InvalidArgumentError(absl::StrCat("rules of notices: ", what));
}

}  // namespace

absl::StatusOr<Rules> Rules::Load(const std::string& dir) {
  const std::string file = absl::StrCat(dir, "/notices.json");
  std::ifstream in(file);
  if (!in) return absl::NotFoundError(absl::StrCat("cannot read the rules in ", file));
  std::stringstream text;
  text << in.rdbuf();
  return Parse(text.str());
}

absl::StatusOr<Rules> Rules::Parse(const std::string& json) {
  Rules rules;
  const auto parsed = google::protobuf::util::JsonStringToMessage(json, &rules.book_);
  if (!parsed.ok()) return Wrong(std::string(parsed.message()));
  if (rules.book_.rule_sets().empty()) return Wrong("there is no rule set");
  const rules::RuleSet* last = nullptr;
  for (const auto& set : rules.book_.rule_sets()) {
    if (!IsValid(set.valid_from())) return Wrong(absl::StrCat(set.name(), ": no valid_from"));
    if (last && DayOf(last->valid_from()) >= DayOf(set.valid_from())) {
      return Wrong(absl::StrCat(set.name(), ": is not later than the set before it"));
    }
    if (set.amber_days() < 1 || set.deadline_months() < 1) {
      return Wrong(absl::StrCat(set.name(), ": amber_days and deadline_months must be positive"));
    }
    last = &set;
  }
  return rules;
}

const rules::RuleSet& Rules::On(absl::CivilDay day) const {
  const rules::RuleSet* found = &book_.rule_sets(0);
  for (const auto& set : book_.rule_sets()) {
    if (DayOf(set.valid_from()) <= day) found = &set;
  }
  return *found;
}

}  // namespace ip::referral
