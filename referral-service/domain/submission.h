// Sending a notice: what the law demands first, and who receives it.
#ifndef REFERRAL_SERVICE_DOMAIN_SUBMISSION_H_
#define REFERRAL_SERVICE_DOMAIN_SUBMISSION_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "lib/reference/reference.h"
#include "referral-service/domain/rules.h"
#include "referral-service/domain/types.h"

namespace ip::referral {

// The unit that receives a notice: the one it names; for health personnel of a health trust the
// trust's own unit, when it has one; else the unit of the person's municipality. "" when nobody
// does.
std::string RouteOf(const pb::NeedNotice& notice, const Reference& reference);

// DRAFT → SUBMITTED: routes it and starts the clock. `duplicates` are open notices and plans about
// the same person. Errors: FAILED_PRECONDITION / NOTICE_INCOMPLETE with one violation per missing
// precondition and its way out.
absl::Status Submit(pb::NeedNotice& notice, const Rules& rules, const Reference& reference,
                    const std::vector<std::string>& duplicates, const Step& step);

}  // namespace ip::referral

#endif  // REFERRAL_SERVICE_DOMAIN_SUBMISSION_H_
