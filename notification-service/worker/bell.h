// Wakes and stops background threads.
#ifndef NOTIFICATION_SERVICE_WORKER_BELL_H_
#define NOTIFICATION_SERVICE_WORKER_BELL_H_

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"

namespace ip::notification {

// Thread-safe.
class Bell {
 public:
  // There is something to do.
  void Ring() {
    const absl::MutexLock lock(&mutex_);
    ++rings_;
    changed_.SignalAll();
  }
  // All waits end at once, now and from now on.
  void Stop() {
    const absl::MutexLock lock(&mutex_);
    stopped_ = true;
    changed_.SignalAll();
  }
  bool stopped() const {
    const absl::MutexLock lock(&mutex_);
    return stopped_;
  }
  // Waits until it was rung since this waiter's last look (`seen` is its own counter), at most
  // `time`. False when it is time to stop.
  bool Wait(absl::Duration time, int& seen) {
    const absl::MutexLock lock(&mutex_);
    while (!stopped_ && rings_ == seen) {
      if (changed_.WaitWithTimeout(&mutex_, time)) break;
    }
    seen = rings_;
    return !stopped_;
  }

 private:
  mutable absl::Mutex mutex_;
  absl::CondVar changed_;
  int rings_ ABSL_GUARDED_BY(mutex_) = 0;
  bool stopped_ ABSL_GUARDED_BY(mutex_) = false;
};

}  // namespace ip::notification

#endif  // NOTIFICATION_SERVICE_WORKER_BELL_H_
