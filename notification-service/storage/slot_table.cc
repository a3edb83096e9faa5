#include "notification-service/storage/slot_table.h"

#include "absl/strings/str_cat.h"

namespace ip::notification {
namespace {

constexpr char kColumns[] =
    "id, aggregate, obligation, kind, due, opened_at, rung, rung_index, rule_version, recipient, "
    "capacity, class, optional, cooldown_days, send_day, not_before, not_after, state, reason, "
    "notify_time";

Slot FromRow(const sql::Row& row) {
  Slot slot;
  slot.id = row.String(0);
  slot.aggregate = row.String(1);
  slot.obligation = row.String(2);
  slot.kind = static_cast<Obligation::Kind>(row.Int64(3));
  slot.due = row.OptionalDay(4);
  slot.opened = row.Time(5);
  slot.rung = row.String(6);
  slot.rung_index = static_cast<int>(row.Int64(7));
  slot.rule = row.String(8);
  slot.recipient = row.String(9);
  slot.capacity = static_cast<Obligation::Capacity>(row.Int64(10));
  slot.klass = static_cast<Class>(row.Int64(11));
  slot.optional = row.Bool(12);
  slot.cooldown_days = static_cast<int>(row.Int64(13));
  slot.send_day = row.Day(14);
  slot.not_before = row.Time(15);
  slot.not_after = row.Time(16);
  slot.state = static_cast<SlotState>(row.Int64(17));
  slot.reason = row.String(18);
  slot.notify_time = row.OptionalTime(19);
  return slot;
}

}  // namespace

absl::StatusOr<std::vector<Slot>> SelectSlots(sql::Session& session, std::string_view condition,
                                              const sql::Values& values) {
  std::vector<Slot> slots;
  auto status =
      session.Query(absl::StrCat("SELECT ", kColumns, " FROM slot WHERE ", std::string(condition)),
                    values, [&](const sql::Row& row) { slots.push_back(FromRow(row)); });
  if (!status.ok()) return status;
  return slots;
}

absl::Status InsertSlot(sql::Session& session, const Slot& slot, std::string_view key) {
  return session
      .Execute(
          "INSERT INTO slot (id, slot_key, aggregate, obligation, kind, due, opened_at, rung, "
          "rung_index, rule_version, recipient, capacity, addressee, class, optional, "
          "cooldown_days, send_day, not_before, not_after, state, reason) "
          "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
          {slot.id,
           key,
           slot.aggregate,
           slot.obligation,
           slot.kind,
           slot.due,
           slot.opened,
           slot.rung,
           slot.rung_index,
           slot.rule,
           slot.recipient,
           slot.capacity,
           Addressee(slot.recipient, slot.capacity),
           slot.klass,
           slot.optional,
           slot.cooldown_days,
           slot.send_day,
           slot.not_before,
           slot.not_after,
           slot.state,
           slot.reason})
      .status();
}

absl::Status UpdateSlot(sql::Session& session, const Slot& slot) {
  return session
      .Execute(
          "UPDATE slot SET due = ?, rung_index = ?, rule_version = ?, capacity = ?, class = ?, "
          "optional = ?, cooldown_days = ?, send_day = ?, not_before = ?, not_after = ?, "
          "state = ?, reason = ? WHERE id = ?",
          {slot.due, slot.rung_index, slot.rule, slot.capacity, slot.klass, slot.optional,
           slot.cooldown_days, slot.send_day, slot.not_before, slot.not_after, slot.state,
           slot.reason, slot.id})
      .status();
}

}  // namespace ip::notification
