// Evaluations (§ 19 g): planned, moved, held with the owner's own verdict, approved by the owner.
#ifndef PLAN_SERVICE_DOMAIN_EVALUATIONS_H_
#define PLAN_SERVICE_DOMAIN_EVALUATIONS_H_

#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "individuellplan/plan/v1/care_plan.pb.h"
#include "individuellplan/plan/v1/plan_service.pb.h"
#include "plan-service/domain/act.h"
#include "plan-service/domain/checker.h"

namespace ip::plan {

// The planned evaluation with the earliest date; nullptr when none is planned.
const individuellplan::plan::v1::Evaluation* NextEvaluation(
    const individuellplan::plan::v1::CarePlan& plan);

absl::StatusOr<std::string> CreateEvaluation(
    individuellplan::plan::v1::CarePlan& plan, const Act& act,
    const individuellplan::plan::v1::Evaluation& evaluation);

// Answers the successor's name. Errors: FAILED_PRECONDITION / EVALUATION_MOVED_TOO_OFTEN in a plan
// that is not paused.
absl::StatusOr<std::string> RescheduleEvaluation(
    individuellplan::plan::v1::CarePlan& plan, const Act& act,
    const individuellplan::plan::v1::RescheduleEvaluationRequest& request, const RuleSet& rules);

absl::StatusOr<std::string> HoldEvaluation(
    individuellplan::plan::v1::CarePlan& plan, const Act& act,
    const individuellplan::plan::v1::HoldEvaluationRequest& request);

absl::StatusOr<std::string> ApproveEvaluation(
    individuellplan::plan::v1::CarePlan& plan, const Act& act,
    const individuellplan::plan::v1::ActionRequest& request);

// The plan left ACTIVE for good: what is still planned becomes CANCELLED.
void CancelEvaluations(individuellplan::plan::v1::CarePlan& plan, std::string_view reason);

}  // namespace ip::plan

#endif  // PLAN_SERVICE_DOMAIN_EVALUATIONS_H_
