#include "notification-service/storage/agenda_repository.h"

#include <algorithm>
#include <map>

#include "absl/strings/str_cat.h"
#include "individuellplan/notification/v1/notification_service.pb.h"
#include "lib/base/clock.h"
#include "lib/base/id.h"
#include "lib/crypto/hmac.h"
#include "notification-service/storage/projection.pb.h"
#include "notification-service/storage/slot_table.h"

namespace ip::notification {
namespace {

using individuellplan::notification::storage::Projection;
using individuellplan::notification::v1::Delivery;
using individuellplan::notification::v1::Preferences;

// The longest cooldown a rule set can sensibly have.
constexpr int kHistoryDays = 60;
// What must arrive is tried for three days.
constexpr absl::Duration kGiveUpA = absl::Hours(72);

absl::Time Soon() { return SystemClock().Now() + absl::Seconds(20); }

absl::StatusOr<RecipientHistory> HistoryOf(sql::Session& session, const std::string& addressee,
                                           const std::string& recipient, absl::Time now) {
  RecipientHistory history;
  // Of the duties that are due alone: a unit has had thousands of others.
  auto bound = SelectSlots(
      session,
      "addressee = ? AND state IN (?, ?) AND notify_time > ? AND obligation IN "
      "(SELECT obligation FROM slot WHERE addressee = ? AND state = ? AND not_before <= ?)",
      {addressee, SlotState::kBound, SlotState::kDone, now - absl::Hours(24 * kHistoryDays),
       addressee, SlotState::kPlanned, now});
  if (!bound.ok()) return bound.status();
  history.bound = *std::move(bound);
  auto status = session.Query("SELECT preferences FROM preference WHERE recipient = ?", {recipient},
                              [&](const sql::Row& row) {
                                Preferences preferences;
                                preferences.ParseFromString(row.String(0));
                                for (const int kind : preferences.muted_kinds()) {
                                  history.muted.insert(static_cast<Obligation::Kind>(kind));
                                }
                                if (preferences.digest() == Preferences::WEEKLY) {
                                  history.digest_days = 7;
                                }
                                history.quiet = {.earliest = preferences.earliest_hour(),
                                                 .latest = preferences.latest_hour()};
                              });
  if (!status.ok()) return status;
  return history;
}

absl::Status MarkPortalOnly(sql::Session& session, const Slot& slot, absl::Time now) {
  return session
      .Execute("UPDATE slot SET state = ?, reason = 'OPTED_OUT', notify_time = ? WHERE id = ?",
               {SlotState::kDone, now, slot.id})
      .status();
}

}  // namespace

absl::StatusOr<std::vector<std::string>> AgendaRepository::DueAddressees(absl::Time now,
                                                                         int limit) {
  auto session = pool_.Acquire(Soon());
  if (!session.ok()) return session.status();
  std::vector<std::string> addressees;
  auto status = session->Query(
      "SELECT addressee FROM slot WHERE state = ? AND not_before <= ? ORDER BY not_before LIMIT ?",
      {SlotState::kPlanned, now, limit}, [&](const sql::Row& row) {
        const std::string addressee = row.String(0);
        if (std::find(addressees.begin(), addressees.end(), addressee) == addressees.end()) {
          addressees.push_back(addressee);
        }
      });
  if (!status.ok()) return status;
  return addressees;
}

absl::StatusOr<Bound> AgendaRepository::Bind(const std::string& addressee, absl::Time now) {
  Bound bound;
  auto status = sql::Transact(pool_, Soon(), [&](sql::Session& session) {
    bound = {};
    return BindIn(session, addressee, now, bound);
  });
  if (!status.ok()) return status;
  return bound;
}

absl::Status AgendaRepository::BindIn(sql::Session& session, const std::string& addressee,
                                      absl::Time now, Bound& bound) {
  auto due = SelectSlots(session, "addressee = ? AND state = ? AND not_before <= ? FOR UPDATE",
                         {addressee, SlotState::kPlanned, now});
  if (!due.ok()) return due.status();
  if (due->empty()) return absl::OkStatus();
  auto history = HistoryOf(session, addressee, due->front().recipient, now);
  if (!history.ok()) return history.status();
  // Mails that were called off before the gate do not count as the day's mail.
  int64_t made = 0;
  auto status = session.Query(
      "SELECT COALESCE(SUM(civil_day = ?), 0), MAX(IF(state <> ?, civil_day, NULL)) FROM message "
      "WHERE addressee = ? AND civil_day > ? AND class = ?",
      {OsloDay(now), Delivery::SUPPRESSED, addressee, OsloDay(now) - 7, Class::B},
      [&](const sql::Row& row) {
        made = row.Int64(0);
        history->last_digest = row.OptionalDay(1);
      });
  if (!status.ok()) return status;

  const Choice choice = Choose(*due, *history, now);
  for (const Slot& slot : choice.update) {
    if (status = UpdateSlot(session, slot); !status.ok()) return status;
    if (slot.state == SlotState::kExpired) ++bound.expired;
  }
  for (const Slot& slot : choice.portal_only) {
    if (status = MarkPortalOnly(session, slot, now); !status.ok()) return status;
  }
  for (const Slot& slot : choice.single) {
    if (status = MakeSingle(session, {slot}, now); !status.ok()) return status;
    ++bound.messages;
  }
  if (!choice.taken_back.empty()) {
    if (status = MakeSingle(session, choice.taken_back, now); !status.ok()) return status;
    ++bound.messages;
  }
  if (choice.digest.empty()) return absl::OkStatus();
  ++bound.messages;
  return MakeMessage(
      session, choice.digest,
      absl::StrCat("digest|", addressee, "|", absl::FormatCivilTime(OsloDay(now)), "|", made), now);
}

absl::Status AgendaRepository::MakeSingle(sql::Session& session, const std::vector<Slot>& slots,
                                          absl::Time now) {
  const std::string& id = slots.front().id;
  auto binds = session.QueryOne("SELECT binds FROM slot WHERE id = ?", {id},
                                [](const sql::Row& row) { return row.Int64(0); });
  if (!binds.ok()) return binds.status();
  return MakeMessage(session, slots, absl::StrCat("slot|", id, "|", binds->value_or(0)), now);
}

absl::Status AgendaRepository::MakeMessage(sql::Session& session, const std::vector<Slot>& slots,
                                           const std::string& key_text, absl::Time now) {
  const Slot& first = slots.front();
  absl::Time not_after = first.not_after;
  for (const Slot& slot : slots) not_after = std::max(not_after, slot.not_after);
  if (first.klass == Class::A) not_after = now + kGiveUpA;
  Projection projection;
  auto status =
      session.Query("SELECT projection FROM aggregate WHERE name = ?", {first.aggregate},
                    [&](const sql::Row& row) { projection.ParseFromString(row.String(0)); });
  if (!status.ok()) return status;
  const std::string id = NewId(now);
  // 22 characters of base64url.
  const std::string bounce_token = NewToken(16).substr(0, 22);
  status = session
               .Execute(
                   "INSERT INTO message (id, message_key, kind, class, recipient, capacity, "
                   "addressee, civil_day, municipality_code, state, next_at, not_after, "
                   "bounce_token, create_time) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                   {id, crypto::HmacSha256(key_, key_text), first.kind, first.klass,
                    first.recipient, first.capacity, Addressee(first.recipient, first.capacity),
                    OsloDay(now), projection.event().municipality_code(), Delivery::SCHEDULED, now,
                    not_after, bounce_token, now})
               .status();
  for (const Slot& slot : slots) {
    if (!status.ok()) return status;
    status = session
                 .Execute(
                     "UPDATE slot SET state = ?, message_id = ?, notify_time = ?, "
                     "binds = binds + 1 WHERE id = ?",
                     {SlotState::kBound, id, now, slot.id})
                 .status();
  }
  return status;
}

