// Questions about look-ups, emergency access, purposes, and the log in plain words.
#include "plan-service/domain/oversight.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "plan-service/domain/access_words.h"
#include "plan-service/domain/alarms.h"
#include "plan-service/domain/facts.h"
#include "plan-service/domain/obligations.h"
#include "plan-service/domain/test_plan.h"
#include "plan-service/domain/view.h"

namespace ip::plan::testing {
namespace {

using ::testing::Contains;
using ::testing::Not;
using type::Obligation;

constexpr char kEntry[] = "plans/plan-1/accessLogEntries/00000007";

Caller Doctor() {
  Caller caller;
  caller.person = "persons/doctor";
  caller.role = type::PRACTITIONER;
  caller.organization = "organizations/999990009";
  caller.hpr_number = "9144897";
  caller.display_name = "Liv Berg";
  return caller;
}

Act LeaderAct() { return {"persons/leader", false, false, kNow}; }

pb::AskAboutAccessRequest Question() {
  pb::AskAboutAccessRequest request;
  request.set_name(kEntry);
  request.set_question("Hvorfor så du i planen min?");
  return request;
}

pb::AnswerAccessQuestionRequest Reply() {
  pb::AnswerAccessQuestionRequest request;
  request.set_name(kEntry);
  request.set_answer("Hun var vikar den dagen.");
  return request;
}

absl::StatusOr<std::string> Ask(pb::CarePlan& plan, const Act& act = OwnerAct()) {
  return Do(plan, [&](pb::CarePlan& p) { return AskAboutAccess(p, act, Question()); });
}
absl::StatusOr<std::string> AnswerIt(pb::CarePlan& plan) {
  return Do(plan, [&](pb::CarePlan& p) { return AnswerAccessQuestion(p, LeaderAct(), Reply()); });
}
std::string OpenIt(pb::CarePlan& plan) {
  return Must(Do(plan, [](pb::CarePlan& p) {
    return OpenInEmergency(p, {"persons/doctor", false, false, kNow}, Doctor(), "Bevisstløs");
  }));
}
absl::StatusOr<std::string> Review(pb::CarePlan& plan, const std::string& name, bool justified,
                                   const Act& act = LeaderAct()) {
  pb::ReviewEmergencyAccessRequest request;
  request.set_name(name);
  request.set_justified(justified);
  request.set_comment("Sett på saken.");
  return Do(plan, [&](pb::CarePlan& p) { return ReviewEmergencyAccess(p, act, request); });
}

std::vector<Obligation::Kind> Duties(const pb::CarePlan& plan) {
  std::vector<Obligation::Kind> kinds;
  const auto event = ObligationsOf(plan, OsloDay(kNow));
  for (const auto& duty : event.obligations()) {
    kinds.push_back(duty.kind());
  }
  return kinds;
}

authz::Decision Sees(const pb::CarePlan& plan, const Caller& caller, absl::Duration later = {}) {
  return authz::Decide(type::READ_PLAN, GatherFacts(plan, caller, "", kNow + later));
}

TEST(AskWhy, TheUnitGetsATaskAndItsAnswerEndsIt) {
  pb::CarePlan plan = ActivePlan();
  Must(Ask(plan));
  EXPECT_THAT(Duties(plan), Contains(Obligation::ACCESS_QUESTION));
  EXPECT_THAT(AlarmsOn(plan, OsloDay(kNow), RulesNow()), Contains(pb::CarePlan::ACCESS_QUESTION));
  EXPECT_EQ(ToDay(QuestionAbout(plan, kEntry)->answer_due_date()), OsloDay(kNow) + 14);
  EXPECT_EQ(ReasonOf(Ask(plan).status()), "ACCESS_QUESTION_OPEN");
  Must(AnswerIt(plan));
  EXPECT_EQ(QuestionAbout(plan, kEntry)->answer(), "Hun var vikar den dagen.");
  EXPECT_THAT(Duties(plan), Not(Contains(Obligation::ACCESS_QUESTION)));
  EXPECT_THAT(AlarmsOn(plan, OsloDay(kNow), RulesNow()),
              Not(Contains(pb::CarePlan::ACCESS_QUESTION)));
  EXPECT_EQ(ReasonOf(AnswerIt(plan).status()), "NO_OPEN_QUESTION");
  Must(Ask(plan));  // an answer that explains nothing can be asked about again
  EXPECT_EQ(plan.access_questions_size(), 2);
}

TEST(AskWhy, IsTheOwnersAndSeenByTheOwnersSideAlone) {
  pb::CarePlan plan = ActivePlan();
  EXPECT_EQ(ReasonOf(Ask(plan, CoordinatorAct()).status()), "NOT_ALLOWED_IN_PLAN");
  Must(Ask(plan));
  for (const auto& [reason, seen] : {std::pair("OWNER", 1), std::pair("REPRESENTATIVE", 1),
                                     std::pair("COORDINATOR", 0), std::pair("EMERGENCY", 0)}) {
    pb::CarePlan view = plan;
    MakeView(view, {true, reason, "", authz::AllSections()}, OsloDay(kNow), RulesNow());
    EXPECT_EQ(view.access_questions_size(), seen) << reason;
  }
}

TEST(AskWhy, WaitsEvenWhenThePlanHasEnded) {
  pb::CarePlan plan = ActivePlan();
  Must(Ask(plan));
  plan.set_state(pb::CarePlan::REVOKED);
  EXPECT_THAT(Duties(plan), ::testing::ElementsAre(Obligation::ACCESS_QUESTION));
  EXPECT_THAT(AlarmsOn(plan, OsloDay(kNow), RulesNow()),
              ::testing::ElementsAre(pb::CarePlan::ACCESS_QUESTION));
}

TEST(Emergency, OpensForFourHoursToThatLoginAlone) {
  pb::CarePlan plan = ActivePlan();
  EXPECT_FALSE(Sees(plan, Doctor()).allowed);
  OpenIt(plan);
  EXPECT_EQ(Sees(plan, Doctor()).reason, "EMERGENCY");
  EXPECT_EQ(Sees(plan, Doctor()).sections, authz::AllSections());
  EXPECT_TRUE(Sees(plan, Doctor(), kEmergencyTime - absl::Microseconds(1)).allowed);
  EXPECT_FALSE(Sees(plan, Doctor(), kEmergencyTime).allowed);
  Caller elsewhere = Doctor();
  elsewhere.organization = kOrganization;
  EXPECT_FALSE(Sees(plan, elsewhere).allowed);
  Caller colleague = Doctor();
  colleague.person = "persons/nurse";
  EXPECT_FALSE(Sees(plan, colleague).allowed);
  for (const auto action : {type::EDIT_PLAN, type::CONTRIBUTE, type::GIVE_CONSENT}) {
    EXPECT_FALSE(authz::Decide(action, GatherFacts(plan, Doctor(), "", kNow)).allowed);
  }
}

TEST(Emergency, IsForHealthPersonnelInOthersOpenPlans) {
  pb::CarePlan plan = ActivePlan();
  const auto may_ask = [&](const Caller& caller) {
    return authz::Decide(type::EMERGENCY_ACCESS, GatherFacts(plan, caller, "", kNow)).allowed;
  };
  EXPECT_TRUE(may_ask(Doctor()));
  Caller caller = Doctor();
  caller.hpr_number = "";
  EXPECT_FALSE(may_ask(caller));
  caller = Doctor();
  caller.person = kOwner;
  EXPECT_FALSE(may_ask(caller));
  caller = Doctor();
  caller.role = type::CITIZEN;
  EXPECT_FALSE(may_ask(caller));
  plan.set_state(pb::CarePlan::COMPLETED);
  EXPECT_TRUE(absl::IsNotFound(
      OpenInEmergency(plan, {"persons/doctor", false, false, kNow}, Doctor(), "x").status()));
}

TEST(Emergency, WhoIsShutOutStaysOut) {
  pb::CarePlan plan = ActivePlan();
  OpenIt(plan);
  pb::AccessBlock block;
  block.set_person("persons/doctor");
  Must(Do(plan, [&](pb::CarePlan& p) { return BlockAccess(p, OwnerAct(), block); }));
  EXPECT_FALSE(Sees(plan, Doctor()).allowed);
  EXPECT_FALSE(
      authz::Decide(type::EMERGENCY_ACCESS, GatherFacts(plan, Doctor(), "", kNow)).allowed);
}

TEST(Emergency, IsToldAtOnceAndReviewedOnceBySomebodyElse) {
  pb::CarePlan plan = ActivePlan();
  const std::string name = OpenIt(plan);
  std::vector<std::string> told;
  const auto event = ObligationsOf(plan, OsloDay(kNow));
  for (const auto& duty : event.obligations()) {
    if (duty.kind() != Obligation::EMERGENCY_REVIEW) continue;
    EXPECT_EQ(duty.name(), name);
    EXPECT_FALSE(duty.has_due_date());
    for (const auto& party : duty.parties()) {
      told.push_back(Obligation::Capacity_Name(party.capacity()) + "=" + party.recipient());
    }
  }
  EXPECT_THAT(told, Contains("OWNER=persons/owner"));
  EXPECT_THAT(told, Contains("UNIT_LEADER=units/fjordvik"));
  EXPECT_THAT(AlarmsOn(plan, OsloDay(kNow), RulesNow()), Contains(pb::CarePlan::EMERGENCY_REVIEW));
  EXPECT_EQ(ReasonOf(Review(plan, name, true, {"persons/doctor", false, false, kNow}).status()),
            "NOT_ALLOWED_IN_PLAN");
  Must(Review(plan, name, true));
  EXPECT_TRUE(Sees(plan, Doctor()).allowed);
  EXPECT_THAT(Duties(plan), Not(Contains(Obligation::EMERGENCY_REVIEW)));
  EXPECT_EQ(ReasonOf(Review(plan, name, false).status()), "EMERGENCY_ACCESS_REVIEWED");
}

TEST(Emergency, OneThatWasNotJustifiedEndsAtOnce) {
  pb::CarePlan plan = ActivePlan();
  Must(Review(plan, OpenIt(plan), false));
  EXPECT_FALSE(Sees(plan, Doctor()).allowed);
}

TEST(Purpose, AConsentOpensOnlyForThePurposeItNames) {
  pb::CarePlan plan = ActivePlan();
  Caller helper;
  helper.person = kHelper;
  helper.role = type::PRACTITIONER;
  helper.organization = kOrganization;
  helper.purpose_of_use = "FORSKNING";
  EXPECT_TRUE(
      Sees(plan, helper).allowed);  // a consent without purpose covers the work with the plan
  plan.mutable_consents(1)->set_purpose("SKOLE");
  EXPECT_FALSE(Sees(plan, helper).allowed);
  helper.purpose_of_use = "";
  EXPECT_FALSE(Sees(plan, helper).allowed);
  helper.purpose_of_use = "SKOLE";
  EXPECT_TRUE(Sees(plan, helper).allowed);

  pb::Consent consent = plan.consents(1);
  consent.set_purpose(std::string(65, 'x'));
  EXPECT_EQ(ReasonOf(AddConsent(plan, OwnerAct(), consent, "").status()), "INVALID_REQUEST");
}

TEST(Preview, ShowsWhatAStatedPurposeWouldOpen) {
  pb::CarePlan plan = ActivePlan();
  plan.mutable_consents(1)->set_purpose("SKOLE");
  const auto sees = [&](const pb::Consent* hypothetical, const std::string& purpose) {
    return authz::Decide(type::READ_PLAN, FactsOfParticipant(plan, plan.participants(2),
                                                             hypothetical, purpose, kNow))
        .sections;
  };
  EXPECT_TRUE(sees(nullptr, "").empty());
  EXPECT_TRUE(sees(nullptr, "SKOLE").contains(type::GOALS));
  pb::Consent thought_of;
  thought_of.set_purpose("SKOLE");
  thought_of.add_sections(type::NEEDS);
  EXPECT_TRUE(sees(&thought_of, "").contains(type::GOALS));
  EXPECT_TRUE(sees(&thought_of, "").contains(type::NEEDS));
  *plan.mutable_participants(2)->mutable_period()->mutable_end_date() = ToDate(OsloDay(kNow) - 1);
  EXPECT_TRUE(sees(&thought_of, "").empty())
      << "who has left sees nothing, whatever is consented to";
}

TEST(InWords, SaysWhoSawWhatAndWhy) {
  pb::AccessLogEntry entry;
  entry.set_accessor("persons/helper");
  entry.set_accessor_display_name("Per Vik");
  entry.set_method("GetPlan");
  entry.add_sections(type::OVERVIEW);
  entry.add_sections(type::GOALS);
  entry.add_sections(type::ACTIVITIES);
  entry.set_basis("CONSENT");
  auto words = InWords(entry, "Helse og mestring");
  EXPECT_EQ(words.nb(),
            "Per Vik (Helse og mestring) så oversikten, mål og tiltak med samtykke fra eieren.");
  EXPECT_EQ(words.nn(),
            "Per Vik (Helse og mestring) såg oversikta, mål og tiltak med samtykke frå eigaren.");
  for (const auto section : authz::AllSections()) entry.add_sections(section);
  entry.set_basis("EMERGENCY");
  entry.set_purpose_of_use("Bevisstløs");
  EXPECT_EQ(InWords(entry, "").nb(),
            "Per Vik så hele planen i en nødsituasjon, uten samtykke. Oppgitt grunn: Bevisstløs");
  entry.set_method("RequestEmergencyAccess");
  entry.clear_sections();
  EXPECT_EQ(InWords(entry, "").nn(),
            "Per Vik opna planen i ein naudsituasjon, utan samtykke. Oppgitt grunn: Bevisstløs");
  entry.set_method("ListAccessLogEntries");
  entry.set_basis("UNIT_LEADER");
  entry.clear_accessor_display_name();
  entry.clear_purpose_of_use();
  EXPECT_EQ(InWords(entry, "").nb(),
            "En person uten oppgitt navn så innsynsloggen som leder av koordinerende enhet.");
}

TEST(InWords, EveryBasisAndSectionHasWords) {
  for (int i = type::Section_MIN + 1; i <= type::Section_MAX; ++i) {
    pb::AccessLogEntry entry;
    entry.set_accessor_display_name("N");
    entry.add_sections(static_cast<type::Section>(i));
    EXPECT_NE(InWords(entry, "").nb(), "N så .") << i;
  }
}

}  // namespace
}  // namespace ip::plan::testing
