// What the feeds told, and the slots that follow from it.
#ifndef NOTIFICATION_SERVICE_STORAGE_INTAKE_REPOSITORY_H_
#define NOTIFICATION_SERVICE_STORAGE_INTAKE_REPOSITORY_H_

#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "lib/sql/pool.h"
#include "notification-service/domain/plan.h"

namespace ip::notification {

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

 private:
  absl::StatusOr<bool> Store(sql::Session& session, const ObligationEvent& event,
                             bool even_if_known, const RuleSet& rules, absl::Time now);

  sql::Pool& pool_;
  const std::string key_;
};

}  // namespace ip::notification

#endif  // NOTIFICATION_SERVICE_STORAGE_INTAKE_REPOSITORY_H_
