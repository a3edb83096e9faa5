// The table slot: the same columns for all who read and write it. Within transactions of the
// callers.
#ifndef NOTIFICATION_SERVICE_STORAGE_SLOT_TABLE_H_
#define NOTIFICATION_SERVICE_STORAGE_SLOT_TABLE_H_

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "lib/sql/pool.h"
#include "notification-service/domain/slot.h"

namespace ip::notification {

// Slots by a condition over bound values, e.g. "aggregate = ? FOR UPDATE".
absl::StatusOr<std::vector<Slot>> SelectSlots(sql::Session& session, std::string_view condition,
                                              const sql::Values& values);

// Writes a new slot with its key. Errors: ALREADY_EXISTS.
absl::Status InsertSlot(sql::Session& session, const Slot& slot, std::string_view key);

// Writes everything that may change but the binding.
absl::Status UpdateSlot(sql::Session& session, const Slot& slot);

}  // namespace ip::notification

#endif  // NOTIFICATION_SERVICE_STORAGE_SLOT_TABLE_H_
