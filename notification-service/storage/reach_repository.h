// Whether mails reach people: bounces, addresses that are shut out, evidence for what is unknown,
// and the unit's task when nobody was reached.
#ifndef NOTIFICATION_SERVICE_STORAGE_REACH_REPOSITORY_H_
#define NOTIFICATION_SERVICE_STORAGE_REACH_REPOSITORY_H_

#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "individuellplan/notification/v1/notification_service.pb.h"
#include "lib/sql/pool.h"

namespace ip::notification {

// A message whose fate nobody knows.
struct Unknown {
  std::string id;
  std::string key;  // as Message::key
  int fence = 0;
  absl::Time since;  // the machine's time
};

// What stands in the queue.
struct Backlog {
  // Live and troubled messages by Delivery.State; what was sent or called off is not counted.
  std::map<int, int64_t> count;
  // When the message that has waited longest was due (business); the future when nothing waits.
  absl::Time oldest_due = absl::InfiniteFuture();
};

class ReachRepository {
 public:
  // `key` as for IntakeRepository.
  ReachRepository(sql::Pool* pool, std::string key) : pool_(*pool), key_(std::move(key)) {}

  // Whether no mail may go to an address now (business).
  absl::StatusOr<bool> IsShutOut(const std::string& address_hash, absl::Time now);

  // A mail has come back, told by its token. False when the token is none of ours, or the mail has
  // bounced before. `score` as for CountRefusal.
  absl::StatusOr<bool> TakeBounce(const std::string& token, const std::string& enhanced, int score,
                                  absl::Time now);

  // Plans the units' tasks (UnreachedTask) for messages that ended without reaching anybody, at
  // most `limit`; answers how many tasks are new.
  absl::StatusOr<int> RaiseUnreached(absl::Time now, int limit);

  // UNKNOWN for longer than `wait`, the longest first.
  absl::StatusOr<std::vector<Unknown>> Unknowns(absl::Duration wait, int limit);
  // Evidence was found that it arrived (SENT), or that it did not (again in the queue at `now`
  // under the same Message-ID). Nothing when it is not UNKNOWN any more.
  absl::Status SettleByEvidence(const Unknown& unknown, bool arrived, absl::Time now);

  absl::StatusOr<Backlog> ReadBacklog();

 private:
  absl::StatusOr<int> RaiseFor(sql::Session& session, const std::string& message_id,
                               absl::Time now);

  sql::Pool& pool_;
  const std::string key_;
};

}  // namespace ip::notification

#endif  // NOTIFICATION_SERVICE_STORAGE_REACH_REPOSITORY_H_
