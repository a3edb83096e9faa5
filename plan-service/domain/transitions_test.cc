#include "plan-service/domain/transitions.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <tuple>

#include "individuellplan/plan/v1/care_plan.pb.h"
#include "lib/base/errors.h"

namespace ip::plan {
namespace {

using individuellplan::plan::v1::CarePlan;
using individuellplan::plan::v1::Goal;
using ::testing::HasSubstr;

// Every step of every table is allowed, and every other combination of state, action and target is
// refused with the table's reason, the state and the action.
TEST(Transitions, AllowExactlyWhatTheTableHolds) {
  for (const StateTable* table : AllStateTables()) {
    std::set<std::tuple<int, std::string_view, int>> allowed;
    std::set<std::string_view> actions;
    for (const Transition& step : table->transitions) {
      EXPECT_TRUE(allowed.emplace(step.from, step.action, step.to).second) << "twice in the table";
      actions.insert(step.action);
    }
    for (int i = 0; i < table->states->value_count(); ++i) {
      for (int j = 0; j < table->states->value_count(); ++j) {
        for (const std::string_view action : actions) {
          const int from = table->states->value(i)->number();
          const int to = table->states->value(j)->number();
          const absl::Status status = CheckTransition(*table, from, action, to);
          const bool expected = allowed.contains({from, action, to});
          EXPECT_EQ(status.ok(), expected)
              << table->title << " " << from << " " << action << " " << to;
          if (!expected) {
            EXPECT_TRUE(absl::IsFailedPrecondition(status));
            EXPECT_EQ(ReasonOf(status), table->reason);
          }
        }
      }
    }
  }
}

TEST(Transitions, NothingLeavesOrEntersTheUnspecifiedState) {
  for (const StateTable* table : AllStateTables()) {
    for (const Transition& step : table->transitions) {
      EXPECT_NE(step.from, 0) << table->title;
      EXPECT_NE(step.to, 0) << table->title;
    }
  }
}

TEST(Transitions, EndStatesOfThePlanAreFinal) {
  for (const Transition& step : PlanStates().transitions) {
    EXPECT_NE(step.from, CarePlan::ENTERED_IN_ERROR);
    if (step.from == CarePlan::COMPLETED || step.from == CarePlan::REVOKED) {
      EXPECT_EQ(step.to, CarePlan::ENTERED_IN_ERROR);
    }
  }
}

TEST(Transitions, ARefusalNamesStateActionAndWayOut) {
  const absl::Status status =
      CheckTransition(PlanStates(), CarePlan::DRAFT, "CompletePlan", CarePlan::COMPLETED);
  EXPECT_EQ(ReasonOf(status), "PLAN_STATE_FORBIDS_ACTION");
  EXPECT_THAT(std::string(status.message()),
              HasSubstr("CompletePlan is not possible in state DRAFT"));
  EXPECT_THAT(std::string(status.message()),
              HasSubstr("Going to COMPLETED is possible from ACTIVE"));
  EXPECT_THAT(std::string(status.message()), HasSubstr("ActivatePlan"));
  const absl::Status goal =
      CheckTransition(GoalStates(), Goal::ACCEPTED, "ChangeGoalState", Goal::COMPLETED);
  EXPECT_THAT(std::string(goal.message()), HasSubstr("From here it can go to PLANNED, ACTIVE"));
}

TEST(Transitions, RenderAsMarkdown) {
  EXPECT_THAT(RenderStateTables(), HasSubstr("| DRAFT | ActivatePlan | ACTIVE |"));
}

}  // namespace
}  // namespace ip::plan
