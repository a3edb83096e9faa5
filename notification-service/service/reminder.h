// A slot as clients see it.
#ifndef NOTIFICATION_SERVICE_SERVICE_REMINDER_H_
#define NOTIFICATION_SERVICE_SERVICE_REMINDER_H_

#include "individuellplan/notification/v1/notification_service.pb.h"
#include "notification-service/domain/slot.h"

namespace ip::notification {

individuellplan::notification::v1::Reminder ReminderOf(const Slot& slot);

}  // namespace ip::notification

#endif  // NOTIFICATION_SERVICE_SERVICE_REMINDER_H_
