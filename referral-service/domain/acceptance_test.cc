#include "referral-service/domain/acceptance.h"

#include <gtest/gtest.h>

#include "lib/base/errors.h"
#include "referral-service/domain/states.h"
#include "referral-service/testing/notices.h"

namespace ip::referral {
namespace {

using A = pb::Acceptance;
using N = pb::NeedNotice;
using testing::By;

pb::CoordinatorCandidate Candidate() {
  pb::CoordinatorCandidate candidate;
  candidate.mutable_identity()->set_national_id("30819000022");
  candidate.set_display_name("Amina Hassan Lie");
  candidate.set_organization("organizations/999990003");
  candidate.set_work_email("amina.lie@fjordvik.example");
  return candidate;
}

pb::Decision Yes(N::Outcome outcome = N::PLAN_AND_COORDINATOR) {
  pb::Decision decision;
  decision.set_outcome(outcome);
  decision.add_legal_bases(type::HOL_7_1);
  return decision;
}

TEST(Acceptance, ACoordinatorWithoutAPlanNeedsALawThatGivesOne) {
  pb::Decision alone = Yes(N::COORDINATOR_ONLY);
  alone.clear_legal_bases();
  alone.add_legal_bases(type::STL_28);
  auto notice = testing::Stored(N::IN_TRIAGE);
  const auto refused = Accept(notice, alone, Candidate(), By("AcceptNotice"));
  EXPECT_EQ(ReasonOf(refused), "DECISION_INCOMPLETE");
  EXPECT_EQ(notice.state(), N::IN_TRIAGE);
  alone.add_legal_bases(type::COORD_HOL_7_2);
  EXPECT_TRUE(Accept(notice, alone, Candidate(), By("AcceptNotice")).ok());
}

TEST(Acceptance, GoesStepByStepToItsEnd) {
  auto notice = testing::Stored(N::IN_TRIAGE);
  ASSERT_TRUE(Accept(notice, Yes(), Candidate(), By("AcceptNotice")).ok());
  EXPECT_EQ(notice.state(), N::ACCEPTED);
  EXPECT_EQ(notice.acceptance().step(), A::OPENING_PLAN);
  EXPECT_EQ(notice.acceptance().coordinator_display_name(), "Amina Hassan Lie");
  const auto advance = By(std::string(kAdvanceAcceptance));
  ASSERT_TRUE(PlanOpened(notice, "plans/p1", advance).ok());
  EXPECT_FALSE(PlanOpened(notice, "plans/p2", advance).ok());
  ASSERT_TRUE(CoordinatorAsked(notice, "plans/p1/coordinatorAppointments/a1", advance).ok());
  EXPECT_TRUE(IsUnfinished(notice));
  ASSERT_TRUE(CoordinatorAnswered(notice, true, By(std::string(kCloseNotice))).ok());
  EXPECT_EQ(notice.state(), N::CLOSED_DONE);
  EXPECT_EQ(notice.acceptance().step(), A::DONE);
  EXPECT_EQ(notice.acceptance().plan(), "plans/p1");
  EXPECT_FALSE(IsUnfinished(notice));
  EXPECT_EQ(notice.history_size(), 5);
}

TEST(Acceptance, AnotherIsNominatedOnlyAfterANo) {
  auto notice = testing::Stored(N::IN_TRIAGE);
  const auto advance = By(std::string(kAdvanceAcceptance));
  ASSERT_TRUE(Accept(notice, Yes(), Candidate(), By("AcceptNotice")).ok());
  EXPECT_EQ(ReasonOf(NominateAnother(notice, Candidate(), By("NominateAnotherCoordinator"))),
            "NOTICE_STATE_FORBIDS_ACTION");
  ASSERT_TRUE(PlanOpened(notice, "plans/p1", advance).ok());
  const std::string first = RequestIdOf(notice);
  ASSERT_TRUE(CoordinatorAsked(notice, "plans/p1/coordinatorAppointments/a1", advance).ok());
  ASSERT_TRUE(CoordinatorAnswered(notice, false, advance).ok());
  EXPECT_EQ(notice.acceptance().step(), A::COORDINATOR_DECLINED);
  EXPECT_EQ(notice.state(), N::ACCEPTED);
  EXPECT_FALSE(IsUnfinished(notice));
  ASSERT_TRUE(NominateAnother(notice, Candidate(), By("NominateAnotherCoordinator")).ok());
  EXPECT_EQ(notice.acceptance().step(), A::NOMINATING);
  EXPECT_EQ(notice.acceptance().appointment(), "");
  EXPECT_NE(RequestIdOf(notice), first);
}

TEST(Acceptance, RequestIdsAreStableUuids) {
  auto notice = testing::Stored(N::IN_TRIAGE);
  ASSERT_TRUE(Accept(notice, Yes(), Candidate(), By("AcceptNotice")).ok());
  const std::string id = RequestIdOf(notice);
  EXPECT_EQ(id, RequestIdOf(notice));
  ASSERT_EQ(id.size(), 36u);
  EXPECT_EQ(id[14], '8');
  ASSERT_TRUE(PlanOpened(notice, "plans/p1", By(std::string(kAdvanceAcceptance))).ok());
  EXPECT_NE(RequestIdOf(notice), id);
}

TEST(Acceptance, NeedsOutcomeLawAndAUsableCandidate) {
  auto notice = testing::Stored(N::IN_TRIAGE);
  EXPECT_EQ(Accept(notice, {}, Candidate(), By("AcceptNotice")).code(),
            absl::StatusCode::kInvalidArgument);
  const auto status = Accept(notice, Yes(), {}, By("AcceptNotice"));
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_NE(std::string(status.message()).find("3 more"), std::string::npos) << status;
  EXPECT_EQ(notice.state(), N::IN_TRIAGE);
}

TEST(Acceptance, AChildCoordinatorIsForChildren) {
  auto notice = testing::Stored(N::IN_TRIAGE);
  *notice.mutable_subject()->mutable_birth_date() = DateOf(absl::CivilDay(2008, 11, 2));
  EXPECT_EQ(ReasonOf(Accept(notice, Yes(N::CHILD_COORDINATOR), Candidate(), By("AcceptNotice"))),
            "DECISION_INCOMPLETE");
  *notice.mutable_subject()->mutable_birth_date() = DateOf(absl::CivilDay(2008, 11, 3));
  EXPECT_TRUE(Accept(notice, Yes(N::CHILD_COORDINATOR), Candidate(), By("AcceptNotice")).ok());
}

}  // namespace
}  // namespace ip::referral
