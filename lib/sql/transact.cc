#include <algorithm>
#include <functional>
#include <random>

#include "absl/time/clock.h"
#include "lib/base/clock.h"
#include "lib/sql/connection.h"
#include "lib/sql/errors.h"
#include "lib/sql/pool.h"

namespace ip::sql {
namespace {

constexpr int kMaxRuns = 5;

// Jitter keeps those that collided from colliding again.
absl::Duration Backoff(int run) {
  static thread_local std::minstd_rand random{std::random_device{}()};
  const double longest_ms = std::min(5 << run, 100);
  return absl::Milliseconds(std::uniform_real_distribution<double>(0, longest_ms)(random));
}

absl::Status RunOnce(Connection& connection, absl::Time deadline,
                     const std::function<absl::Status()>& fn) {
  if (absl::Status begun = connection.Begin(deadline); !begun.ok()) return begun;
  absl::Status status = fn();
  if (status.ok() && connection.doomed()) status = MaskedStatus(absl::StatusCode::kAborted);
  if (status.ok() && SystemClock().Now() >= deadline) {
    status = MaskedStatus(absl::StatusCode::kDeadlineExceeded);
  }
  return status.ok() ? connection.Commit() : status;
}

}  // namespace

absl::Status Transact(Pool& pool, absl::Time deadline,
                      const std::function<absl::Status(Session&)>& fn) {
  for (int run = 1;; ++run) {
    bool again = false;
    absl::Status status;
    {
      absl::StatusOr<Session> session = pool.Acquire(deadline);
      if (!session.ok()) return session.status();
      Connection& connection = *session->connection_;
      status = RunOnce(connection, deadline, [&] { return fn(*session); });
      if (status.ok()) return status;
      again = (connection.doomed() || !connection.in_transaction()) && connection.retryable();
      if (connection.in_transaction()) connection.Rollback();
    }
    const absl::Duration pause = Backoff(run);
    if (!again || run == kMaxRuns || SystemClock().Now() + pause >= deadline) return status;
    absl::SleepFor(pause);
  }
}

}  // namespace ip::sql
