// Activities (§ 19 e, f): whether they happen, who has taken them on, and what was granted.
#ifndef PLAN_SERVICE_DOMAIN_ACTIVITIES_H_
#define PLAN_SERVICE_DOMAIN_ACTIVITIES_H_

#include <string>

#include "absl/status/statusor.h"
#include "individuellplan/plan/v1/care_plan.pb.h"
#include "individuellplan/plan/v1/plan_service.pb.h"
#include "plan-service/domain/act.h"

namespace ip::plan {

// Neither done nor given up.
bool IsOpen(const individuellplan::plan::v1::Activity& activity);

absl::StatusOr<std::string> CreateActivity(individuellplan::plan::v1::CarePlan& plan,
                                           const Act& act,
                                           const individuellplan::plan::v1::Activity& activity);

absl::StatusOr<std::string> UpdateActivity(
    individuellplan::plan::v1::CarePlan& plan, const Act& act,
    const individuellplan::plan::v1::UpdateActivityRequest& request);

// Whoever asks themselves, or the owner for themselves, has accepted by asking.
absl::StatusOr<std::string> RequestActivity(
    individuellplan::plan::v1::CarePlan& plan, const Act& act,
    const individuellplan::plan::v1::RequestActivityRequest& request);

// Answers of the responsible party. Errors: PERMISSION_DENIED / NOT_THE_RESPONSIBLE for all others.
absl::StatusOr<std::string> AcceptActivity(individuellplan::plan::v1::CarePlan& plan,
                                           const Act& act,
                                           const individuellplan::plan::v1::ActionRequest& request);
absl::StatusOr<std::string> DeclineActivity(
    individuellplan::plan::v1::CarePlan& plan, const Act& act,
    const individuellplan::plan::v1::ActionRequest& request);
absl::StatusOr<std::string> ReleaseActivity(
    individuellplan::plan::v1::CarePlan& plan, const Act& act,
    const individuellplan::plan::v1::ActionRequest& request);

// By the responsible, the coordinator or the owner. Errors: FAILED_PRECONDITION /
// ACTIVITY_NOT_COMMITTED or DECISION_MISSING when it cannot begin yet.
absl::StatusOr<std::string> ReportActivityProgress(
    individuellplan::plan::v1::CarePlan& plan, const Act& act,
    const individuellplan::plan::v1::ReportActivityProgressRequest& request);

absl::StatusOr<std::string> RecordActivityDecision(
    individuellplan::plan::v1::CarePlan& plan, const Act& act,
    const individuellplan::plan::v1::RecordActivityDecisionRequest& request);

}  // namespace ip::plan

#endif  // PLAN_SERVICE_DOMAIN_ACTIVITIES_H_
