// When to try again.
#ifndef NOTIFICATION_SERVICE_WORKER_BACKOFF_H_
#define NOTIFICATION_SERVICE_WORKER_BACKOFF_H_

#include <algorithm>
#include <array>

#include "absl/time/time.h"

namespace ip::notification {

// How long to wait after the n-th attempt (from 1): 1, 5, 15, 30, 60 minutes, then hourly. `spread`
// in
// [-1, 1] moves it by up to 20 %, so that what failed together does not come back together.
inline absl::Duration Backoff(int attempts, double spread) {
  constexpr std::array kMinutes = {1, 5, 15, 30, 60};
  const auto i =
      static_cast<size_t>(std::clamp(attempts, 1, static_cast<int>(kMinutes.size())) - 1);
  return absl::Minutes(kMinutes[i]) * (1 + 0.2 * spread);
}

// How long to wait when the relay itself or a service is not there: no attempt of the mail is
// burnt.
inline constexpr absl::Duration kOutagePause = absl::Seconds(30);

}  // namespace ip::notification

#endif  // NOTIFICATION_SERVICE_WORKER_BACKOFF_H_
