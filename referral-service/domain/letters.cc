#include "referral-service/domain/letters.h"

#include <algorithm>
#include <array>
#include <vector>

#include "absl/strings/str_cat.h"
#include "lib/base/clock.h"
#include "lib/base/errors.h"
#include "referral-service/domain/letter_facts.h"
#include "referral-service/domain/rule_sets.h"
#include "referral-service/domain/states.h"
#include "referral-service/domain/text.h"

namespace ip::referral {
namespace {

using L = pb::Letter;

constexpr size_t kMaxOwnWords = 4000;

const std::string& In(type::Language language, const type::LocalizedText& text) {
  return language == type::NN ? text.nn() : text.nb();
}

bool InBoth(const type::LocalizedText& text) { return !text.nb().empty() && !text.nn().empty(); }

const rules::LetterTemplate* TemplateOf(const rules::LetterSet& set, L::Kind kind) {
  for (const auto& letter : set.letters()) {
    if (letter.kind() == kind) return &letter;
  }
  return nullptr;
}

absl::Status CheckPart(const rules::LetterSet& set, const rules::PartTemplate& part) {
  const bool heading = !part.has_heading() || InBoth(part.heading());
  if (!heading || part.paragraphs().empty() ||
      !std::all_of(part.paragraphs().begin(), part.paragraphs().end(), InBoth)) {
    return WrongRules(set.name(), absl::StrCat(part.name(), " lacks a text in nb or nn"));
  }
  for (const auto& fact : part.needs()) {
    if (!IsFact(fact)) return WrongRules(set.name(), absl::StrCat("there is no fact ", fact));
  }
  if (!part.needs().empty() && !part.optional() && part.way_out().empty()) {
    return WrongRules(set.name(), absl::StrCat(part.name(), " says no way out"));
  }
  return absl::OkStatus();
}

absl::Status CheckTerms(const rules::LetterSet& set,
                        const google::protobuf::EnumDescriptor& names) {
  for (int i = 1; i < names.value_count(); ++i) {
    for (const auto language : {type::NB, type::NN}) {
      if (TermOf(set, names.value(i)->name(), language).empty()) {
        return WrongRules(set.name(),
                          absl::StrCat("the term ", names.value(i)->name(), " is missing"));
      }
    }
  }
  return absl::OkStatus();
}

absl::Status CheckSet(const rules::LetterSet& set) {
  for (int i = 1; i < L::Kind_descriptor()->value_count(); ++i) {
    const auto kind = static_cast<L::Kind>(L::Kind_descriptor()->value(i)->number());
    const auto* letter = TemplateOf(set, kind);
    if (letter == nullptr || !InBoth(letter->title())) {
      return WrongRules(set.name(), absl::StrCat(L::Kind_Name(kind), " is missing"));
    }
    for (const auto& part : letter->parts()) {
      if (absl::Status status = CheckPart(set, part); !status.ok()) return status;
    }
  }
  const auto& minors = set.minors();
  if (minors.own_letter_years() < 1 || minors.own_affair_years() < minors.own_letter_years() ||
      minors.of_age_years() < minors.own_affair_years()) {
    return WrongRules(set.name(), "minors: the three ages must be there and in order");
  }
  absl::Status status = CheckTerms(set, *type::LegalBasis_descriptor());
  return status.ok() ? CheckTerms(set, *pb::NeedNotice::Outcome_descriptor()) : status;
}

absl::Status CheckRequest(const L& request) {
  Violations wrong;
  if (request.kind() == L::KIND_UNSPECIFIED) wrong.Add("letter.kind", "Required.");
  if (request.language() != type::NB && request.language() != type::NN) {
    wrong.Add("letter.language", "Required: NB or NN, the languages that letters are written in.");
  }
  if (Length(request.own_words()) > kMaxOwnWords) {
    wrong.Add("letter.own_words",
              absl::StrCat("At most ", kMaxOwnWords, " characters; shorten it."));
  }
  return wrong.ToStatus();
}

// The laws a letter rests on: those of the decision, else those it names itself.
const google::protobuf::RepeatedField<int>& LawsOf(const pb::NeedNotice& notice, const L& letter) {
  const auto& decided = notice.decision().legal_bases();
  return decided.empty() ? letter.legal_bases() : decided;
}

std::vector<L::Addressee> AddresseesOf(const pb::NeedNotice& notice, const L& letter,
                                       const rules::MinorRule& minors, absl::CivilDay today) {
  if (letter.kind() == L::RECEIPT) return {};
  const auto& birth = notice.subject().birth_date();
  if (!IsValid(birth)) return {L::PERSON};
  const auto& own = minors.own_affair_laws();
  const auto& laws = LawsOf(notice, letter);
  const bool own_affair = std::all_of(laws.begin(), laws.end(), [&](int law) {
    return std::find(own.begin(), own.end(), law) != own.end();
  });
  const int alone = own_affair ? minors.own_affair_years() : minors.of_age_years();
  if (Birthday(birth, alone) <= today) return {L::PERSON};
  if (Birthday(birth, minors.own_letter_years()) > today) return {L::GUARDIANS};
  return {L::PERSON, L::GUARDIANS};
}

bool Lacks(const rules::PartTemplate& part, const LetterFacts& facts) {
  return !std::all_of(part.needs().begin(), part.needs().end(),
                      [&](const std::string& fact) { return facts.contains(fact); });
}

void AddPart(const rules::PartTemplate& from, const LetterFacts& facts, L& letter) {
  auto* part = letter.add_parts();
  part->set_name(from.name());
  part->set_legal_source(from.legal_source());
  part->set_heading(In(letter.language(), from.heading()));
  for (const auto& text : from.paragraphs()) {
    part->add_paragraphs(FillIn(In(letter.language(), text), facts));
    letter.add_paragraphs(*part->paragraphs().rbegin());
  }
}

absl::Status Incomplete(const L& letter, const rules::LetterTemplate& from) {
  std::vector<Precondition> missing;
  for (const auto& name : letter.missing_parts()) {
    for (const auto& part : from.parts()) {
      if (part.name() == name) missing.push_back({name, part.field(), part.way_out()});
    }
  }
  return PreconditionsFailed(
      "LETTER_INCOMPLETE",
      absl::StrCat("The letter cannot be issued yet: ", missing.front().description), missing);
}

}  // namespace

absl::StatusOr<LetterRules> LetterRules::Load(const std::string& dir) {
  const auto json = ReadRuleFile(absl::StrCat(dir, "/letters.json"));
  if (!json.ok()) return json.status();
  return Parse(*json);
}

absl::StatusOr<LetterRules> LetterRules::Parse(const std::string& json) {
  LetterRules rules;
  absl::Status status = ParseRules(json, rules.book_);
  if (status.ok()) status = CheckOrder(rules.book_.letter_sets());
  for (const auto& set : rules.book_.letter_sets()) {
    if (status.ok()) status = CheckSet(set);
  }
  if (!status.ok()) return status;
  return rules;
}

const rules::LetterSet& LetterRules::On(absl::CivilDay day) const {
  return SetOn(book_.letter_sets(), day);
}

std::string TermOf(const rules::LetterSet& set, std::string_view name, type::Language language) {
  for (const auto& term : set.terms()) {
    if (term.name() == name) return In(language, term.text());
  }
  return "";
}

std::string WrittenDay(absl::CivilDay day) {
  static constexpr std::array kMonths = {"januar",    "februar", "mars",     "april",
                                         "mai",       "juni",    "juli",     "august",
                                         "september", "oktober", "november", "desember"};
  return absl::StrCat(day.day(), ". ", kMonths[static_cast<size_t>(day.month() - 1)], " ",
                      day.year());
}

absl::StatusOr<L> DraftLetter(const pb::NeedNotice& notice, const L& request,
                              const LetterSources& sources, absl::CivilDay today) {
  if (absl::Status status = CheckRequest(request); !status.ok()) return status;
  const rules::LetterSet& set = sources.letters.On(today);
  L letter;
  letter.set_kind(request.kind());
  letter.set_language(request.language());
  letter.set_own_words(request.own_words());
  *letter.mutable_legal_bases() = request.legal_bases();
  for (const auto addressee : AddresseesOf(notice, letter, set.minors(), today)) {
    letter.add_addressees(addressee);
  }
  const LetterFacts facts = FactsFor(notice, letter, set, sources);
  const auto& from = *TemplateOf(set, request.kind());
  letter.set_title(FillIn(In(request.language(), from.title()), facts));
  for (const auto& part : from.parts()) {
    if (!Lacks(part, facts)) {
      AddPart(part, facts, letter);
    } else if (!part.optional()) {
      letter.add_missing_parts(part.name());
    }
  }
  return letter;
}

absl::Status IssueLetter(pb::NeedNotice& notice, const L& request, const std::string& name,
                         const LetterSources& sources, const Step& step) {
  const absl::CivilDay today = OsloDay(step.now);
  auto letter = DraftLetter(notice, request, sources, today);
  if (!letter.ok()) return letter.status();
  if (absl::Status status = CheckState(notice, step.action); !status.ok()) return status;
  if (!letter->missing_parts().empty()) {
    return Incomplete(*letter, *TemplateOf(sources.letters.On(today), request.kind()));
  }
  letter->set_name(name);
  *letter->mutable_issue_time() = TimestampOf(step.now);
  *notice.add_letters() = *std::move(letter);
  return Advance(notice, step);
}

}  // namespace ip::referral
