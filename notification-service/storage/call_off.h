// Taking back mails that have not left.
#ifndef NOTIFICATION_SERVICE_STORAGE_CALL_OFF_H_
#define NOTIFICATION_SERVICE_STORAGE_CALL_OFF_H_

#include <string_view>

#include "absl/status/status.h"
#include "lib/sql/pool.h"

namespace ip::notification {

// Within the caller's transaction, after the slot was cancelled: when its message has not passed
// the gate and holds no other live slot, the message is SUPPRESSED with `reason`. A sender that has
// claimed it is stopped at the gate.
absl::Status CallOffMessageOf(sql::Session& session, std::string_view slot_id,
                              std::string_view reason);

}  // namespace ip::notification

#endif  // NOTIFICATION_SERVICE_STORAGE_CALL_OFF_H_
