// What the unit does with a notice until it decides. All functions are pure steps over the notice:
// each checks the state table, changes, and writes the history, or answers
// FAILED_PRECONDITION / NOTICE_STATE_FORBIDS_ACTION and changes nothing.
#ifndef REFERRAL_SERVICE_DOMAIN_HANDLING_H_
#define REFERRAL_SERVICE_DOMAIN_HANDLING_H_

#include <string>

#include "absl/status/status.h"
#include "referral-service/domain/types.h"

namespace ip::referral {

// Gives it to a case worker: TakeNextNotice (oneself) and AssignNotice.
// Errors: INVALID_ARGUMENT when `assignee` is no "persons/{person}".
absl::Status Assign(pb::NeedNotice& notice, const std::string& assignee,
                    const std::string& display_name, const Step& step);

// Back into the queue.
absl::Status Release(pb::NeedNotice& notice, const Step& step);

// Asks the notifier. Errors: INVALID_ARGUMENT for an empty or too long question, or an answer that
// is expected in the past.
absl::Status RequestInformation(pb::NeedNotice& notice, const pb::InformationRequest& request,
                                const Step& step);

// The notifier's answer. Errors: INVALID_ARGUMENT when it is empty or too long.
absl::Status ProvideInformation(pb::NeedNotice& notice, const std::string& answer,
                                const Step& step);

// A preliminary reply (fvl § 11 a): moves the last day to the date it promises when that is later.
// Errors: INVALID_ARGUMENT without reason or with a date in the past.
absl::Status ReplyPreliminarily(pb::NeedNotice& notice, const pb::PreliminaryReply& reply,
                                const Step& step);

}  // namespace ip::referral

#endif  // REFERRAL_SERVICE_DOMAIN_HANDLING_H_
