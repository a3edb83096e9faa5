#include "plan-service/domain/goals.h"

#include "plan-service/domain/complaints.h"
#include "plan-service/service/handlers.h"

namespace ip::plan {

void ServeGoals(rpc::Router& router, const Desk& desk) {
  ServeChange<pb::CreateGoalRequest, pb::Goal>(
      router, desk, kPlanService, "CreateGoal", {type::GOALS},
      [](CarePlan& plan, const Act& act, const pb::CreateGoalRequest& request) {
        return CreateGoal(plan, act, request.goal());
      });
  ServeChange<pb::UpdateGoalRequest, pb::Goal>(router, desk, kPlanService, "UpdateGoal",
                                               {type::GOALS}, UpdateGoal);
  ServeChange<pb::ActionRequest, pb::Goal>(
      router, desk, kPlanService, "AcceptGoal", {type::GOALS},
      [](CarePlan& plan, const Act& act, const pb::ActionRequest& request) {
        return AnswerGoal(plan, act, request, true);
      });
  ServeChange<pb::ActionRequest, pb::Goal>(
      router, desk, kPlanService, "RejectGoal", {type::GOALS},
      [](CarePlan& plan, const Act& act, const pb::ActionRequest& request) {
        return AnswerGoal(plan, act, request, false);
      });
  ServeChange<pb::ChangeGoalStateRequest, pb::Goal>(router, desk, kPlanService, "ChangeGoalState",
                                                    {type::GOALS}, ChangeGoalState);
  ServeChange<pb::CreateCommentRequest, pb::Comment>(
      router, desk, kPlanService, "CreateComment", {type::GOALS},
      [](CarePlan& plan, const Act& act, const pb::CreateCommentRequest& request) {
        return CreateComment(plan, act, request.comment());
      });
  ServeChange<pb::CreateObjectionRequest, pb::Objection>(
      router, desk, kPlanService, "CreateObjection", {type::GOALS},
      [](CarePlan& plan, const Act& act, const pb::CreateObjectionRequest& request) {
        return CreateObjection(plan, act, request.objection());
      });
  ServeChange<pb::ActionRequest, pb::Objection>(router, desk, kPlanService, "WithdrawObjection",
                                                {type::GOALS}, WithdrawObjection);
  ServeChange<pb::CreateComplaintRequest, pb::Complaint>(
      router, desk, kPlanService, "CreateComplaint", {type::DECISIONS},
      [&desk](CarePlan& plan, const Act& act, const pb::CreateComplaintRequest& request) {
        return CreateComplaint(plan, act, request.complaint(), desk.Rules());
      });
  ServeChange<pb::ChangeComplaintStateRequest, pb::Complaint>(
      router, desk, kPlanService, "ChangeComplaintState", {type::DECISIONS}, ChangeComplaintState);
}

}  // namespace ip::plan