absl::StatusOr<std::vector<ToldSlot>> AgendaRepository::OfObligation(const std::string& obligation,
                                                                     absl::Time deadline) {
  auto session = pool_.Acquire(deadline);
  if (!session.ok()) return session.status();
  auto slots = SelectSlots(
      *session, "obligation = ? ORDER BY send_day, rung_index, addressee LIMIT 1000", {obligation});
  if (!slots.ok()) return slots.status();
  std::map<std::string, ToldSlot> mails;
  auto status = session->Query(
      "SELECT s.id, m.state, m.reason FROM slot s JOIN message m ON m.id = s.message_id "
      "WHERE s.obligation = ?",
      {obligation}, [&](const sql::Row& row) {
        ToldSlot& mail = mails[row.String(0)];
        mail.delivery = static_cast<Delivery::State>(row.Int64(1));
        mail.delivery_reason = row.String(2);
      });
  if (!status.ok()) return status;
  std::vector<ToldSlot> told;
  for (Slot& slot : *slots) {
    ToldSlot& mail = mails[slot.id];
    mail.slot = std::move(slot);
    told.push_back(std::move(mail));
  }
  return told;
}

absl::StatusOr<std::vector<Slot>> AgendaRepository::Planned(const std::string& aggregate,
                                                            absl::Time until, absl::Time deadline) {
  auto session = pool_.Acquire(deadline);
  if (!session.ok()) return session.status();
  return SelectSlots(*session,
                     "aggregate = ? AND state = ? AND not_before <= ? "
                     "ORDER BY not_before, addressee LIMIT 1000",
                     {aggregate, SlotState::kPlanned, until});
}

}  // namespace ip::notification
