// The acceptance checks of the law (domain.md § 8) that belong to plans, named by their numbers.
#include <gtest/gtest.h>

#include "plan-service/service/test_service.h"

namespace ip::plan::testing {
namespace {

using Acceptance = PlanServiceTest;

TEST_F(Acceptance, Check01CreatePlanWithoutConsent) {
  auto request = NewPlanRequest();
  request.clear_consent();
  EXPECT_EQ(Why(Plan(&Stub::CreatePlan, request, service_)), "CONSENT_MISSING");
  EXPECT_EQ(Count("SELECT COUNT(*) FROM plan"), 0);
}

TEST_F(Acceptance, Check02SecondOpenPlan) {
  const CarePlan first = Opened();
  const auto second = Plan(&Stub::CreatePlan, NewPlanRequest(), service_);
  EXPECT_EQ(Why(second), "OPEN_PLAN_EXISTS");
  EXPECT_TRUE(absl::IsAlreadyExists(second.status()));
  EXPECT_THAT(ToRpcStatus(second.status()).DebugString(), HasSubstr(first.name()));
  Must(Plan(&Stub::RevokePlan, Action(first.name(), first.etag()), case_worker_));
  EXPECT_EQ(Why(Plan(&Stub::CreatePlan, NewPlanRequest(), service_)), "OK");
}

TEST_F(Acceptance, Check03ActivateWithoutCGH) {
  const std::string plan = Opened().name();
  Accepted(Nominated(plan));
  const CarePlan draft = Must(Read(plan, coordinator_));
  const auto refused = Plan(&Stub::ActivatePlan, Action(plan, draft.etag()), coordinator_);
  EXPECT_EQ(Why(refused), "PLAN_INCOMPLETE");
  const std::string text = ToRpcStatus(refused.status()).ShortDebugString();
  EXPECT_THAT(text, HasSubstr("19_g"));
  EXPECT_THAT(text, HasSubstr("19_h"));
  EXPECT_THAT(text, Not(HasSubstr("19_c")));
  const auto appointment = Must(Read(plan, case_worker_)).coordinator_appointments(0);
  Must(Plan(&Stub::EndCoordinatorAppointment, Action(appointment.name(), appointment.etag()),
            case_worker_));
  const CarePlan left = Must(Read(plan, owner_));
  EXPECT_THAT(ToRpcStatus(Plan(&Stub::ActivatePlan, Action(plan, left.etag()), owner_).status())
                  .ShortDebugString(),
              HasSubstr("19_c"));
}

TEST_F(Acceptance, Check08CoordinatorLeaves) {
  const CarePlan plan = Active();
  const auto& appointment = plan.coordinator_appointments(0);
  Must(Plan(&Stub::EndCoordinatorAppointment, Action(appointment.name(), appointment.etag()),
            case_worker_));
  const CarePlan after = Must(Read(plan.name(), case_worker_));
  EXPECT_EQ(after.state(), CarePlan::ACTIVE);
  EXPECT_THAT(after.alarms(), Contains(CarePlan::NO_COORDINATOR));
  pb::ListUnitAlertsRequest request;
  request.set_unit("units/fjordvik");
  const auto alerts = Must(Plan(&Stub::ListUnitAlerts, request, leader_));
  ASSERT_FALSE(alerts.alerts().empty());
  EXPECT_EQ(alerts.alerts(0).alarm(), CarePlan::NO_COORDINATOR);
  type::GetObligationsRequest duties;
  duties.set_aggregate(plan.name());
  const auto event =
      Must(Call(*feed_stub_, &pb::PlanFeedService::Stub::GetObligations, duties, service_));
  EXPECT_THAT(event.ShortDebugString(), HasSubstr("COORDINATOR_VACANCY"));
  request.set_unit("units/other");
  EXPECT_TRUE(absl::IsNotFound(Plan(&Stub::ListUnitAlerts, request, leader_).status()));
}

TEST_F(Acceptance, Check13CorrectionKeepsTheOldText) {
  const std::string plan = Opened().name();
  const pb::Goal goal = Wished(plan);
  const absl::Time then = clock_.Now();
  clock_.Advance(absl::Hours(1));
  pb::UpdateGoalRequest update;
  update.mutable_goal()->set_name(goal.name());
  update.mutable_goal()->mutable_own_words()->set_text("Jeg vil lage mat selv");
  Must(Plan(&Stub::UpdateGoal, update, owner_));
  EXPECT_EQ(Must(Read(plan, owner_)).goals(0).own_words().text(), "Jeg vil lage mat selv");
  pb::GetPlanRequest as_of;
  as_of.set_name(plan);
  *as_of.mutable_as_of_time() = ToTimestamp(then);
  EXPECT_EQ(Must(Plan(&Stub::GetPlan, as_of, owner_)).goals(0).own_words().text(),
            "Jeg vil handle selv");
  pb::ListPlanRevisionsRequest history;
  history.set_name(plan);
  const auto revisions = Must(Plan(&Stub::ListPlanRevisions, history, owner_));
  ASSERT_THAT(revisions.revisions(), SizeIs(3));
  EXPECT_EQ(revisions.revisions(0).action(), "UpdateGoal");
  EXPECT_EQ(revisions.revisions(0).actor(), owner_.name);
}

TEST_F(Acceptance, Check14OwnersWordsAreTheOwners) {
  const std::string plan = Opened().name();
  Accepted(Nominated(plan));
  pb::UpdateGoalRequest update;
  update.mutable_goal()->set_name(Wished(plan).name());
  update.mutable_goal()->mutable_own_words()->set_text("Noe annet");
  const auto refused = Plan(&Stub::UpdateGoal, update, coordinator_);
  EXPECT_EQ(Why(refused), "OWN_WORDS_ARE_THE_OWNERS");
  EXPECT_TRUE(absl::IsPermissionDenied(refused.status()));
}

}  // namespace
}  // namespace ip::plan::testing
