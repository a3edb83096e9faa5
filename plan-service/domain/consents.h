// Consent, blocks and representation (§ 19 h; pbrl chapters 4 and 5).
#ifndef PLAN_SERVICE_DOMAIN_CONSENTS_H_
#define PLAN_SERVICE_DOMAIN_CONSENTS_H_

#include <string>

#include "absl/status/statusor.h"
#include "individuellplan/plan/v1/access_service.pb.h"
#include "individuellplan/plan/v1/care_plan.pb.h"
#include "individuellplan/plan/v1/plan_service.pb.h"
#include "plan-service/domain/act.h"

namespace ip::plan {

// Given and neither withdrawn, replaced nor over: ACTIVE, or NEEDS_RENEWAL in its time of grace.
bool Stands(const individuellplan::plan::v1::Consent& consent);

// In force on that day: ACTIVE (or NEEDS_RENEWAL, in its time of grace) and within its period.
bool InForce(const individuellplan::plan::v1::Consent& consent, absl::CivilDay day);

// Whether the representation holds on that day.
bool Represents(const individuellplan::plan::v1::Representative& representative,
                absl::CivilDay day);

// The consent that opens a plan, as it will stand in it. FAILED_PRECONDITION / CONSENT_MISSING or
// CONSENT_NOT_INFORMED when it does not carry a plan.
absl::Status CheckOpeningConsent(const individuellplan::plan::v1::Consent& consent);

// Adds a consent in state ACTIVE; `recorder` is empty when the grantor gave it themselves. A newer
// one replaces an older one of the same kind, participant and purpose.
absl::StatusOr<std::string> AddConsent(individuellplan::plan::v1::CarePlan& plan, const Act& act,
                                       const individuellplan::plan::v1::Consent& consent,
                                       const std::string& recorder);

// Withdrawing CREATE_PLAN revokes the plan.
absl::StatusOr<std::string> WithdrawConsent(
    individuellplan::plan::v1::CarePlan& plan, const Act& act,
    const individuellplan::plan::v1::ActionRequest& request);

// The no to a question (PROPOSED); what a parent had consented to about the same thing ends too.
absl::StatusOr<std::string> RefuseConsent(individuellplan::plan::v1::CarePlan& plan, const Act& act,
                                          const individuellplan::plan::v1::ActionRequest& request);

absl::StatusOr<std::string> BlockAccess(individuellplan::plan::v1::CarePlan& plan, const Act& act,
                                        const individuellplan::plan::v1::AccessBlock& block);
absl::StatusOr<std::string> LiftAccessBlock(
    individuellplan::plan::v1::CarePlan& plan, const Act& act,
    const individuellplan::plan::v1::ActionRequest& request);

absl::StatusOr<std::string> CreateRepresentative(
    individuellplan::plan::v1::CarePlan& plan, const Act& act,
    const individuellplan::plan::v1::Representative& representative, const std::string& person);
absl::StatusOr<std::string> EndRepresentation(
    individuellplan::plan::v1::CarePlan& plan, const Act& act,
    const individuellplan::plan::v1::ActionRequest& request);

}  // namespace ip::plan

#endif  // PLAN_SERVICE_DOMAIN_CONSENTS_H_
