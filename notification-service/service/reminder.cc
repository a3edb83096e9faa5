#include "notification-service/service/reminder.h"

#include "absl/strings/str_cat.h"

namespace ip::notification {

namespace pb = individuellplan::notification::v1;

pb::Reminder ReminderOf(const Slot& slot) {
  pb::Reminder reminder;
  reminder.set_obligation(slot.obligation);
  reminder.set_kind(slot.kind);
  reminder.set_recipient(slot.recipient);
  reminder.set_capacity(slot.capacity);
  reminder.set_rung(slot.rung);
  if (slot.due) *reminder.mutable_due_date() = ToDate(*slot.due);
  const int64_t micros = absl::ToUnixMicros(slot.notify_time.value_or(slot.not_before));
  reminder.mutable_send_time()->set_seconds(micros / 1'000'000);
  reminder.mutable_send_time()->set_nanos(static_cast<int>(micros % 1'000'000) * 1000);
  reminder.set_state(StateWord(slot.state));
  reminder.set_reason(slot.reason);
  reminder.set_rule(absl::StrCat(slot.rule, "/", Obligation::Kind_Name(slot.kind), "/", slot.rung));
  return reminder;
}

}  // namespace ip::notification
