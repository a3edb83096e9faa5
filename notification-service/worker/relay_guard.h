// Keeps mails back while the relay is in trouble, and to the rate it allows.
#ifndef NOTIFICATION_SERVICE_WORKER_RELAY_GUARD_H_
#define NOTIFICATION_SERVICE_WORKER_RELAY_GUARD_H_

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "notification-service/mail/smtp_outcome.h"

namespace ip::notification {

// A circuit breaker and a token bucket; one for each relay, shared by its senders. Thread-safe. All
// times are the machine's.
class RelayGuard {
 public:
  // `per_second` mails on average, 0 for no limit. `first_pause` is how long a relay in trouble is
  // left alone at first.
  explicit RelayGuard(double per_second, absl::Duration first_pause = absl::Seconds(30))
      : per_second_(per_second), first_pause_(first_pause), tokens_(per_second) {}

  // How many of `want` mails may be taken on now; 0: look again a little later. After trouble it is
  // a single one at a time, to see whether the relay is back.
  int Allow(int want, absl::Time now);
  // So many of the allowed ones were not needed.
  void Return(int unused);

  // What an attempt came to. Three troubles in a row of the relay itself (or one of password or
  // certificate) shut it for the first pause, then longer, up to ten times that.
  void Report(const SmtpResult& result, absl::Time now);

  bool IsShut(absl::Time now) const;

 private:
  const double per_second_;
  const absl::Duration first_pause_;
  mutable absl::Mutex mutex_;
  double tokens_ ABSL_GUARDED_BY(mutex_);
  absl::Time filled_ ABSL_GUARDED_BY(mutex_) = absl::InfinitePast();
  int troubles_ ABSL_GUARDED_BY(mutex_) = 0;
  absl::Duration pause_ ABSL_GUARDED_BY(mutex_) = absl::ZeroDuration();  // zero: not in trouble
  bool probing_ ABSL_GUARDED_BY(mutex_) = false;                         // one mail is out to see
  absl::Time shut_until_ ABSL_GUARDED_BY(mutex_) = absl::InfinitePast();
};

// Whether a result tells of the relay rather than of the mail.
bool IsRelayTrouble(const SmtpResult& result);

}  // namespace ip::notification

#endif  // NOTIFICATION_SERVICE_WORKER_RELAY_GUARD_H_
