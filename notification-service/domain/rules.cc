#include "notification-service/domain/rules.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>
#include <tuple>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "google/protobuf/util/json_util.h"

namespace ip::notification {
namespace {

absl::Status Wrong(const RuleSet& rules, const Ladder& ladder, const std::string& what) {
  return absl::InvalidArgumentError(absl::StrCat("rule set ", rules.version(), ", ",
                                                 Obligation::Kind_Name(ladder.kind()), ": ", what));
}

absl::Status CheckLadder(const RuleSet& rules, const Ladder& ladder) {
  if (ladder.kind() == Obligation::KIND_UNSPECIFIED) return Wrong(rules, ladder, "kind is missing");
  std::set<std::string> seen;
  // Rungs from the day the duty arose and rungs from the due date are each in order of time.
  int last[2] = {INT32_MIN, INT32_MIN};
  for (const Rung& rung : ladder.rungs()) {
    const auto step = ParseStep(rung.at());
    if (!step.ok()) return Wrong(rules, ladder, std::string(step.status().message()));
    if (!seen.insert(rung.at()).second)
      return Wrong(rules, ladder, absl::StrCat("doubled rung ", rung.at()));
    if (rung.to().empty()) return Wrong(rules, ladder, absl::StrCat(rung.at(), " goes to nobody"));
    if (rung.class_() == individuellplan::notification::rules::CLASS_UNSPECIFIED) {
      return Wrong(rules, ladder, absl::StrCat(rung.at(), " has no class"));
    }
    if (rung.cooldown_days() < 0 || rung.settle_minutes() < 0) {
      return Wrong(rules, ladder, absl::StrCat(rung.at(), " has a negative time"));
    }
    int& before = last[step->from_due ? 1 : 0];
    if (step->offset <= before)
      return Wrong(rules, ladder, absl::StrCat(rung.at(), " is out of order"));
    before = step->offset;
  }
  return absl::OkStatus();
}

template <class Ladders>
absl::Status CheckLadders(const RuleSet& rules, const Ladders& ladders) {
  std::set<int> kinds;
  for (const Ladder& ladder : ladders) {
    if (!kinds.insert(ladder.kind()).second) return Wrong(rules, ladder, "has two ladders");
    if (auto status = CheckLadder(rules, ladder); !status.ok()) return status;
  }
  return absl::OkStatus();
}

using Override = individuellplan::notification::rules::Override;

// How specific an override is; 0 when it does not fit.
int Specificity(const Override& override_, const ObligationEvent& event) {
  int rank = 0;
  const auto fits = [&rank](const std::string& wanted, const std::string& is, int weight) {
    if (!wanted.empty()) rank += weight;
    return wanted.empty() || wanted == is;
  };
  const bool all = fits(override_.municipality_code(), event.municipality_code(), 1) &&
                   fits(override_.plan_type(), event.plan_type(), 2) &&
                   fits(override_.aggregate(), event.aggregate(), 4);
  return all ? rank : 0;
}

template <class Ladders>
const Ladder* LadderIn(const Ladders& ladders, Obligation::Kind kind) {
  for (const Ladder& ladder : ladders) {
    if (ladder.kind() == kind) return &ladder;
  }
  return nullptr;
}

bool IsDay(const std::string& text) {
  absl::CivilDay day;
  return text.size() == 10 && absl::ParseCivilTime(text, &day);
}

}  // namespace

absl::StatusOr<Step> ParseStep(const std::string& at) {
  if (at == "now") return Step{.from_due = false};
  absl::string_view text = at;
  Step step;
  step.from_due = !absl::ConsumePrefix(&text, "open");
  const bool signed_offset = !text.empty() && (text[0] == '-' || text[0] == '+');
  step.working_days = absl::ConsumeSuffix(&text, "wd");
  if ((!step.working_days && !absl::ConsumeSuffix(&text, "d")) || !signed_offset ||
      !absl::SimpleAtoi(text, &step.offset) || step.offset < -400 || step.offset > 400 ||
      (!step.from_due && step.offset <= 0)) {
    return absl::InvalidArgumentError(
        absl::StrCat("\"", at, "\" is no step; write -14d, +2wd, now, open+2wd"));
  }
  return step;
}

absl::StatusOr<RuleSet> ParseRuleSet(const std::string& json) {
  RuleSet rules;
  const auto parsed = google::protobuf::util::JsonStringToMessage(json, &rules);
  if (!parsed.ok()) {
    return absl::InvalidArgumentError(
        absl::StrCat("not a rule set: ", std::string(parsed.message())));
  }
  if (rules.version().empty() || rules.version().size() > 32 || !IsDay(rules.valid_from())) {
    return absl::InvalidArgumentError(
        "a rule set needs a version of at most 32 characters and valid_from as YYYY-MM-DD");
  }
  if (auto status = CheckLadders(rules, rules.ladders()); !status.ok()) return status;
  for (const Override& override_ : rules.overrides()) {
    if (override_.municipality_code().empty() && override_.plan_type().empty() &&
        override_.aggregate().empty()) {
      return absl::InvalidArgumentError(absl::StrCat(
          "rule set ", rules.version(),
          ": an override needs a municipality_code, plan_type or aggregate it holds for"));
    }
    if (auto status = CheckLadders(rules, override_.ladders()); !status.ok()) return status;
  }
  return rules;
}

absl::StatusOr<Rules> Rules::LoadDirectory(const std::string& dir) {
  std::vector<RuleSet> sets;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(dir, error)) {
    if (entry.path().extension() != ".json") continue;
    std::ostringstream text;
    text << std::ifstream(entry.path()).rdbuf();
    auto rules = ParseRuleSet(text.str());
    if (!rules.ok()) {
      return absl::InvalidArgumentError(
          absl::StrCat(entry.path().string(), ": ", rules.status().message()));
    }
    sets.push_back(*std::move(rules));
  }
  if (sets.empty()) return absl::NotFoundError(absl::StrCat("no rule set (*.json) in ", dir));
  return Rules(std::move(sets));
}

