// Who has seen which plan (innsynslogg), in a chain of hashes per plan.
//
// Rows of look-ups that come while a commit is under way are written by the next one, all in one
// transaction and a handful of statements (group commit), so that a durable log does not halve the
// rate of reads. The log has a thread of its own for that; nobody else's waits.
//
// What the chain shows: a row that was changed, dropped, moved or put in between does not fit the
// hash of the row before, or does not open where it lies. The end of the chain is sealed with the
// key that encrypts the rows, so that who can write the database but has no key cannot cut rows off
// and move the end up. What is written behind an end that is not sealed does not fit: the look-ups
// that come later do not cover up what was done. The chain begins with the plan, so that a log that
// was deleted whole is missed.
#ifndef PLAN_SERVICE_STORAGE_ACCESS_LOG_H_
#define PLAN_SERVICE_STORAGE_ACCESS_LOG_H_

#include <cstdint>
#include <functional>
#include <map>
#include <span>
#include <string>
#include <thread>
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
  AccessLog(sql::Pool* pool, const crypto::Cipher* cipher);
  // Writes what waits.
  ~AccessLog();

  // Begins the chain of a new plan, in the transaction that makes the plan: from then on a log that
  // is not there was taken away.
  absl::Status Begin(sql::Session& session, const std::string& plan) const;

  using Done = std::function<void(const absl::Status&)>;
  // Writes all rows or none, soon, and then calls `done` on the log's thread: with OK when they are
  // durable. Whoever cannot write must not answer. Errors: UNAVAILABLE / ACCESS_LOG_UNAVAILABLE
  // whatever the cause.
  void Write(absl::Time deadline, std::vector<AccessLogRow> rows, Done done);

  // How many calls wait for the next commit; for metrics and tests.
  size_t waiting() const;

  // Newest first, numbers below `before` (0: from the newest); only `accessor`'s own when not
  // empty.
  absl::StatusOr<std::vector<individuellplan::plan::v1::AccessLogEntry>> List(
      absl::Time deadline, const std::string& plan, const std::string& accessor, int64_t before,
      int limit) const;

  // Those with these numbers, newest first; numbers that are not there are passed over.
  absl::StatusOr<std::vector<individuellplan::plan::v1::AccessLogEntry>> Find(
      absl::Time deadline, const std::string& plan, const std::vector<int64_t>& numbers) const;

  // Recomputes the chain from the first row to the head, and names the first row that does not fit;
  // the first one when there is no head.
  absl::StatusOr<individuellplan::plan::v1::VerifyAccessLogResponse> Verify(
      absl::Time deadline, const std::string& plan) const;

 private:
  // The rows of one call, and who wants to know what became of them.
  struct Batch {
    std::vector<AccessLogRow> rows;
    absl::Time deadline;
    Done done;
  };
  using Batches = std::vector<Batch>;

  // The end of a plan's chain.
  struct Head {
    int64_t number = 0;
    std::string hash = std::string(32, '\0');
  };
  using Heads = std::map<std::string, Head>;

  absl::Status LockHeads(sql::Session& session, Heads& heads) const;
  absl::Status SaveHeads(sql::Session& session, const Heads& heads) const;
  // Rows in the order of `rows`; moves the heads on.
  absl::Status Append(sql::Session& session, const std::vector<const AccessLogRow*>& rows,
                      Heads& heads) const;
  absl::Status Save(std::span<const Batch> batches) const;
  void SaveAndTell(const Batches& batches) const;
  void Run();

  // The number of the first row behind the end of the chain; 0 when there is none.
  absl::StatusOr<int64_t> FirstBeyondHead(absl::Time deadline, const std::string& plan) const;

  bool IsSealed(const std::string& plan, const Head& head, const std::string& seal) const;
  std::string SealOf(const std::string& plan, const Head& head) const;
  absl::StatusOr<std::vector<individuellplan::plan::v1::AccessLogEntry>> Read(
      absl::Time deadline, const std::string& plan, const std::string& condition,
      sql::Values values, int limit) const;

  sql::Pool& pool_;
  const crypto::Cipher& cipher_;
  mutable absl::Mutex mutex_;
  Batches waiting_ ABSL_GUARDED_BY(mutex_);
  bool stopped_ ABSL_GUARDED_BY(mutex_) = false;
  std::thread writer_;
};

// The number in "plans/{plan}/accessLogEntries/{number}".
int64_t EntryNumber(const std::string& name);

}  // namespace ip::plan

#endif  // PLAN_SERVICE_STORAGE_ACCESS_LOG_H_
