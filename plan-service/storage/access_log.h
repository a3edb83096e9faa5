// Who has seen which plan (innsynslogg), in a chain of hashes per plan.
//
// Rows of look-ups that come at the same time are written in one transaction (group commit):
// whoever comes first writes for all who wait, so that a durable log does not halve the rate of
// reads.
#ifndef PLAN_SERVICE_STORAGE_ACCESS_LOG_H_
#define PLAN_SERVICE_STORAGE_ACCESS_LOG_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "individuellplan/plan/v1/access_service.pb.h"
#include "lib/crypto/cipher.h"
#include "lib/sql/pool.h"

namespace ip::plan {

struct AccessLogRow {
  // "plans/{plan}".
  std::string plan;
  // Without name; it is given by the log.
  individuellplan::plan::v1::AccessLogEntry entry;
};

// Thread-safe.
class AccessLog {
 public:
  AccessLog(sql::Pool* pool, const crypto::Cipher* cipher) : pool_(*pool), cipher_(*cipher) {}

  // Writes all rows or none; they are durable when it answers OK. Whoever cannot write must not
  // answer. Errors: UNAVAILABLE / ACCESS_LOG_UNAVAILABLE whatever the cause.
  absl::Status Write(absl::Time deadline, std::vector<AccessLogRow> rows);

  // Newest first, numbers below `before` (0: from the newest); only `accessor`'s own when not
  // empty.
  absl::StatusOr<std::vector<individuellplan::plan::v1::AccessLogEntry>> List(
      absl::Time deadline, const std::string& plan, const std::string& accessor, int64_t before,
      int limit) const;

  // Recomputes the chain from the first row to the head.
  absl::StatusOr<individuellplan::plan::v1::VerifyAccessLogResponse> Verify(
      absl::Time deadline, const std::string& plan) const;

 private:
  // The rows of one call, and what became of them.
  struct Batch {
    std::vector<AccessLogRow> rows;
    std::optional<absl::Status> outcome;
  };
  using Batches = std::vector<std::shared_ptr<Batch>>;

  absl::Status Append(sql::Session& session, const AccessLogRow& row) const;
  absl::Status Save(absl::Time deadline, const Batches& batches) const;
  // Writes everything that waits, for all.
  void WriteWaiting(absl::Time deadline) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  sql::Pool& pool_;
  const crypto::Cipher& cipher_;
  absl::Mutex mutex_;
  absl::CondVar turned_;
  Batches waiting_ ABSL_GUARDED_BY(mutex_);
  bool writing_ ABSL_GUARDED_BY(mutex_) = false;
};

// The number in "plans/{plan}/accessLogEntries/{number}".
int64_t EntryNumber(const std::string& name);

}  // namespace ip::plan

#endif  // PLAN_SERVICE_STORAGE_ACCESS_LOG_H_
