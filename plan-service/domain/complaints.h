// Complaints about decisions and about the plan (pbrl chapter 7, fvl chapter VI).
#ifndef PLAN_SERVICE_DOMAIN_COMPLAINTS_H_
#define PLAN_SERVICE_DOMAIN_COMPLAINTS_H_

#include <string>

#include "absl/status/statusor.h"
#include "individuellplan/plan/v1/care_plan.pb.h"
#include "individuellplan/plan/v1/plan_service.pb.h"
#include "plan-service/domain/act.h"
#include "plan-service/domain/checker.h"

namespace ip::plan {

// Adds a complaint in state RECEIVED with the deadline of its legal basis; late ones are marked,
// never refused, and one may complain about a plan that has ended. A refused service that is
// complained about gets the decision COMPLAINED.
absl::StatusOr<std::string> CreateComplaint(individuellplan::plan::v1::CarePlan& plan,
                                            const Act& act,
                                            const individuellplan::plan::v1::Complaint& complaint,
                                            const RuleSet& rules);

// The owner takes back, the unit does the rest. Errors: PERMISSION_DENIED / NOT_ALLOWED_IN_PLAN.
absl::StatusOr<std::string> ChangeComplaintState(
    individuellplan::plan::v1::CarePlan& plan, const Act& act,
    const individuellplan::plan::v1::ChangeComplaintStateRequest& request);

}  // namespace ip::plan

#endif  // PLAN_SERVICE_DOMAIN_COMPLAINTS_H_
