// "Ask why", and access in an emergency, as callers meet them.
#include <gtest/gtest.h>

#include "plan-service/service/test_access.h"

namespace ip::plan::testing {
namespace {

TEST_F(Acceptance, TheOwnerAsksWhyAndTheUnitAnswers) {
  const CarePlan plan = Active();
  Must(Read(plan.name(), helper_));
  const std::string entry = Log(plan.name(), owner_).access_log_entries(0).name();
  pb::AskAboutAccessRequest ask;
  ask.set_name(entry);
  ask.set_question("Hvorfor så Per i planen?");
  const auto asked = Must(Access(&AccessStub::AskAboutAccess, ask, owner_));
  EXPECT_EQ(asked.question(), ask.question());
  EXPECT_TRUE(asked.has_ask_time());
  EXPECT_THAT(Duties(plan.name()), Contains(Obligation::ACCESS_QUESTION));
  EXPECT_THAT(UnitAlarms(), Contains(CarePlan::ACCESS_QUESTION));
  EXPECT_EQ(Why(Access(&AccessStub::AskAboutAccess, ask, owner_)), "ACCESS_QUESTION_OPEN");
  ask.set_name(plan.name() + "/accessLogEntries/99999999");
  EXPECT_EQ(Why(Access(&AccessStub::AskAboutAccess, ask, owner_)), "RESOURCE_NOT_FOUND");

  // The leader finds it; who looked learns nothing of the question.
  const auto open = Log(plan.name(), leader_, "question = \"OPEN\"");
  ASSERT_THAT(open.access_log_entries(), SizeIs(1));
  EXPECT_EQ(open.access_log_entries(0).question(), "Hvorfor så Per i planen?");
  EXPECT_THAT(Log(plan.name(), helper_, "question = \"OPEN\"").access_log_entries(), IsEmpty());
  const auto own_rows = Log(plan.name(), helper_);
  for (const auto& own : own_rows.access_log_entries()) {
    EXPECT_EQ(own.question(), "");
  }
  EXPECT_THAT(Must(Read(plan.name(), coordinator_)).access_questions(), IsEmpty());

  pb::AnswerAccessQuestionRequest answer;
  answer.set_name(entry);
  answer.set_answer("Per er med i gruppa di og forberedte møtet.");
  EXPECT_EQ(Why(Access(&AccessStub::AnswerAccessQuestion, answer, case_worker_)),
            "ROLE_NOT_ALLOWED");
  Must(Access(&AccessStub::AnswerAccessQuestion, answer, leader_));
  const auto answered = Log(plan.name(), owner_, "question = \"ANSWERED\"");
  ASSERT_THAT(answered.access_log_entries(), SizeIs(1));
  EXPECT_EQ(answered.access_log_entries(0).answer(), answer.answer());
  EXPECT_THAT(Log(plan.name(), leader_, "question = \"OPEN\"").access_log_entries(), IsEmpty());
  EXPECT_THAT(Duties(plan.name()), Not(Contains(Obligation::ACCESS_QUESTION)));
  EXPECT_THAT(UnitAlarms(), Not(Contains(CarePlan::ACCESS_QUESTION)));
}

TEST_F(Acceptance, OneLookUpIsReadByItsName) {
  const CarePlan plan = Active();
  const Person neighbour = Known("CITIZEN", "", 7);
  const CarePlan other = OpenedFor(neighbour);
  Must(Read(plan.name(), helper_));
  Must(Read(plan.name(), coordinator_));
  const auto named = [](const std::string& name) { return "name = \"" + name + "\""; };
  const std::string theirs = Log(plan.name(), owner_).access_log_entries(0).name();
  const auto found = Log(plan.name(), owner_, named(theirs));
  ASSERT_THAT(found.access_log_entries(), SizeIs(1));
  EXPECT_EQ(found.access_log_entries(0).accessor(), coordinator_.name);
  EXPECT_THAT(
      Log(plan.name(), owner_, named(plan.name() + "/accessLogEntries/999")).access_log_entries(),
      IsEmpty());
  // Another plan's, and others' look-ups, are not there for who may not see them.
  EXPECT_THAT(Log(other.name(), neighbour, named(theirs)).access_log_entries(), IsEmpty());
  EXPECT_THAT(Log(plan.name(), helper_, named(theirs)).access_log_entries(), IsEmpty());
}

TEST_F(Acceptance, AnEmergencyOpensThePlanForFourHoursAndIsReviewed) {
  const CarePlan plan = Active();
  EXPECT_EQ(Why(Emergency(plan.name(), stranger_)), "HPR_NUMBER_MISSING");
  EXPECT_TRUE(absl::IsNotFound(Emergency("plans/none-at-all", Doctor()).status()));
  EXPECT_TRUE(absl::IsNotFound(Emergency("plans/-", Doctor(), stranger_.number).status()));
  const auto opened = Must(Emergency("plans/-", Doctor(), owner_.number));
  EXPECT_EQ(ToTime(opened.expire_time()) - ToTime(opened.create_time()), absl::Hours(4));
  EXPECT_THAT(Duties(plan.name()), Contains(Obligation::EMERGENCY_REVIEW));
  EXPECT_THAT(UnitAlarms(), Contains(CarePlan::EMERGENCY_REVIEW));
  EXPECT_THAT(Must(Read(plan.name(), Doctor())).goals(), SizeIs(1));

  const auto log = Log(plan.name(), owner_);
  EXPECT_EQ(log.access_log_entries(0).basis(), "EMERGENCY");
  EXPECT_THAT(log.access_log_entries(0).summary().nb(), HasSubstr("i en nødsituasjon"));
  EXPECT_THAT(log.access_log_entries(1).summary().nb(),
              HasSubstr("Oppgitt grunn: Bevisstløs på akuttmottaket"));

  pb::ListEmergencyAccessesRequest list;
  list.set_parent(plan.name());
  for (const Person& who : {owner_, leader_}) {
    const auto accesses = Must(Access(&AccessStub::ListEmergencyAccesses, list, who));
    ASSERT_THAT(accesses.emergency_accesses(), SizeIs(1));
    EXPECT_EQ(accesses.emergency_accesses(0).hpr_number(), "9144897");
  }
  EXPECT_THAT(
      Must(Access(&AccessStub::ListEmergencyAccesses, list, coordinator_)).emergency_accesses(),
      IsEmpty());

  pb::ReviewEmergencyAccessRequest review;
  review.set_name(opened.name());
  review.set_comment("Riktig å se etter medisiner.");
  review.set_justified(true);
  EXPECT_TRUE(Must(Access(&AccessStub::ReviewEmergencyAccess, review, leader_)).has_review_time());
  EXPECT_THAT(UnitAlarms(), Not(Contains(CarePlan::EMERGENCY_REVIEW)));
  EXPECT_EQ(Why(Access(&AccessStub::ReviewEmergencyAccess, review, leader_)),
            "EMERGENCY_ACCESS_REVIEWED");
  clock_.Advance(absl::Hours(4));
  EXPECT_TRUE(absl::IsNotFound(Read(plan.name(), Doctor()).status()));
}

TEST_F(Acceptance, AnEmergencyOpensNothingToWhoIsShutOut) {
  const CarePlan plan = Active();
  pb::BlockAccessRequest block;
  block.set_parent(plan.name());
  block.mutable_access_block()->set_person(stranger_.name);
  Must(Access(&AccessStub::BlockAccess, block, owner_));
  EXPECT_TRUE(absl::IsNotFound(Emergency(plan.name(), Doctor()).status()));
}

}  // namespace
}  // namespace ip::plan::testing
