#include "notification-service/storage/delivery_repository.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "lib/base/clock.h"
#include "notification-service/storage/ledger.h"
#include "notification-service/storage/slot_table.h"

namespace ip::notification {
namespace {

absl::Time Soon() { return SystemClock().Now() + absl::Seconds(10); }

std::string Marks(size_t n) { return absl::StrJoin(std::vector<std::string>(n, "?"), ", "); }

constexpr char kMessageColumns[] =
    "id, message_key, class, recipient, capacity, municipality_code, bounce_token, create_time, "
    "not_after, fence, attempts, unknowns, tries";

Message MessageOf(const sql::Row& row) {
  Message message;
  message.id = row.String(0);
  message.key = row.String(1);
  message.klass = static_cast<Class>(row.Int64(2));
  message.recipient = row.String(3);
  message.capacity = static_cast<Obligation::Capacity>(row.Int64(4));
  message.municipality_code = row.String(5);
  message.bounce_token = row.String(6);
  message.create_time = row.Time(7);
  message.not_after = row.Time(8);
  message.fence = static_cast<int>(row.Int64(9));
  message.attempts = static_cast<int>(row.Int64(10));
  message.unknowns = static_cast<int>(row.Int64(11));
  message.tries = static_cast<int>(row.Int64(12));
  return message;
}

bool IsFinal(Delivery::State state) {
  return state != Delivery::SCHEDULED && state != Delivery::UNKNOWN;
}

google::protobuf::Timestamp Stamp(absl::Time time) {
  google::protobuf::Timestamp stamp;
  const int64_t micros = absl::ToUnixMicros(time);
  stamp.set_seconds(micros / 1'000'000);
  stamp.set_nanos(static_cast<int>(micros % 1'000'000) * 1000);
  return stamp;
}

constexpr char kDeliveryColumns[] =
    "id, state, kind, next_at, attempts, last_code, reason, send_time";

Delivery DeliveryOf(const sql::Row& row) {
  Delivery delivery;
  delivery.set_name(absl::StrCat("deliveries/", row.String(0)));
  delivery.set_state(static_cast<Delivery::State>(row.Int64(1)));
  delivery.set_kind(static_cast<Obligation::Kind>(row.Int64(2)));
  if (const auto next = row.OptionalTime(3)) *delivery.mutable_next_attempt_time() = Stamp(*next);
  delivery.set_attempt_count(static_cast<int>(row.Int64(4)));
  delivery.set_last_code(static_cast<int>(row.Int64(5)));
  delivery.set_reason(row.String(6));
  if (const auto sent = row.OptionalTime(7)) *delivery.mutable_send_time() = Stamp(*sent);
  return delivery;
}

}  // namespace

absl::StatusOr<std::vector<Message>> DeliveryRepository::Claim(const std::string& owner,
                                                               absl::Time now, absl::Duration lease,
                                                               int limit) {
  std::vector<Message> messages;
  auto status = sql::Transact(pool_, Soon(), [&](sql::Session& session) -> absl::Status {
    messages.clear();
    auto selected = session.Query(absl::StrCat("SELECT ", kMessageColumns,
                                               " FROM message WHERE state = ? AND next_at <= ? "
                                               "ORDER BY next_at LIMIT ? FOR UPDATE SKIP LOCKED"),
                                  {Delivery::SCHEDULED, now, limit},
                                  [&](const sql::Row& row) { messages.push_back(MessageOf(row)); });
    if (!selected.ok()) return selected;
    for (Message& message : messages) {
      ++message.fence;
      auto claimed = session.Execute(
          "UPDATE message SET state = ?, fence = ?, owner = ?, lease_until = ?, gate_at = NULL "
          "WHERE id = ?",
          {Delivery::CLAIMED, message.fence, owner, SystemClock().Now() + lease, message.id});
      if (!claimed.ok()) return claimed.status();
      auto slots = SelectSlots(session, "message_id = ? AND state = ? ORDER BY send_day, id",
                               {message.id, SlotState::kBound});
      if (!slots.ok()) return slots.status();
      message.slots = *std::move(slots);
    }
    return absl::OkStatus();
  });
  if (!status.ok()) return status;
  return messages;
}

bool DeliveryRepository::Gate(const Message& message, absl::Duration lease,
                              const std::string& address_hash) {
  const absl::Time now = SystemClock().Now();
  auto session = pool_.Acquire(Soon());
  if (!session.ok()) return false;
  auto passed = session->Execute(
      "UPDATE message SET state = ?, attempts = attempts + 1, gate_at = ?, lease_until = ?, "
      "address_hash = NULLIF(?, '') WHERE id = ? AND fence = ? AND state = ? AND lease_until > ?",
      {Delivery::SENDING, now, now + lease, address_hash, message.id, message.fence,
       Delivery::CLAIMED, now});
  return passed.ok() && *passed == 1;
}

absl::Status DeliveryRepository::EndAttempt(const Message& message, const Finish& finish,
                                            const std::vector<Slot>& dropped,
                                            const std::string& address_hash) {
  return sql::Transact(pool_, Soon(), [&](sql::Session& session) -> absl::Status {
    // UNKNOWN too: a sender that was paused past its lease brings the evidence late. A mail that
    // was called off meanwhile stays so.
    auto ours = session.Execute(
        "UPDATE message SET state = ?, reason = ?, next_at = ?, lease_until = NULL, last_code = ?, "
        "last_enhanced = ?, send_time = ?, unknowns = unknowns + ?, unknown_at = ?, "
        "tries = tries + ?, unreached = IF(?, 1, NULL), "
        "address_hash = COALESCE(NULLIF(?, ''), address_hash) WHERE id = ? AND fence = ? AND state "
        "IN (?, ?, ?)",
        {finish.state, finish.reason, finish.next_at, finish.code, finish.enhanced,
         finish.send_time, finish.state == Delivery::UNKNOWN ? 1 : 0,
         finish.state == Delivery::UNKNOWN ? std::optional(SystemClock().Now()) : std::nullopt,
         finish.about_mail ? 1 : 0, finish.unreached, address_hash, message.id, message.fence,
         Delivery::CLAIMED, Delivery::SENDING, Delivery::UNKNOWN});
    if (!ours.ok()) return ours.status();
    if (*ours == 0) return absl::OkStatus();
    auto status = AddToLedger(session, message.id, message.fence, finish.outcome, finish.code,
                              finish.enhanced);
    if (status.ok()) {
      status = CountRefusal(session, address_hash, finish.refusal_score, finish.refused_at);
    }
    for (Slot slot : dropped) {
      if (!status.ok()) return status;
      slot.state = SlotState::kCancelled;
      slot.reason = "NOT_RESPONSIBLE";
      status = UpdateSlot(session, slot);
    }
    if (!status.ok() || !IsFinal(finish.state)) return status;
    if (!finish.regather_at) return FinishSlots(session, message.id);
    return session
        .Execute(
            "UPDATE slot SET state = ?, not_before = ?, message_id = NULL, notify_time = NULL "
            "WHERE message_id = ? AND state = ?",
            {SlotState::kPlanned, *finish.regather_at, message.id, SlotState::kBound})
        .status();
  });
}

absl::StatusOr<Reaped> DeliveryRepository::Reap(absl::Time now) {
  Reaped reaped;
  auto status = sql::Transact(pool_, Soon(), [&](sql::Session& session) -> absl::Status {
    reaped = {};
    const absl::Time machine = SystemClock().Now();
    auto freed = session.Execute(
        "UPDATE message SET state = ?, next_at = ?, lease_until = NULL "
        "WHERE state = ? AND lease_until < ?",
        {Delivery::SCHEDULED, now, Delivery::CLAIMED, machine});
    if (!freed.ok()) return freed.status();
    reaped.freed = static_cast<int>(*freed);
    std::vector<std::pair<std::string, int>> lost;
    auto selected = session.Query(
        "SELECT id, fence FROM message WHERE state = ? AND lease_until < ? LIMIT 100 "
        "FOR UPDATE SKIP LOCKED",
        {Delivery::SENDING, machine}, [&](const sql::Row& row) {
          lost.emplace_back(row.String(0), static_cast<int>(row.Int64(1)));
        });
    for (const auto& [id, fence] : lost) {
      if (!selected.ok()) return selected;
      selected = AddToLedger(session, id, fence, "LOST", 0, "");
      if (!selected.ok()) return selected;
      selected = session
                     .Execute(
                         "UPDATE message SET state = ?, lease_until = NULL, next_at = NULL, "
                         "unknowns = unknowns + 1, unknown_at = ? WHERE id = ?",
                         {Delivery::UNKNOWN, machine, id})
                     .status();
    }
    reaped.unknown = static_cast<int>(lost.size());
    return selected;
  });
  if (!status.ok()) return status;
  return reaped;
}

absl::StatusOr<Settled> DeliveryRepository::SettleUnknown(absl::Time now, absl::Duration wait) {
  Settled settled;
  auto status = sql::Transact(pool_, Soon(), [&](sql::Session& session) -> absl::Status {
    settled = {};
    const absl::Time before = SystemClock().Now() - wait;
    auto resent = session.Execute(
        "UPDATE message SET state = ?, next_at = ?, reason = 'RESENT' "
        "WHERE state = ? AND unknown_at < ? AND class = ? AND unknowns <= 1",
        {Delivery::SCHEDULED, now, Delivery::UNKNOWN, before, Class::A});
    if (!resent.ok()) return resent.status();
    auto held = session.Execute(
        "UPDATE message LEFT JOIN slot s ON s.message_id = message.id AND s.state = ? "
        "SET message.state = ?, message.reason = 'MAY_HAVE_ARRIVED', s.state = ? "
        "WHERE message.state = ? AND message.unknown_at < ?",
        {SlotState::kBound, Delivery::HELD, SlotState::kDone, Delivery::UNKNOWN, before});
    if (!held.ok()) return held.status();
    settled.resent = static_cast<int>(*resent);
    settled.held = static_cast<int>(*held);
    return absl::OkStatus();
  });
  if (!status.ok()) return status;
  return settled;
}

absl::StatusOr<std::vector<Delivery>> DeliveryRepository::List(Delivery::State state,
                                                               const std::string& before, int limit,
                                                               absl::Time deadline) {
  auto session = pool_.Acquire(deadline);
  if (!session.ok()) return session.status();
  std::vector<Delivery> deliveries;
  // Ids sort by time of creation.
  auto status = session->Query(absl::StrCat("SELECT ", kDeliveryColumns,
                                            " FROM message WHERE (? = 0 OR state = ?) AND "
                                            "(? = '' OR id < ?) ORDER BY id DESC LIMIT ?"),
                               {state, state, before, before, limit},
                               [&](const sql::Row& row) { deliveries.push_back(DeliveryOf(row)); });
  if (!status.ok()) return status;
  return deliveries;
}

absl::StatusOr<std::optional<Delivery>> DeliveryRepository::Get(const std::string& id,
                                                                absl::Time deadline) {
  auto session = pool_.Acquire(deadline);
  if (!session.ok()) return session.status();
  return session->QueryOne(absl::StrCat("SELECT ", kDeliveryColumns, " FROM message WHERE id = ?"),
                           {id}, DeliveryOf);
}

absl::StatusOr<bool> DeliveryRepository::Move(const std::string& id,
                                              const std::vector<Delivery::State>& from,
                                              Delivery::State to, std::string_view reason,
                                              absl::Time now) {
  const std::optional<absl::Time> next =
      to == Delivery::SCHEDULED ? std::optional(now) : std::nullopt;
  sql::Values values = {to, reason, next, next.has_value(), id};
  for (const auto state : from) values.emplace_back(state);
  bool moved = false;
  auto status = sql::Transact(pool_, Soon(), [&](sql::Session& session) -> absl::Status {
    auto rows = session.Execute(
        absl::StrCat("UPDATE message SET state = ?, reason = ?, next_at = ?, "
                     "attempts = IF(?, 0, attempts), tries = 0 WHERE id = ? AND state IN (",
                     Marks(from.size()), ")"),
        values);
    if (!rows.ok()) return rows.status();
    moved = *rows == 1;
    if (!moved) return absl::OkStatus();
    if (IsFinal(to)) return FinishSlots(session, id);
    auto lifted = session.Execute(
        "UPDATE suppression JOIN message m ON m.address_hash = suppression.address_hash "
        "SET suppression.score = 0, suppression.until_time = NULL WHERE m.id = ?",
        {id});
    if (!lifted.ok()) return lifted.status();
    return session
        .Execute("UPDATE slot SET state = ? WHERE message_id = ? AND state = ?",
                 {SlotState::kBound, id, SlotState::kDone})
        .status();
  });
  if (!status.ok()) return status;
  return moved;
}

}  // namespace ip::notification
