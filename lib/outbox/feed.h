// Following an outbox: what a WatchEvents handler reads from.
#ifndef LIB_OUTBOX_FEED_H_
#define LIB_OUTBOX_FEED_H_

#include <cstdint>
#include <string_view>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "lib/outbox/outbox.h"

namespace ip::outbox {

// One per process, shared by all streams and writers. Thread-safe.
class Feed {
 public:
  // `poll` is how soon entries are seen that another replica wrote.
  explicit Feed(sql::Pool* pool, absl::Duration poll = absl::Milliseconds(500))
      : pool_(*pool), poll_(poll) {}

  // Entries after a place (at most `max`), as soon as there are any; none when the deadline has
  // passed. A handler calls it in a loop with a short deadline and looks for cancellation between.
  // Errors: OUT_OF_RANGE / CURSOR_AHEAD when the feed never came that far (the database was put
  // back to an earlier state: the consumer must begin anew); those of lib/sql.
  absl::StatusOr<std::vector<Entry>> Next(int64_t after_seq, int max, absl::Time deadline);

  // Something was committed: wakes those who wait. Call it after COMMIT; lib/document does.
  void Nudge();

 private:
  absl::Status CheckPlace(int64_t after_seq, absl::Time deadline);

  sql::Pool& pool_;
  const absl::Duration poll_;
  absl::Mutex mutex_;
  absl::CondVar nudged_;
  int64_t nudges_ ABSL_GUARDED_BY(mutex_) = 0;
};

}  // namespace ip::outbox

#endif  // LIB_OUTBOX_FEED_H_
