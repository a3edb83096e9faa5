// How a notice ends. Pure steps over the notice, as in handling.h.
#ifndef REFERRAL_SERVICE_DOMAIN_DECISIONS_H_
#define REFERRAL_SERVICE_DOMAIN_DECISIONS_H_

#include <string>

#include "absl/status/status.h"
#include "lib/reference/reference.h"
#include "referral-service/domain/types.h"

namespace ip::referral {

// Not eligible. Errors: FAILED_PRECONDITION / DECISION_INCOMPLETE without reasons or without
// complaint information (fvl § 27, pbrl § 7-2).
absl::Status Reject(pb::NeedNotice& notice, const pb::Decision& decision, const Step& step);

// The person does not want it. Errors: FAILED_PRECONDITION / DECISION_INCOMPLETE unless a
// coordinator alone was offered first (pbrl § 2-5 b).
absl::Status Decline(pb::NeedNotice& notice, const pb::Decision& decision, const Step& step);

// Opens a rejected notice again; the clock has gone on. Errors: INVALID_ARGUMENT without a reason.
absl::Status Reopen(pb::NeedNotice& notice, const Step& step);

// Ends it as another notice at the right unit. Errors: INVALID_ARGUMENT without a reason, or for a
// unit that does not exist or has it already.
absl::Status Forward(pb::NeedNotice& notice, const std::string& unit, const std::string& new_name,
                     const Reference& reference, const Step& step);

// The notice that goes on where a FORWARDED one was sent to: the same need and clock, waiting to be
// taken.
pb::NeedNotice ForwardedCopy(const pb::NeedNotice& forwarded);

// Ends it as a part of another notice, which is `target`, or of `open_plan`, which the person has
// open at the unit ("" when none). Errors: INVALID_ARGUMENT when `into` is neither, the notice
// itself, closed, or about somebody else.
absl::Status Merge(pb::NeedNotice& notice, const std::string& into, const pb::NeedNotice* target,
                   const std::string& open_plan, const Step& step);

}  // namespace ip::referral

#endif  // REFERRAL_SERVICE_DOMAIN_DECISIONS_H_