Rules::Rules(std::vector<RuleSet> sets) : sets_(std::move(sets)) {
  std::sort(sets_.begin(), sets_.end(), [](const RuleSet& a, const RuleSet& b) {
    return std::tie(a.valid_from(), a.version()) < std::tie(b.valid_from(), b.version());
  });
}

const RuleSet& Rules::On(absl::CivilDay day) const {
  static const RuleSet none;
  const std::string text = absl::FormatCivilTime(day);
  const RuleSet* found = &none;
  for (const RuleSet& rules : sets_) {
    if (rules.valid_from() <= text) found = &rules;
  }
  return *found;
}

const Ladder* FindLadder(const RuleSet& rules, Obligation::Kind kind) {
  return LadderIn(rules.ladders(), kind);
}

const Ladder* FindLadder(const RuleSet& rules, const ObligationEvent& event,
                         Obligation::Kind kind) {
  const Ladder* found = FindLadder(rules, kind);
  int best = 0;
  for (const Override& override_ : rules.overrides()) {
    const Ladder* ladder = LadderIn(override_.ladders(), kind);
    const int rank = ladder == nullptr ? 0 : Specificity(override_, event);
    if (rank <= best) continue;
    best = rank;
    found = ladder;
  }
  return found;
}

std::optional<absl::CivilDay> ToDay(const google::type::Date& date) {
  const absl::CivilDay day(date.year(), date.month(), date.day());
  // A date that is none (31 February) is normalized to another one.
  if (date.year() == 0 || day.month() != date.month() || day.day() != date.day())
    return std::nullopt;
  return day;
}

google::type::Date ToDate(absl::CivilDay day) {
  google::type::Date date;
  date.set_year(static_cast<int>(day.year()));
  date.set_month(day.month());
  date.set_day(day.day());
  return date;
}

}  // namespace ip::notification
