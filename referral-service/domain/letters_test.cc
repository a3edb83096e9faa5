#include "referral-service/domain/letters.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <set>

#include "lib/base/errors.h"
#include "referral-service/testing/notices.h"

namespace ip::referral {
namespace {

using testing::By;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using testing::Stored;
using testing::TestReference;
using testing::TestRules;
using L = pb::Letter;
using N = pb::NeedNotice;

const LetterRules& Shipped() {
  static const LetterRules letters = *LetterRules::Load(IP_SOURCE_DIR "/referral-service/rules");
  return letters;
}

LetterSources Sources() { return {Shipped(), TestRules(), TestReference()}; }

L Ask(L::Kind kind, type::Language language = type::NB) {
  L letter;
  letter.set_kind(kind);
  letter.set_language(language);
  return letter;
}

L Draft(const pb::NeedNotice& notice, const L& request) {
  auto letter = DraftLetter(notice, request, Sources(), absl::CivilDay(2026, 11, 2));
  EXPECT_TRUE(letter.ok()) << letter.status();
  return letter.value_or(L());
}

std::string TextOf(const L& letter) {
  std::string text = letter.title();
  for (const auto& paragraph : letter.paragraphs()) text += "\n" + paragraph;
  return text;
}

pb::NeedNotice Rejected() {
  auto notice = Stored(N::REJECTED_NOT_ELIGIBLE);
  auto* decision = notice.mutable_decision();
  decision->set_reasons("Behovet er ikke langvarig.");
  decision->add_legal_bases(type::HOL_7_1);
  decision->set_complaint_information_given(true);
  *decision->mutable_decide_time() = TimestampOf(testing::Noon());
  return notice;
}

pb::NeedNotice Accepted() {
  auto notice = Stored(N::ACCEPTED);
  auto* decision = notice.mutable_decision();
  decision->set_outcome(N::PLAN_AND_COORDINATOR);
  decision->add_legal_bases(type::HOL_7_1);
  decision->add_legal_bases(type::COORD_HOL_7_2);
  *decision->mutable_decide_time() = TimestampOf(testing::Noon());
  notice.mutable_acceptance()->set_step(pb::Acceptance::AWAITING_COORDINATOR);
  notice.mutable_acceptance()->set_coordinator_display_name("Amina Hassan Lie");
  return notice;
}

// Acceptance check 11 of domain.md § 8: a rejection letter lacking complaint info cannot be sent.
TEST(Acceptance, Check11_ARejectionLetterWithoutComplaintInformationCannotBeIssued) {
  const auto issue = [](pb::NeedNotice& notice, const Reference& reference) {
    return IssueLetter(notice, Ask(L::REJECTION), "notices/n1/letters/l1",
                       {Shipped(), TestRules(), reference}, By("IssueLetter"));
  };
  auto untold = Rejected();
  untold.mutable_decision()->set_complaint_information_given(false);
  const auto refused = issue(untold, TestReference());
  EXPECT_EQ(refused.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(ReasonOf(refused), "LETTER_INCOMPLETE");
  EXPECT_THAT(std::string(refused.message()), HasSubstr("complain"));
  EXPECT_THAT(untold.letters(), IsEmpty());
  EXPECT_THAT(Draft(untold, Ask(L::REJECTION)).missing_parts(),
              ElementsAre("COMPLAINT_INFORMATION"));

  auto nowhere_to = Rejected();  // nobody to complain to is known
  nowhere_to.set_unit("units/lyngnes");
  EXPECT_EQ(ReasonOf(issue(nowhere_to, TestReference())), "LETTER_INCOMPLETE");
  EXPECT_THAT(nowhere_to.letters(), IsEmpty());

  auto complete = Rejected();
  ASSERT_TRUE(issue(complete, TestReference()).ok());
  const std::string text = TextOf(complete.letters(0));
  EXPECT_THAT(text, HasSubstr("klage til Statsforvalteren i Vestland"));  // instance
  EXPECT_THAT(text, HasSubstr("4 uker"));                                 // time limit
  EXPECT_THAT(text, HasSubstr("Postboks 1, 5999 Fjordvik"));              // where to
  EXPECT_THAT(text, HasSubstr("skriftlig og undertegnet"));               // form
  EXPECT_THAT(text, HasSubstr("rett til å se dokumentene"));              // fvl § 18
  EXPECT_THAT(text, HasSubstr("Behovet er ikke langvarig."));
  EXPECT_THAT(text, HasSubstr("helse- og omsorgstjenesteloven § 7-1"));
}

TEST(Letters, EveryKindIsCompleteInBothLanguagesWhenTheCaseIs) {
  auto replied = Stored(N::IN_TRIAGE);
  auto* reply = replied.add_preliminary_replies();
  reply->set_reason("Vi venter på epikrisen.");
  *reply->mutable_expected_date() = DateOf(absl::CivilDay(2027, 1, 4));
  const std::map<L::Kind, pb::NeedNotice> cases = {{L::RECEIPT, Stored(N::SUBMITTED)},
                                                   {L::PRELIMINARY_REPLY, replied},
                                                   {L::DECISION, Accepted()},
                                                   {L::REJECTION, Rejected()}};
  for (const auto& [kind, notice] : cases) {
    std::set<std::string> texts;
    for (const auto language : {type::NB, type::NN}) {
      SCOPED_TRACE(L::Kind_Name(kind) + " " + type::Language_Name(language));
      const L letter = Draft(notice, Ask(kind, language));
      EXPECT_THAT(letter.missing_parts(), IsEmpty());
      EXPECT_THAT(TextOf(letter), Not(HasSubstr("{{")));
      for (const auto& part : letter.parts()) {
        for (const auto& paragraph : part.paragraphs()) {
          EXPECT_THAT(paragraph, Not(HasSubstr("  "))) << "a fact is missing";
          EXPECT_THAT(paragraph, Not(HasSubstr(" ."))) << "a fact is missing";
        }
      }
      texts.insert(TextOf(letter));
      auto issued = notice;
      EXPECT_TRUE(IssueLetter(issued, Ask(kind, language), "notices/n1/letters/l1", Sources(),
                              By("IssueLetter"))
                      .ok());
      EXPECT_EQ(issued.letters(0).name(), "notices/n1/letters/l1");
      EXPECT_EQ(issued.history().rbegin()->action(), "IssueLetter");
    }
    EXPECT_EQ(texts.size(), 2U);
  }
}

TEST(Letters, ADraftSaysEverythingThatIsMissing) {
  const L rejection = Draft(Stored(N::IN_TRIAGE), Ask(L::REJECTION));
  EXPECT_THAT(rejection.missing_parts(),
              ElementsAre("DECISION", "REASONS", "LEGAL_BASIS", "COMPLAINT_INFORMATION"));
  EXPECT_THAT(Draft(Stored(N::IN_TRIAGE), Ask(L::PRELIMINARY_REPLY)).missing_parts(),
              ElementsAre("REASON", "EXPECTED_DATE"));
  EXPECT_THAT(Draft(Stored(N::IN_TRIAGE), Ask(L::DECISION)).missing_parts(),
              ElementsAre("DECISION", "LEGAL_BASIS", "COORDINATOR", "COMPLAINT_INFORMATION"));
  EXPECT_THAT(Draft(Rejected(), Ask(L::DECISION)).missing_parts(),
              ElementsAre("DECISION", "COORDINATOR"));
}

TEST(Letters, TheLawOfALetterDecidesTheTimeToComplainTheLongestCounts) {
  auto notice = Rejected();
  notice.mutable_decision()->clear_legal_bases();
  L request = Ask(L::REJECTION, type::NN);
  EXPECT_THAT(Draft(notice, request).missing_parts(),
              ElementsAre("LEGAL_BASIS", "COMPLAINT_INFORMATION"));
  request.add_legal_bases(type::STL_28);
  EXPECT_THAT(TextOf(Draft(notice, request)), HasSubstr("3 veker"));
  request.add_legal_bases(type::HOL_7_1);
  const std::string text = TextOf(Draft(notice, request));
  EXPECT_THAT(text, HasSubstr("4 veker"));
  EXPECT_THAT(text, HasSubstr("sosialtenestelova § 28 og helse- og omsorgstenestelova § 7-1"));
}

TEST(Letters, TheUnitsOwnWordsAreAPartAndNothingInThemIsATemplate) {
  L request = Ask(L::DECISION);
  request.set_own_words("Velkommen & lykke til {{reasons}} <b>");
  EXPECT_THAT(TextOf(Draft(Accepted(), request)),
              HasSubstr("Velkommen & lykke til {{reasons}} <b>"));
  request.set_own_words(std::string(4001, 'x'));
  EXPECT_EQ(
      DraftLetter(Accepted(), request, Sources(), absl::CivilDay(2026, 11, 2)).status().code(),
      absl::StatusCode::kInvalidArgument);
}

TEST(Letters, TheCoordinatorIsAskedUntilTheyHaveAnswered) {
  EXPECT_THAT(TextOf(Draft(Accepted(), Ask(L::DECISION))), HasSubstr("spurt Amina Hassan Lie"));
  auto done = Accepted();
  done.set_state(N::CLOSED_DONE);
  done.mutable_acceptance()->set_step(pb::Acceptance::DONE);
  EXPECT_THAT(TextOf(Draft(done, Ask(L::DECISION))),
              HasSubstr("Amina Hassan Lie er koordinatoren"));
}

// fvl § 27: a minor over 15 is told too, in their own name; pbrl § 4-3: at 16 health is their own.
TEST(Letters, AChildsLettersGoToTheGuardiansFrom15AlsoToTheYoungPersonThenToThemAlone) {
  const auto to = [](absl::CivilDay born, L::Kind kind, type::LegalBasis law) {
    auto notice = kind == L::REJECTION ? Rejected() : Stored(N::SUBMITTED);
    *notice.mutable_subject()->mutable_birth_date() = DateOf(born);
    notice.mutable_decision()->clear_legal_bases();
    L request = Ask(kind);
    if (law != type::LEGAL_BASIS_UNSPECIFIED) request.add_legal_bases(law);
    const L letter = Draft(notice, request);
    return std::vector<int>(letter.addressees().begin(), letter.addressees().end());
  };
  const absl::CivilDay today(2026, 11, 2);  // as Draft
  const auto turned = [&](int years, int days_ago) {
    return absl::CivilDay(today.year() - years, today.month(), today.day()) - days_ago;
  };
  const auto none = type::LEGAL_BASIS_UNSPECIFIED;
  for (const auto law : {none, type::HOL_7_1, type::STL_28}) {
    SCOPED_TRACE(type::LegalBasis_Name(law));
    EXPECT_THAT(to(turned(15, -1), L::REJECTION, law), ElementsAre(L::GUARDIANS));
    EXPECT_THAT(to(turned(15, 0), L::REJECTION, law), ElementsAre(L::PERSON, L::GUARDIANS));
    EXPECT_THAT(to(turned(16, -1), L::REJECTION, law), ElementsAre(L::PERSON, L::GUARDIANS));
    EXPECT_THAT(to(turned(18, 0), L::REJECTION, law), ElementsAre(L::PERSON));
    EXPECT_THAT(to(turned(60, 0), L::REJECTION, law), ElementsAre(L::PERSON));
  }
  EXPECT_THAT(to(turned(16, 0), L::REJECTION, type::HOL_7_1), ElementsAre(L::PERSON));
  EXPECT_THAT(to(turned(16, 0), L::PRELIMINARY_REPLY, none), ElementsAre(L::PERSON));
  EXPECT_THAT(to(turned(18, -1), L::REJECTION, type::STL_28), ElementsAre(L::PERSON, L::GUARDIANS));
  EXPECT_THAT(to(turned(10, 0), L::RECEIPT, none), IsEmpty());  // the notifier's

  // The letter says to whom it goes, so that each knows of the other.
  auto child = Rejected();
  *child.mutable_subject()->mutable_birth_date() = DateOf(turned(15, 10));
  EXPECT_THAT(TextOf(Draft(child, Ask(L::REJECTION))),
              HasSubstr("sendt både til Kari Nordli selv"));
  *child.mutable_subject()->mutable_birth_date() = DateOf(turned(9, 0));
  const std::string text = TextOf(Draft(child, Ask(L::REJECTION, type::NN)));
  EXPECT_THAT(text, HasSubstr("er under 15 år"));
  EXPECT_THAT(text, Not(HasSubstr("sjølv og til dei")));
}

TEST(Letters, OnlyNorwegianAndOnlyKnownKinds) {
  for (const auto& request : {Ask(L::KIND_UNSPECIFIED), Ask(L::RECEIPT, type::EN),
                              Ask(L::RECEIPT, type::LANGUAGE_UNSPECIFIED)}) {
    EXPECT_EQ(
        DraftLetter(Rejected(), request, Sources(), absl::CivilDay(2026, 11, 2)).status().code(),
        absl::StatusCode::kInvalidArgument);
  }
}

TEST(Letters, ABookThatLacksSomethingIsRefused) {
  EXPECT_FALSE(LetterRules::Load("/nowhere").ok());
  EXPECT_FALSE(LetterRules::Parse(R"({"letterSets": []})").ok());
  EXPECT_FALSE(LetterRules::Parse(R"({"letterSets": [{"name": "a",
      "validFrom": {"year": 2022, "month": 8, "day": 1}}]})")
                   .ok());
}

TEST(Letters, DaysAreWrittenOut) {
  EXPECT_EQ(WrittenDay(absl::CivilDay(2026, 11, 2)), "2. november 2026");
  EXPECT_EQ(WrittenDay(absl::CivilDay(2027, 5, 17)), "17. mai 2027");
}

}  // namespace
}  // namespace ip::referral
