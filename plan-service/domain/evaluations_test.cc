// Evaluations: moved within reason, held whole, and the last one closes the plan.
#include "plan-service/domain/evaluations.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "plan-service/domain/test_plan.h"

namespace ip::plan::testing {
namespace {

using ::testing::HasSubstr;

std::string Text(const absl::Status& status) { return ToRpcStatus(status).DebugString(); }
std::string Reason(const absl::StatusOr<std::string>& result) { return ReasonOf(result.status()); }

TEST(Evaluation, MovingKeepsTheFirstDate) {
  pb::CarePlan plan = ActivePlan();
  const pb::Evaluation old = plan.evaluations(0);
  pb::RescheduleEvaluationRequest request;
  request.set_name(old.name());
  request.set_etag(old.etag());
  request.set_reason("ferie");
  *request.mutable_due_date() = ToDate(OsloDay(kNow) + 70);
  const std::string next = Must(Do(plan, [&](pb::CarePlan& p) {
    return RescheduleEvaluation(p, OwnerAct(), request, RulesNow());
  }));
  EXPECT_EQ(plan.evaluations(0).state(), pb::Evaluation::RESCHEDULED);
  EXPECT_EQ(plan.evaluations(0).successor(), next);
  EXPECT_EQ(ToDay(plan.evaluations(1).first_due_date()), OsloDay(kNow) + 60);
  EXPECT_EQ(plan.evaluations(1).reschedule_count(), 1);
}

TEST(Evaluation, IsMovedThreeTimesAtMostWhileThePlanIsInUse) {
  pb::CarePlan plan = ActivePlan();
  const auto move = [&] {
    const pb::Evaluation& last = *plan.evaluations().rbegin();
    pb::RescheduleEvaluationRequest request;
    request.set_name(last.name());
    request.set_etag(last.etag());
    request.set_reason("ferie");
    *request.mutable_due_date() = ToDate(ToDay(last.due_date()) + 10);
    return Do(plan, [&](pb::CarePlan& p) {
      return RescheduleEvaluation(p, OwnerAct(), request, RulesNow());
    });
  };
  for (int i = 0; i < 3; ++i) Must(move());
  const auto refused = move();
  EXPECT_EQ(Reason(refused), "EVALUATION_MOVED_TOO_OFTEN");
  EXPECT_THAT(Text(refused.status()), HasSubstr("HoldEvaluation"));
  EXPECT_THAT(Text(refused.status()), HasSubstr("2026-05-01"));  // when it was first due
  pb::HoldPlanRequest pause;
  pause.set_etag(plan.etag());
  pause.mutable_hold()->set_reason("innlagt");
  *pause.mutable_hold()->mutable_resume_date() = ToDate(OsloDay(kNow) + 30);
  Must(Do(plan, [&](pb::CarePlan& p) { return HoldPlan(p, OwnerAct(), pause); }));
  Must(move());
  EXPECT_EQ(plan.evaluations().rbegin()->reschedule_count(), 4);
}

pb::HoldEvaluationRequest HeldToday(const pb::Evaluation& evaluation) {
  pb::HoldEvaluationRequest request;
  request.mutable_evaluation()->set_name(evaluation.name());
  request.mutable_evaluation()->set_etag(evaluation.etag());
  *request.mutable_evaluation()->mutable_held_date() = ToDate(OsloDay(kNow));
  request.mutable_evaluation()->set_owner_did_not_wish(true);
  return request;
}

TEST(Evaluation, OnlyAClosingOneLetsThePlanBeCompleted) {
  pb::CarePlan plan = ActivePlan();
  const auto complete = [&] {
    return Do(plan, [&](pb::CarePlan& p) {
      return CompletePlan(p, CoordinatorAct(), Request(p.name(), p.etag()));
    });
  };
  const auto hold = [&](pb::HoldEvaluationRequest request, bool closing) {
    request.set_closing(closing);
    if (!closing) *request.mutable_next_due_date() = ToDate(OsloDay(kNow) + 90);
    Must(Do(plan, [&](pb::CarePlan& p) { return HoldEvaluation(p, CoordinatorAct(), request); }));
  };
  EXPECT_EQ(Reason(complete()), "FINAL_EVALUATION_MISSING");
  hold(HeldToday(plan.evaluations(0)), false);
  const auto refused = complete();
  EXPECT_EQ(Reason(refused), "FINAL_EVALUATION_MISSING");
  EXPECT_THAT(Text(refused.status()), HasSubstr("HoldEvaluation"));
  hold(HeldToday(plan.evaluations(1)), true);
  EXPECT_TRUE(plan.evaluations(1).closing());
  // The group goes on after all: what was final is not any more.
  AddEvaluation(plan, 30);
  hold(HeldToday(plan.evaluations(2)), false);
  EXPECT_EQ(Reason(complete()), "FINAL_EVALUATION_MISSING");
  hold(HeldToday(plan.evaluations(3)), true);
  Must(complete());
  EXPECT_EQ(plan.state(), pb::CarePlan::COMPLETED);
}

TEST(Evaluation, HoldingNeedsEveryActiveGoalTheOwnersWordAndANextDate) {
  pb::CarePlan plan = ActivePlan();
  pb::ChangeGoalStateRequest activate;
  activate.set_name(plan.goals(0).name());
  activate.set_etag(plan.goals(0).etag());
  activate.set_state(pb::Goal::ACTIVE);
  Must(Do(plan, [&](pb::CarePlan& p) { return ChangeGoalState(p, OwnerAct(), activate); }));
  pb::HoldEvaluationRequest request;
  request.mutable_evaluation()->set_name(plan.evaluations(0).name());
  request.mutable_evaluation()->set_etag(plan.evaluations(0).etag());
  *request.mutable_evaluation()->mutable_held_date() = ToDate(OsloDay(kNow));
  auto refused =
      Do(plan, [&](pb::CarePlan& p) { return HoldEvaluation(p, CoordinatorAct(), request); });
  for (const char* field :
       {"evaluation.goal_assessments", "evaluation.owner_statement", "next_due_date"}) {
    EXPECT_THAT(Text(refused.status()), HasSubstr(field));
  }
  auto* assessment = request.mutable_evaluation()->add_goal_assessments();
  assessment->set_goal(plan.goals(0).name());
  assessment->set_owner_verdict(pb::Goal::IMPROVING);
  assessment->set_service_verdict(pb::Goal::NO_CHANGE);
  request.mutable_evaluation()->set_owner_did_not_wish(true);
  *request.mutable_next_due_date() = ToDate(OsloDay(kNow) + 180);
  Must(Do(plan, [&](pb::CarePlan& p) { return HoldEvaluation(p, CoordinatorAct(), request); }));
  EXPECT_EQ(plan.goals(0).achievement(), pb::Goal::IMPROVING);
  EXPECT_EQ(NextEvaluation(plan)->name(), plan.evaluations(1).name());
}

}  // namespace
}  // namespace ip::plan::testing
