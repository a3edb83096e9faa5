#include "lib/outbox/feed.h"

#include <algorithm>

#include "lib/base/clock.h"
#include "lib/base/errors.h"

namespace ip::outbox {
namespace {

constexpr absl::Duration kStep = absl::Seconds(5);  // for one look, whatever the caller's deadline

absl::Time Soon() { return SystemClock().Now() + kStep; }

}  // namespace

absl::Status Feed::CheckPlace(int64_t after_seq, absl::Time deadline) {
  if (after_seq == 0) return absl::OkStatus();
  absl::StatusOr<int64_t> last = LastSeq(pool_, deadline);
  if (!last.ok() || after_seq <= *last) return last.status();
  return Error(absl::StatusCode::kOutOfRange, "CURSOR_AHEAD",
               "The feed never came that far. Begin anew with an empty cursor.");
}

absl::StatusOr<std::vector<Entry>> Feed::Next(int64_t after_seq, int max, absl::Time deadline) {
  for (bool first = true;; first = false) {
    int64_t seen = 0;
    {
      absl::MutexLock lock(&mutex_);
      seen = nudges_;
    }
    absl::StatusOr<std::vector<Entry>> entries = Read(pool_, after_seq, max, Soon());
    if (!entries.ok() || !entries->empty()) return entries;
    if (first) {
      if (absl::Status placed = CheckPlace(after_seq, Soon()); !placed.ok()) return placed;
    }
    absl::StatusOr<int> numbered = NumberNew(pool_, Soon());
    // Losing against another replica that numbers is no trouble: the next look finds its work.
    if (!numbered.ok() && !absl::IsAborted(numbered.status())) return numbered.status();
    if (numbered.value_or(0) > 0) continue;

    const absl::Time now = SystemClock().Now();
    if (now >= deadline) return entries;
    const absl::Time wake = std::min(deadline, now + poll_);
    absl::MutexLock lock(&mutex_);
    while (nudges_ == seen && !nudged_.WaitWithDeadline(&mutex_, wake)) {
    }
  }
}

void Feed::Nudge() {
  absl::MutexLock lock(&mutex_);
  ++nudges_;
  nudged_.SignalAll();
}

}  // namespace ip::outbox
