// The second half of ForwardNotice: the notice comes to be at the other unit.
#ifndef REFERRAL_SERVICE_WORKER_FORWARDING_H_
#define REFERRAL_SERVICE_WORKER_FORWARDING_H_

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "referral-service/storage/notice_repository.h"

namespace ip::referral {

// Creates the notice that a FORWARDED one goes on as; OK when it is there already. Done by the call
// itself, and by the worker when the process died in between.
absl::Status CompleteForwarding(NoticeRepository& notices, WorkRepository& work,
                                const pb::NeedNotice& forwarded, absl::Time deadline);

}  // namespace ip::referral

#endif  // REFERRAL_SERVICE_WORKER_FORWARDING_H_
