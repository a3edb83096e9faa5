#include "notification-service/storage/reach_repository.h"

#include <algorithm>
#include <optional>

#include "lib/base/clock.h"
#include "lib/base/id.h"
#include "lib/crypto/hmac.h"
#include "notification-service/domain/plan.h"
#include "notification-service/storage/ledger.h"
#include "notification-service/storage/projection.pb.h"
#include "notification-service/storage/slot_table.h"

namespace ip::notification {
namespace {

using individuellplan::notification::storage::Projection;
using individuellplan::notification::v1::Delivery;

// Values of message.unreached.
constexpr int kToTell = 1;
constexpr int kTold = 2;
constexpr int kNothingToTell = 3;

absl::Time Soon() { return SystemClock().Now() + absl::Seconds(10); }

absl::StatusOr<std::string> UnitOf(sql::Session& session, const std::string& aggregate) {
  Projection projection;
  auto status =
      session.Query("SELECT projection FROM aggregate WHERE name = ?", {aggregate},
                    [&](const sql::Row& row) { projection.ParseFromString(row.String(0)); });
  if (!status.ok()) return status;
  return projection.event().unit();
}

}  // namespace

absl::StatusOr<bool> ReachRepository::IsShutOut(const std::string& address_hash, absl::Time now) {
  auto session = pool_.Acquire(Soon());
  if (!session.ok()) return session.status();
  auto found =
      session->QueryOne("SELECT 1 FROM suppression WHERE address_hash = ? AND until_time > ?",
                        {address_hash, now}, [](const sql::Row&) { return true; });
  if (!found.ok()) return found.status();
  return found->has_value();
}

absl::StatusOr<bool> ReachRepository::TakeBounce(const std::string& token,
                                                 const std::string& enhanced, int score,
                                                 absl::Time now) {
  bool taken = false;
  auto status = sql::Transact(pool_, Soon(), [&](sql::Session& session) -> absl::Status {
    taken = false;
    std::string id, hash;
    int fence = 0;
    auto found = session.Query(
        "SELECT id, fence, address_hash FROM message WHERE bounce_token = ? AND "
        "state IN (?, ?, ?) FOR UPDATE",
        {token, Delivery::SENT, Delivery::UNKNOWN, Delivery::HELD}, [&](const sql::Row& row) {
          id = row.String(0);
          fence = static_cast<int>(row.Int64(1));
          hash = row.OptionalString(2).value_or("");
        });
    if (!found.ok() || id.empty()) return found;
    found = session
                .Execute(
                    "UPDATE message SET state = ?, reason = 'BOUNCED', next_at = NULL, "
                    "last_enhanced = ?, unreached = ? WHERE id = ?",
                    {Delivery::BOUNCED, enhanced, kToTell, id})
                .status();
    if (found.ok()) found = AddToLedger(session, id, fence, "BOUNCED", 0, enhanced);
    if (found.ok()) found = FinishSlots(session, id);
    if (found.ok()) found = CountRefusal(session, hash, score, now);
    taken = found.ok();
    return found;
  });
  if (!status.ok()) return status;
  return taken;
}

absl::StatusOr<int> ReachRepository::RaiseUnreached(absl::Time now, int limit) {
  int raised = 0;
  auto status = sql::Transact(pool_, Soon(), [&](sql::Session& session) -> absl::Status {
    raised = 0;
    std::vector<std::string> ids;
    auto selected =
        session.Query("SELECT id FROM message WHERE unreached = ? LIMIT ? FOR UPDATE SKIP LOCKED",
                      {kToTell, limit}, [&](const sql::Row& row) { ids.push_back(row.String(0)); });
    if (!selected.ok()) return selected;
    for (const std::string& id : ids) {
      const auto tasks = RaiseFor(session, id, now);
      if (!tasks.ok()) return tasks.status();
      raised += *tasks;
      auto marked = session.Execute("UPDATE message SET unreached = ? WHERE id = ?",
                                    {*tasks > 0 ? kTold : kNothingToTell, id});
      if (!marked.ok()) return marked.status();
    }
    return absl::OkStatus();
  });
  if (!status.ok()) return status;
  return raised;
}

absl::StatusOr<int> ReachRepository::RaiseFor(sql::Session& session, const std::string& message_id,
                                              absl::Time now) {
  int raised = 0;
  const auto slots = SelectSlots(session, "message_id = ? AND state IN (?, ?)",
                                 {message_id, SlotState::kBound, SlotState::kDone});
  if (!slots.ok()) return slots.status();
  for (const Slot& slot : *slots) {
    const auto unit = UnitOf(session, slot.aggregate);
    if (!unit.ok()) return unit.status();
    std::optional<Slot> task = UnreachedTask(slot, *unit, now);
    if (!task) continue;
    const std::string key = crypto::HmacSha256(key_, NaturalKey(*task));
    const auto known = session.QueryOne("SELECT 1 FROM slot WHERE slot_key = ?", {key},
                                        [](const sql::Row&) { return true; });
    if (!known.ok()) return known.status();
    if (known->has_value()) continue;
    task->id = NewId(now);
    if (auto status = InsertSlot(session, *task, key); !status.ok()) return status;
    ++raised;
  }
  return raised;
}

absl::StatusOr<std::vector<Unknown>> ReachRepository::Unknowns(absl::Duration wait, int limit) {
  auto session = pool_.Acquire(Soon());
  if (!session.ok()) return session.status();
  std::vector<Unknown> unknowns;
  auto status = session->Query(
      "SELECT id, message_key, fence, unknown_at FROM message WHERE state = ? AND unknown_at < ? "
      "ORDER BY unknown_at LIMIT ?",
      {Delivery::UNKNOWN, SystemClock().Now() - wait, limit}, [&](const sql::Row& row) {
        unknowns.push_back({.id = row.String(0),
                            .key = row.String(1),
                            .fence = static_cast<int>(row.Int64(2)),
                            .since = row.Time(3)});
      });
  if (!status.ok()) return status;
  return unknowns;
}

absl::Status ReachRepository::SettleByEvidence(const Unknown& unknown, bool arrived,
                                               absl::Time now) {
  return sql::Transact(pool_, Soon(), [&](sql::Session& session) -> absl::Status {
    const std::optional<absl::Time> at = now;
    auto settled = session.Execute(
        "UPDATE message SET state = ?, reason = ?, next_at = ?, send_time = ? "
        "WHERE id = ? AND fence = ? AND state = ?",
        {arrived ? Delivery::SENT : Delivery::SCHEDULED,
         arrived ? "FOUND_IN_JOURNAL" : "NOT_IN_JOURNAL", arrived ? std::nullopt : at,
         arrived ? at : std::nullopt, unknown.id, unknown.fence, Delivery::UNKNOWN});
    if (!settled.ok() || *settled == 0) return settled.status();
    auto status =
        AddToLedger(session, unknown.id, unknown.fence, arrived ? "FOUND" : "NOT_FOUND", 0, "");
    if (!status.ok() || !arrived) return status;
    return FinishSlots(session, unknown.id);
  });
}

absl::StatusOr<Backlog> ReachRepository::ReadBacklog() {
  auto session = pool_.Acquire(Soon());
  if (!session.ok()) return session.status();
  Backlog backlog;
  auto status = session->Query(
      "SELECT state, COUNT(*), MIN(next_at) FROM message WHERE state IN (?, ?, ?, ?, ?, ?, ?, ?) "
      "GROUP BY state",
      {Delivery::SCHEDULED, Delivery::CLAIMED, Delivery::SENDING, Delivery::UNKNOWN, Delivery::HELD,
       Delivery::FAILED, Delivery::DEAD, Delivery::BOUNCED},
      [&](const sql::Row& row) {
        const auto state = static_cast<int>(row.Int64(0));
        backlog.count[state] = row.Int64(1);
        const auto oldest = row.OptionalTime(2);
        if (state == Delivery::SCHEDULED && oldest) backlog.oldest_due = *oldest;
      });
  if (!status.ok()) return status;
  return backlog;
}

}  // namespace ip::notification
