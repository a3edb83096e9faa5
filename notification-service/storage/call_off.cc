#include "notification-service/storage/call_off.h"

#include "individuellplan/notification/v1/notification_service.pb.h"
#include "notification-service/domain/slot.h"

namespace ip::notification {

using individuellplan::notification::v1::Delivery;

absl::Status CallOffMessageOf(sql::Session& session, std::string_view slot_id,
                              std::string_view reason) {
  return session
      .Execute(
          "UPDATE message JOIN slot s ON s.message_id = message.id AND s.id = ? "
          "SET message.state = ?, message.reason = ?, message.next_at = NULL "
          "WHERE message.state IN (?, ?) AND NOT EXISTS (SELECT 1 FROM slot live "
          "WHERE live.message_id = message.id AND live.state = ?)",
          {slot_id, Delivery::SUPPRESSED, reason, Delivery::SCHEDULED, Delivery::CLAIMED,
           SlotState::kBound})
      .status();
}

}  // namespace ip::notification
