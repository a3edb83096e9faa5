#include "referral-service/domain/letter_facts.h"

#include <algorithm>
#include <array>
#include <kainjow/mustache.hpp>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "lib/base/clock.h"
#include "referral-service/domain/legal_clock.h"
#include "referral-service/domain/text.h"

namespace ip::referral {
namespace {

using N = pb::NeedNotice;

constexpr std::array kNames = {"unit_name",
                               "unit_phone",
                               "unit_address",
                               "county_governor",
                               "patient_ombud",
                               "person_name",
                               "notifier_name",
                               "reference",
                               "submit_date",
                               "deadline_date",
                               "preliminary_reason",
                               "preliminary_date",
                               "accepted",
                               "rejected",
                               "outcome",
                               "decide_date",
                               "reasons",
                               "legal_bases",
                               "complaint_weeks",
                               "complaint_information_given",
                               "coordinator_name",
                               "own_words",
                               "coordinator_accepted",
                               "to_guardians",
                               "to_both"};

class Facts {
 public:
  void Say(const char* name, const std::string& value) {
    if (!IsBlank(value)) facts_[name] = value;
  }
  void Flag(const char* name, bool on) {
    if (on) facts_[name] = "yes";
  }
  LetterFacts Take() { return std::move(facts_); }

 private:
  LetterFacts facts_;
};

// "a, b og c"
std::string Joined(const std::vector<std::string>& words, const std::string& last_word) {
  if (words.size() < 2) return absl::StrJoin(words, "");
  return absl::StrCat(absl::StrJoin(words.begin(), words.end() - 1, ", "), " ", last_word, " ",
                      words.back());
}

void SayUnit(const type::Unit& unit, Facts& facts) {
  facts.Say("unit_name", unit.display_name());
  facts.Say("unit_phone", unit.phone());
  facts.Say("unit_address", unit.postal_address());
  facts.Say("county_governor", unit.county_governor());
  facts.Say("patient_ombud", unit.patient_ombud());
}

void SayDecision(const pb::NeedNotice& notice, const pb::Letter& letter,
                 const rules::LetterSet& set, const Rules& rules, Facts& facts) {
  const auto& decision = notice.decision();
  facts.Flag("accepted", notice.state() == N::ACCEPTED || notice.state() == N::CLOSED_DONE);
  facts.Flag("rejected", notice.state() == N::REJECTED_NOT_ELIGIBLE);
  facts.Flag("complaint_information_given", decision.complaint_information_given());
  facts.Flag("coordinator_accepted", notice.acceptance().step() == pb::Acceptance::DONE);
  facts.Say("coordinator_name", notice.acceptance().coordinator_display_name());
  facts.Say("outcome", TermOf(set, N::Outcome_Name(decision.outcome()), letter.language()));
  facts.Say("reasons", decision.reasons());
  if (!decision.has_decide_time()) return;
  const absl::CivilDay day = OsloDay(TimeOf(decision.decide_time()));
  facts.Say("decide_date", WrittenDay(day));
  const auto& bases =
      decision.legal_bases().empty() ? letter.legal_bases() : decision.legal_bases();
  std::vector<std::string> laws;
  int weeks = 0;  // of several laws the one that gives more time counts
  for (const int basis : bases) {
    const auto law = static_cast<type::LegalBasis>(basis);
    laws.push_back(TermOf(set, type::LegalBasis_Name(law), letter.language()));
    weeks = std::max(weeks, ComplaintWeeks(rules.On(day), law));
  }
  facts.Say("legal_bases", Joined(laws, TermOf(set, "AND", letter.language())));
  if (weeks > 0) facts.Say("complaint_weeks", absl::StrCat(weeks));
}

}  // namespace

LetterFacts FactsFor(const pb::NeedNotice& notice, const pb::Letter& letter,
                     const rules::LetterSet& set, const LetterSources& sources) {
  Facts facts;
  if (const auto* unit = sources.reference.FindUnit(notice.unit())) SayUnit(*unit, facts);
  facts.Say("person_name", notice.subject().display_name());
  facts.Say("notifier_name", notice.notifier().display_name());
  facts.Say("reference", notice.name().substr(notice.name().rfind('/') + 1));
  facts.Say("own_words", letter.own_words());
  const auto& addressees = letter.addressees();
  facts.Flag("to_guardians", addressees.size() == 1 && addressees[0] == pb::Letter::GUARDIANS);
  facts.Flag("to_both", addressees.size() == 2);
  if (notice.has_clock()) {
    facts.Say("submit_date", WrittenDay(OsloDay(TimeOf(notice.clock().start_time()))));
    facts.Say("deadline_date", WrittenDay(DayOf(notice.clock().deadline_date())));
  }
  if (!notice.preliminary_replies().empty()) {
    const auto& reply = *notice.preliminary_replies().rbegin();
    facts.Say("preliminary_reason", reply.reason());
    facts.Say("preliminary_date", WrittenDay(DayOf(reply.expected_date())));
  }
  SayDecision(notice, letter, set, sources.rules, facts);
  return facts.Take();
}

std::string FillIn(const std::string& text, const LetterFacts& facts) {
  kainjow::mustache::mustache filled(text);
  filled.set_custom_escape([](const std::string& plain) { return plain; });
  kainjow::mustache::data data;
  for (const auto& [name, value] : facts) data.set(name, value);
  return filled.render(data);
}

bool IsFact(const std::string& name) {
  return std::find(kNames.begin(), kNames.end(), name) != kNames.end();
}

}  // namespace ip::referral
