// What is different between two states of a plan.
#ifndef PLAN_SERVICE_DOMAIN_DIFF_H_
#define PLAN_SERVICE_DOMAIN_DIFF_H_

#include <vector>

#include "individuellplan/plan/v1/care_plan.pb.h"
#include "individuellplan/plan/v1/plan_service.pb.h"

namespace ip::plan {

// Field by field, in the order of the fields. Elements with names are compared with themselves,
// wherever they stand; elements without names are there or not. What counts changes or is derived
// (etag, revision, times of update, alarms) is no difference.
std::vector<individuellplan::plan::v1::DiffPlanRevisionsResponse::Change> Diff(
    const individuellplan::plan::v1::CarePlan& before,
    const individuellplan::plan::v1::CarePlan& after);

}  // namespace ip::plan

#endif  // PLAN_SERVICE_DOMAIN_DIFF_H_
