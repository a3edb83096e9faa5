// What the feeds told, and the slots that follow from it.
#ifndef NOTIFICATION_SERVICE_STORAGE_INTAKE_REPOSITORY_H_
#define NOTIFICATION_SERVICE_STORAGE_INTAKE_REPOSITORY_H_

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "lib/sql/pool.h"
#include "notification-service/domain/plan.h"

namespace ip::notification {

// What is held of one plan or notice.
struct Held {
  ObligationEvent event;
  Openings openings;
  std::vector<Slot> slots;
};

// How what is held compares with the owning service's word.
enum class Agreement {
  kSame,
  kBehind,  // an event that changes it has not been taken in yet
  kDrift,   // same revision, other duties
};

class IntakeRepository {
 public:
  // `key` is the secret under which slot keys are hashed; it must never change.
  IntakeRepository(sql::Pool* pool, std::string key) : pool_(*pool), key_(std::move(key)) {}

  // The cursor of the last event of `source` whose effect is stored; "" at the beginning.
  absl::StatusOr<std::string> Cursor(std::string_view source);

  // Takes an event in: projection, slots and cursor in one transaction, so each event has its
  // effect exactly once. An event that is not newer than what is held moves the cursor only. Mails
  // that became wrong and have not passed the gate are called off. Answers whether anything was
  // planned.
  absl::StatusOr<bool> Apply(std::string_view source, const ObligationEvent& event,
                             const RuleSet& rules, absl::Time now);

  // Plans again aggregates that were planned by another version of the rules (at most `limit`);
  // answers how many.
  absl::StatusOr<int> ApplyRules(const RuleSet& rules, absl::Time now, int limit);

  // Makes what is held follow the owning service's word of this moment. The cursor stays.
  absl::StatusOr<Agreement> Reconcile(const ObligationEvent& truth, const RuleSet& rules,
                                      absl::Time now);

  // Names of aggregates in order, behind `after` ("" at the beginning).
  absl::StatusOr<std::vector<std::string>> Names(const std::string& after, int limit);
  // Nothing when there is no such aggregate.
  absl::StatusOr<std::optional<Held>> Read(const std::string& name, absl::Time deadline);

 private:
  // Which word counts: the event's if it is newer than what is held, what is held, or the event's
  // unless it is older.
  enum class Word { kNewer, kHeld, kTruth };
  absl::StatusOr<bool> Store(sql::Session& session, const ObligationEvent& event, Word word,
                             const RuleSet& rules, absl::Time now);
  // For whom mails bring calendar entries; others are not told.
  absl::Status StoreCalledOff(sql::Session& session, Slot slot, absl::Time now);

  sql::Pool& pool_;
  const std::string key_;
};

}  // namespace ip::notification

#endif  // NOTIFICATION_SERVICE_STORAGE_INTAKE_REPOSITORY_H_
