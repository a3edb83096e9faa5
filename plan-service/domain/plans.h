// The plan as a whole: opened with consent, edited, approved by its owner, activated when § 19 is
// met, paused, completed, revoked.
#ifndef PLAN_SERVICE_DOMAIN_PLANS_H_
#define PLAN_SERVICE_DOMAIN_PLANS_H_

#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "individuellplan/plan/v1/care_plan.pb.h"
#include "individuellplan/plan/v1/plan_service.pb.h"
#include "lib/authz/decide.h"
#include "plan-service/domain/act.h"
#include "plan-service/domain/checker.h"

namespace ip::plan {

// A new plan in DRAFT with the owner as participant. `person` is the owner's, made from the
// identity. Whoever acts is the recorder of the consent. Errors: FAILED_PRECONDITION /
// CONSENT_MISSING or CONSENT_NOT_INFORMED.
absl::StatusOr<individuellplan::plan::v1::CarePlan> NewPlan(
    const Act& act, const individuellplan::plan::v1::CreatePlanRequest& request,
    const std::string& name, const std::string& person);

// Errors: PERMISSION_DENIED / OWN_WORDS_ARE_THE_OWNERS for what_matters_most by anybody else.
absl::StatusOr<std::string> UpdatePlan(individuellplan::plan::v1::CarePlan& plan, const Act& act,
                                       const individuellplan::plan::v1::UpdatePlanRequest& request);

// The sections that an update writes in; empty when it is about something that has none.
authz::Sections SectionsOf(const individuellplan::plan::v1::UpdatePlanRequest& request);

absl::StatusOr<std::string> ApprovePlan(individuellplan::plan::v1::CarePlan& plan, const Act& act,
                                        const individuellplan::plan::v1::ActionRequest& request);

// Errors: FAILED_PRECONDITION / PLAN_INCOMPLETE with one violation per blocking finding.
absl::StatusOr<std::string> ActivatePlan(individuellplan::plan::v1::CarePlan& plan, const Act& act,
                                         const individuellplan::plan::v1::ActionRequest& request,
                                         const RuleSet& rules);

absl::StatusOr<std::string> HoldPlan(individuellplan::plan::v1::CarePlan& plan, const Act& act,
                                     const individuellplan::plan::v1::HoldPlanRequest& request);
absl::StatusOr<std::string> ResumePlan(individuellplan::plan::v1::CarePlan& plan, const Act& act,
                                       const individuellplan::plan::v1::ActionRequest& request);
absl::StatusOr<std::string> CompletePlan(individuellplan::plan::v1::CarePlan& plan, const Act& act,
                                         const individuellplan::plan::v1::ActionRequest& request);
// Revoked, or marked as entered in error.
absl::StatusOr<std::string> StopPlan(individuellplan::plan::v1::CarePlan& plan, const Act& act,
                                     const individuellplan::plan::v1::ActionRequest& request,
                                     std::string_view action,
                                     individuellplan::plan::v1::CarePlan::State to);

// Ends a plan: evaluations are cancelled, appointments end, and, unless it was completed, what was
// shared expires.
absl::Status EndPlan(individuellplan::plan::v1::CarePlan& plan, const Act& act,
                     std::string_view action, individuellplan::plan::v1::CarePlan::State to,
                     std::string_view reason);

}  // namespace ip::plan

#endif  // PLAN_SERVICE_DOMAIN_PLANS_H_
