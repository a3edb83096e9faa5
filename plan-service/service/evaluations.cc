#include "plan-service/domain/evaluations.h"

#include "plan-service/service/handlers.h"

namespace ip::plan {

void ServeEvaluations(rpc::Router& router, const Desk& desk) {
  ServeChange<pb::CreateEvaluationRequest, pb::Evaluation>(
      router, desk, kPlanService, "CreateEvaluation", {type::EVALUATIONS},
      [](CarePlan& plan, const Act& act, const pb::CreateEvaluationRequest& request) {
        return CreateEvaluation(plan, act, request.evaluation());
      });
  ServeChange<pb::RescheduleEvaluationRequest, pb::Evaluation>(
      router, desk, kPlanService, "RescheduleEvaluation", {type::EVALUATIONS},
      [&desk](CarePlan& plan, const Act& act, const pb::RescheduleEvaluationRequest& request) {
        return RescheduleEvaluation(plan, act, request, desk.Rules());
      });
  ServeChange<pb::HoldEvaluationRequest, pb::Evaluation>(
      router, desk, kPlanService, "HoldEvaluation", {type::EVALUATIONS}, HoldEvaluation);
  ServeChange<pb::ActionRequest, pb::Evaluation>(router, desk, kPlanService, "ApproveEvaluation",
                                                 {type::EVALUATIONS}, ApproveEvaluation);
}

}  // namespace ip::plan
