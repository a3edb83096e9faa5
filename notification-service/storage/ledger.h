// What the repositories of messages share. All within the caller's transaction.
#ifndef NOTIFICATION_SERVICE_STORAGE_LEDGER_H_
#define NOTIFICATION_SERVICE_STORAGE_LEDGER_H_

#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "lib/sql/pool.h"

namespace ip::notification {

// One more line of the ledger: how an attempt ended, or what was learnt of it later.
absl::Status AddToLedger(sql::Session& session, const std::string& message_id, int fence,
                         const std::string& outcome, int code, const std::string& enhanced);

// The slots of a message that has ended.
absl::Status FinishSlots(sql::Session& session, const std::string& message_id);

// A refusal that says the address is wrong shuts it out at once; others shut it out when they add
// up to this within 30 days.
inline constexpr int kShutOutScore = 4;

// Counts a refusal against an address (a keyed hash; "" counts nothing). `now` is business time.
// From kShutOutScore on no mail goes there for 30 days.
absl::Status CountRefusal(sql::Session& session, const std::string& address_hash, int score,
                          absl::Time now);

}  // namespace ip::notification

#endif  // NOTIFICATION_SERVICE_STORAGE_LEDGER_H_
