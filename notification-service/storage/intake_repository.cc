#include "notification-service/storage/intake_repository.h"

#include <optional>
#include <utility>
#include <vector>

#include "individuellplan/notification/v1/notification_service.pb.h"
#include "lib/base/clock.h"
#include "lib/base/id.h"
#include "lib/crypto/hmac.h"
#include "notification-service/storage/call_off.h"
#include "notification-service/storage/projection.pb.h"
#include "notification-service/storage/slot_table.h"

namespace ip::notification {
namespace {

using individuellplan::notification::storage::Projection;
using individuellplan::notification::v1::Preferences;

// The revision of an aggregate of which no event has been taken in; real ones are above.
constexpr int64_t kNothingHeld = -1;
constexpr absl::Duration kPatience = absl::Seconds(20);

absl::Time Deadline() { return SystemClock().Now() + kPatience; }

Openings OpeningsOf(const Projection& projection) {
  Openings openings;
  for (const auto& opening : projection.openings()) {
    openings[{opening.name(), opening.kind()}] =
        absl::FromUnixSeconds(opening.open_time().seconds()) +
        absl::Nanoseconds(opening.open_time().nanos());
  }
  return openings;
}

Projection ProjectionOf(const ObligationEvent& event, const Openings& openings) {
  Projection projection;
  *projection.mutable_event() = event;
  for (const auto& [duty, time] : openings) {
    auto* opening = projection.add_openings();
    opening->set_name(duty.first);
    opening->set_kind(duty.second);
    const int64_t micros = absl::ToUnixMicros(time);
    opening->mutable_open_time()->set_seconds(micros / 1'000'000);
    opening->mutable_open_time()->set_nanos(static_cast<int>(micros % 1'000'000) * 1000);
  }
  return projection;
}

// Whether two events tell the same, wherever they stand in the feed.
bool SameDuties(ObligationEvent a, ObligationEvent b) {
  for (ObligationEvent* event : {&a, &b}) {
    event->clear_cursor();
    event->clear_create_time();
    event->clear_revision();
  }
  return a.SerializeAsString() == b.SerializeAsString();
}

}  // namespace

absl::StatusOr<std::string> IntakeRepository::Cursor(std::string_view source) {
  auto session = pool_.Acquire(Deadline());
  if (!session.ok()) return session.status();
  auto cursor = session->QueryOne("SELECT position FROM feed WHERE source = ?", {source},
                                  [](const sql::Row& row) { return row.String(0); });
  if (!cursor.ok()) return cursor.status();
  return cursor->value_or("");
}

absl::StatusOr<bool> IntakeRepository::Apply(std::string_view source, const ObligationEvent& event,
                                             const RuleSet& rules, absl::Time now) {
  bool planned = false;
  auto status = sql::Transact(pool_, Deadline(), [&](sql::Session& session) -> absl::Status {
    auto stored = Store(session, event, Word::kNewer, rules, now);
    if (!stored.ok()) return stored.status();
    planned = *stored;
    return session
        .Execute(
            "INSERT INTO feed (source, position) VALUES (?, ?) "
            "ON DUPLICATE KEY UPDATE position = VALUES(position)",
            {source, event.cursor()})
        .status();
  });
  if (!status.ok()) return status;
  return planned;
}

absl::StatusOr<int> IntakeRepository::ApplyRules(const RuleSet& rules, absl::Time now, int limit) {
  std::vector<std::string> names;
  {
    auto session = pool_.Acquire(Deadline());
    if (!session.ok()) return session.status();
    auto status = session->Query("SELECT name FROM aggregate WHERE rule_version <> ? LIMIT ?",
                                 {rules.version(), limit},
                                 [&](const sql::Row& row) { names.push_back(row.String(0)); });
    if (!status.ok()) return status;
  }
  for (const std::string& name : names) {
    ObligationEvent event;
    event.set_aggregate(name);
    auto status = sql::Transact(pool_, Deadline(), [&](sql::Session& session) {
      return Store(session, event, Word::kHeld, rules, now).status();
    });
    if (!status.ok()) return status;
  }
  return static_cast<int>(names.size());
}

absl::StatusOr<Agreement> IntakeRepository::Reconcile(const ObligationEvent& truth,
                                                      const RuleSet& rules, absl::Time now) {
  Agreement agreement = Agreement::kSame;
  auto status = sql::Transact(pool_, Deadline(), [&](sql::Session& session) -> absl::Status {
    auto held = session.QueryOne(
        "SELECT revision, projection FROM aggregate WHERE name = ? FOR UPDATE", {truth.aggregate()},
        [](const sql::Row& row) { return std::pair(row.Int64(0), row.String(1)); });
    if (!held.ok()) return held.status();
    Projection projection;
    if (held->has_value()) projection.ParseFromString((*held)->second);
    const bool newer = !held->has_value() || truth.revision() > (*held)->first;
    const bool older = held->has_value() && truth.revision() < (*held)->first;
    if (older || SameDuties(projection.event(), truth)) {
      agreement = Agreement::kSame;
      return absl::OkStatus();
    }
    agreement = newer ? Agreement::kBehind : Agreement::kDrift;
    return Store(session, truth, Word::kTruth, rules, now).status();
  });
  if (!status.ok()) return status;
  return agreement;
}

absl::StatusOr<std::vector<std::string>> IntakeRepository::Names(const std::string& after,
                                                                 int limit) {
  auto session = pool_.Acquire(Deadline());
  if (!session.ok()) return session.status();
  std::vector<std::string> names;
  auto status =
      session->Query("SELECT name FROM aggregate WHERE name > ? ORDER BY name LIMIT ?",
                     {after, limit}, [&](const sql::Row& row) { names.push_back(row.String(0)); });
  if (!status.ok()) return status;
  return names;
}

absl::StatusOr<std::optional<Held>> IntakeRepository::Read(const std::string& name,
                                                           absl::Time deadline) {
  auto session = pool_.Acquire(deadline);
  if (!session.ok()) return session.status();
  auto bytes = session->QueryOne("SELECT projection FROM aggregate WHERE name = ?", {name},
                                 [](const sql::Row& row) { return row.String(0); });
  if (!bytes.ok()) return bytes.status();
  if (!bytes->has_value()) return std::nullopt;
  Projection projection;
  if (!projection.ParseFromString(**bytes)) return absl::DataLossError("projection is broken");
  auto slots = SelectSlots(*session, "aggregate = ?", {name});
  if (!slots.ok()) return slots.status();
  return Held{projection.event(), OpeningsOf(projection), *std::move(slots)};
}

absl::Status IntakeRepository::StoreCalledOff(sql::Session& session, Slot slot, absl::Time now) {
  auto wishes = session.QueryOne("SELECT preferences FROM preference WHERE recipient = ?",
                                 {slot.recipient}, [](const sql::Row& row) {
                                   Preferences preferences;
                                   preferences.ParseFromString(row.String(0));
                                   return preferences;
                                 });
  if (!wishes.ok() || !wishes->value_or(Preferences()).calendar_entries()) return wishes.status();
  if (!slot.id.empty()) return UpdateSlot(session, slot);
  slot.id = NewId(now);
  return InsertSlot(session, slot, crypto::HmacSha256(key_, NaturalKey(slot)));
}

absl::StatusOr<bool> IntakeRepository::Store(sql::Session& session, const ObligationEvent& event,
                                             Word word, const RuleSet& rules, absl::Time now) {
  // A row that is not there yet cannot be locked: without this, two replicas that meet a new
  // aggregate at once would both plan for it.
  auto locked = session.Execute(
      "INSERT INTO aggregate (name, revision, rule_version, projection, update_time) "
      "VALUES (?, ?, '', '', ?) ON DUPLICATE KEY UPDATE name = VALUES(name)",
      {event.aggregate(), kNothingHeld, now});
  if (!locked.ok()) return locked.status();
  Projection held;
  std::optional<int64_t> revision;
  auto status = session.Query(
      "SELECT revision, projection FROM aggregate WHERE name = ? FOR UPDATE", {event.aggregate()},
      [&](const sql::Row& row) -> absl::Status {
        revision = row.Int64(0);
        return held.ParseFromString(row.String(1)) ? absl::OkStatus()
                                                   : absl::DataLossError("projection is broken");
      });
  if (!status.ok()) return status;
  const bool known = revision && event.revision() <= *revision;
  if (known && word == Word::kNewer) return false;
  const bool keep = known && (word == Word::kHeld || event.revision() < *revision);
  const ObligationEvent& current = keep ? held.event() : event;

  const Openings openings = NextOpenings(current, OpeningsOf(held), now);
  auto existing = SelectSlots(session, "aggregate = ? FOR UPDATE", {current.aggregate()});
  if (!existing.ok()) return existing.status();
  const Changes changes = Replan(current, openings, rules, *existing, now);
  for (Slot slot : changes.insert) {
    slot.id = NewId(now);
    status = InsertSlot(session, slot, crypto::HmacSha256(key_, NaturalKey(slot)));
    if (!status.ok()) return status;
  }
  for (const Slot& slot : changes.update) {
    if (status = UpdateSlot(session, slot); !status.ok()) return status;
    if (slot.state != SlotState::kCancelled) continue;
    if (status = CallOffMessageOf(session, slot.id, slot.reason); !status.ok()) return status;
  }
  for (const Slot& slot : CalledOff(current, *existing, now)) {
    if (status = StoreCalledOff(session, slot, now); !status.ok()) return status;
  }
  status = session
               .Execute(
                   "INSERT INTO aggregate (name, revision, rule_version, projection, "
                   "update_time) VALUES (?, ?, ?, ?, ?) ON DUPLICATE KEY UPDATE "
                   "revision = VALUES(revision), rule_version = VALUES(rule_version), "
                   "projection = VALUES(projection), update_time = VALUES(update_time)",
                   {current.aggregate(), current.revision(), rules.version(),
                    ProjectionOf(current, openings).SerializeAsString(), now})
               .status();
  if (!status.ok()) return status;
  return true;
}

}  // namespace ip::notification
