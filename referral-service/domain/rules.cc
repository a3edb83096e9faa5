#include "referral-service/domain/rules.h"

#include <google/protobuf/util/json_util.h>

#include <algorithm>
#include <fstream>
#include <sstream>

#include "absl/strings/str_cat.h"
#include "referral-service/domain/rule_sets.h"

namespace ip::referral {
namespace {

bool CoversAllLaws(const rules::RuleSet& set) {
  const auto& times = set.complaint_times();
  return !times.empty() && times.rbegin()->legal_bases().empty() &&
         std::all_of(times.begin(), times.end(), [](const auto& t) { return t.weeks() > 0; });
}

}  // namespace

absl::StatusOr<std::string> ReadRuleFile(const std::string& file) {
  std::ifstream in(file);
  if (!in) return absl::NotFoundError(absl::StrCat("cannot read the rules in ", file));
  std::stringstream text;
  text << in.rdbuf();
  return text.str();
}

absl::Status WrongRules(const std::string& set, const std::string& what) {
  return absl::InvalidArgumentError(
      absl::StrCat("rules of notices: ", set, set.empty() ? "" : ": ", what));
}

absl::Status ParseRules(const std::string& json, google::protobuf::Message& book) {
  const auto parsed = google::protobuf::util::JsonStringToMessage(json, &book);
  return parsed.ok() ? absl::OkStatus() : WrongRules("", std::string(parsed.message()));
}

absl::StatusOr<Rules> Rules::Load(const std::string& dir) {
  const auto json = ReadRuleFile(absl::StrCat(dir, "/notices.json"));
  if (!json.ok()) return json.status();
  return Parse(*json);
}

absl::StatusOr<Rules> Rules::Parse(const std::string& json) {
  Rules rules;
  absl::Status status = ParseRules(json, rules.book_);
  if (status.ok()) status = CheckOrder(rules.book_.rule_sets());
  if (!status.ok()) return status;
  for (const auto& set : rules.book_.rule_sets()) {
    if (set.amber_days() < 1 || set.deadline_months() < 1) {
      return WrongRules(set.name(), "amber_days and deadline_months must be positive");
    }
    if (!CoversAllLaws(set)) {
      return WrongRules(set.name(),
                        "complaint_times must be positive and end with the one for all other laws");
    }
  }
  return rules;
}

const rules::RuleSet& Rules::On(absl::CivilDay day) const { return SetOn(book_.rule_sets(), day); }

int ComplaintWeeks(const rules::RuleSet& rules, type::LegalBasis basis) {
  for (const auto& time : rules.complaint_times()) {
    const auto& bases = time.legal_bases();
    const bool fits = std::find(bases.begin(), bases.end(), basis) != bases.end();
    if (fits || bases.empty()) return time.weeks();
  }
  return 0;  // Parse accepts no set whose list does not end with all others
}

}  // namespace ip::referral
