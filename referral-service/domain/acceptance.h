// From "accepted" to "has a coordinator": a saga over plan-service, one stored step at a time. Pure
// steps over the notice, as in handling.h; a step out of turn is FAILED_PRECONDITION /
// NOTICE_STATE_FORBIDS_ACTION.
#ifndef REFERRAL_SERVICE_DOMAIN_ACCEPTANCE_H_
#define REFERRAL_SERVICE_DOMAIN_ACCEPTANCE_H_

#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "individuellplan/referral/v1/referral_service.pb.h"
#include "referral-service/domain/types.h"

namespace ip::referral {

// INVALID_ARGUMENT with everything that is wrong with the candidate.
absl::Status CheckCandidate(const pb::CoordinatorCandidate& candidate);

// IN_TRIAGE → ACCEPTED, OPENING_PLAN. Errors: INVALID_ARGUMENT without outcome, legal basis or a
// usable candidate; FAILED_PRECONDITION / DECISION_INCOMPLETE for a child coordinator for somebody
// who is of age (hol § 7-2 a).
absl::Status Accept(pb::NeedNotice& notice, const pb::Decision& decision,
                    const pb::CoordinatorCandidate& candidate, const Step& step);

// OPENING_PLAN → NOMINATING.
absl::Status PlanOpened(pb::NeedNotice& notice, const std::string& plan, const Step& step);

// NOMINATING → AWAITING_COORDINATOR.
absl::Status CoordinatorAsked(pb::NeedNotice& notice, const std::string& appointment,
                              const Step& step);

// AWAITING_COORDINATOR → DONE and CLOSED_DONE, or COORDINATOR_DECLINED.
absl::Status CoordinatorAnswered(pb::NeedNotice& notice, bool accepted, const Step& step);

// COORDINATOR_DECLINED → NOMINATING.
absl::Status NominateAnother(pb::NeedNotice& notice, const pb::CoordinatorCandidate& candidate,
                             const Step& step);

// The request id of the saga's call for the step the notice stands at: the same for every attempt
// at it, another one for the next candidate.
std::string RequestIdOf(const pb::NeedNotice& notice);

// The saga has something to do.
bool IsUnfinished(const pb::NeedNotice& notice);

}  // namespace ip::referral

#endif  // REFERRAL_SERVICE_DOMAIN_ACCEPTANCE_H_
