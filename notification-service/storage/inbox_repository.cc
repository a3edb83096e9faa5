#include "notification-service/storage/inbox_repository.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "notification-service/domain/plan.h"
#include "notification-service/storage/projection.pb.h"

namespace ip::notification {
namespace {

using individuellplan::notification::v1::Delivery;

constexpr char kSelect[] =
    "SELECT s.id, s.recipient, s.kind, s.obligation, s.due, s.notify_time, s.acknowledge_time, "
    "m.state, s.addressee, s.capacity, s.rung, a.projection FROM slot s "
    "LEFT JOIN message m ON m.id = s.message_id JOIN aggregate a ON a.name = s.aggregate "
    "WHERE s.notify_time IS NOT NULL AND s.state IN (?, ?)";

void SetStamp(absl::Time time, google::protobuf::Timestamp* stamp) {
  const int64_t micros = absl::ToUnixMicros(time);
  stamp->set_seconds(micros / 1'000'000);
  stamp->set_nanos(static_cast<int>(micros % 1'000'000) * 1000);
}

// Told by the duties as the feed last told them: no mark of its own could be forgotten.
bool IsSettled(const sql::Row& row) {
  Slot slot;
  slot.recipient = row.String(1);
  slot.kind = static_cast<Obligation::Kind>(row.Int64(2));
  slot.obligation = row.String(3);
  slot.due = row.OptionalDay(4);
  slot.capacity = static_cast<Obligation::Capacity>(row.Int64(9));
  slot.rung = row.String(10);
  individuellplan::notification::storage::Projection held;
  held.ParseFromString(row.String(11));
  return !StillWaits(held.event(), slot);
}

InboxItem FromRow(const sql::Row& row) {
  InboxItem item;
  item.addressee = row.String(8);
  item.place = {.time = row.Time(5), .id = row.String(0)};
  Notification& notification = item.notification;
  notification.set_name(absl::StrCat("notifications/", row.String(0)));
  notification.set_recipient(row.String(1));
  notification.set_kind(static_cast<Obligation::Kind>(row.Int64(2)));
  notification.set_obligation(row.String(3));
  if (const auto due = row.OptionalDay(4)) *notification.mutable_due_date() = ToDate(*due);
  SetStamp(row.Time(5), notification.mutable_create_time());
  if (const auto seen = row.OptionalTime(6)) {
    SetStamp(*seen, notification.mutable_acknowledge_time());
  }
  const auto state = row.OptionalInt64(7);
  notification.set_delivery_state(state ? static_cast<Delivery::State>(*state)
                                        : Delivery::SUPPRESSED);
  notification.set_settled(IsSettled(row));
  return item;
}

}  // namespace

absl::StatusOr<std::vector<InboxItem>> InboxRepository::List(
    const std::vector<std::string>& addressees, bool unseen_only, const InboxPlace& after,
    int limit, absl::Time deadline) {
  std::vector<InboxItem> items;
  if (addressees.empty()) return items;
  auto session = pool_.Acquire(deadline);
  if (!session.ok()) return session.status();
  sql::Values values = {SlotState::kBound, SlotState::kDone};
  std::string sql =
      absl::StrCat(kSelect, " AND s.addressee IN (",
                   absl::StrJoin(std::vector<std::string>(addressees.size(), "?"), ", "), ")");
  for (const std::string& addressee : addressees) values.emplace_back(addressee);
  if (unseen_only) sql += " AND s.acknowledge_time IS NULL";
  if (!after.id.empty()) {
    sql += " AND s.notify_time <= ? AND (s.notify_time < ? OR s.id < ?)";
    values.insert(values.end(), {after.time, after.time, after.id});
  }
  sql += " ORDER BY s.notify_time DESC, s.id DESC LIMIT ?";
  values.emplace_back(limit);
  auto status =
      session->Query(sql, values, [&](const sql::Row& row) { items.push_back(FromRow(row)); });
  if (!status.ok()) return status;
  return items;
}

absl::StatusOr<std::optional<InboxItem>> InboxRepository::Get(const std::string& id,
                                                              absl::Time deadline) {
  auto session = pool_.Acquire(deadline);
  if (!session.ok()) return session.status();
  return session->QueryOne(absl::StrCat(kSelect, " AND s.id = ?"),
                           {SlotState::kBound, SlotState::kDone, id}, FromRow);
}

absl::Status InboxRepository::Acknowledge(const std::string& id, absl::Time now,
                                          absl::Time deadline) {
  auto session = pool_.Acquire(deadline);
  if (!session.ok()) return session.status();
  return session
      ->Execute("UPDATE slot SET acknowledge_time = ? WHERE id = ? AND acknowledge_time IS NULL",
                {now, id})
      .status();
}

absl::StatusOr<StoredPreferences> InboxRepository::GetPreferences(const std::string& recipient,
                                                                  absl::Time deadline) {
  auto session = pool_.Acquire(deadline);
  if (!session.ok()) return session.status();
  StoredPreferences stored;
  auto status = session->Query("SELECT version, preferences FROM preference WHERE recipient = ?",
                               {recipient}, [&](const sql::Row& row) -> absl::Status {
                                 stored.version = row.Int64(0);
                                 return stored.preferences.ParseFromString(row.String(1))
                                            ? absl::OkStatus()
                                            : absl::DataLossError("preferences are broken");
                               });
  if (!status.ok()) return status;
  return stored;
}

absl::StatusOr<std::optional<std::vector<Obligation::Kind>>> InboxRepository::OptOut(
    const std::string& message_id, absl::Time deadline) {
  std::string recipient;
  std::vector<Obligation::Kind> kinds;
  auto status = sql::Transact(pool_, deadline, [&](sql::Session& session) -> absl::Status {
    recipient.clear();
    kinds.clear();
    auto read = session.Query(
        "SELECT DISTINCT m.recipient, COALESCE(s.kind, 0) FROM message m LEFT JOIN slot s "
        "ON s.message_id = m.id AND s.optional = 1 WHERE m.id = ?",
        {message_id}, [&](const sql::Row& row) {
          recipient = row.String(0);
          if (row.Int64(1) != 0) kinds.push_back(static_cast<Obligation::Kind>(row.Int64(1)));
        });
    if (!read.ok() || kinds.empty()) return read;
    // The row is there from now on, so that two at once wait for each other.
    read = session
               .Execute(
                   "INSERT INTO preference (recipient, version, preferences) VALUES (?, 1, '') "
                   "ON DUPLICATE KEY UPDATE version = version + 1",
                   {recipient})
               .status();
    if (!read.ok()) return read;
    Preferences wishes;
    read = session.Query("SELECT preferences FROM preference WHERE recipient = ?", {recipient},
                         [&](const sql::Row& row) { wishes.ParseFromString(row.String(0)); });
    if (!read.ok()) return read;
    for (const auto kind : kinds) {
      const auto& muted = wishes.muted_kinds();
      if (std::find(muted.begin(), muted.end(), kind) == muted.end()) wishes.add_muted_kinds(kind);
    }
    return session
        .Execute("UPDATE preference SET preferences = ? WHERE recipient = ?",
                 {wishes.SerializeAsString(), recipient})
        .status();
  });
  if (!status.ok()) return status;
  if (recipient.empty()) return std::nullopt;
  return kinds;
}

absl::StatusOr<bool> InboxRepository::SetPreferences(const std::string& recipient,
                                                     const Preferences& preferences,
                                                     int64_t expected, absl::Time deadline) {
  auto session = pool_.Acquire(deadline);
  if (!session.ok()) return session.status();
  const std::string bytes = preferences.SerializeAsString();
  auto written =
      expected == 0
          ? session->Execute(
                "INSERT INTO preference (recipient, version, preferences) VALUES (?, 1, ?)",
                {recipient, bytes})
          : session->Execute(
                "UPDATE preference SET version = version + 1, preferences = ? "
                "WHERE recipient = ? AND version = ?",
                {bytes, recipient, expected});
  if (absl::IsAlreadyExists(written.status())) return false;
  if (!written.ok()) return written.status();
  return *written == 1;
}

}  // namespace ip::notification
