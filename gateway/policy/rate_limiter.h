// How often somebody may call.
#ifndef GATEWAY_POLICY_RATE_LIMITER_H_
#define GATEWAY_POLICY_RATE_LIMITER_H_

#include <mutex>
#include <string>

#include "absl/container/flat_hash_map.h"
#include "absl/time/time.h"
#include "lib/base/clock.h"

namespace ip::gateway {

// Calls per second in the long run, and how many may come at once. `per_second` 0: no limit.
struct Rate {
  double per_second = 0;
  double burst = 0;
};

// One limit for each key, e.g. each subject. Thread-safe.
class RateLimiter {
 public:
  explicit RateLimiter(Rate rate, size_t max_keys = 100'000, const Clock& clock = SystemClock())
      : rate_(rate), max_keys_(max_keys), clock_(clock) {}

  // Zero when the call may go on; otherwise it does not count, and this is how long to wait.
  absl::Duration Take(const std::string& key);

 private:
  const Rate rate_;
  const size_t max_keys_;
  const Clock& clock_;
  std::mutex mutex_;
  // When each key's calls would be paid off at the lasting rate.
  absl::flat_hash_map<std::string, absl::Time> paid_at_;
};

// The part of an address that one client is likely to be behind: all of an IPv4 address, the /64 of
// an IPv6 address. Takes "10.0.0.1", "::1" and gRPC's peers ("ipv4:10.0.0.1:55",
// "ipv6:%5B::1%5D:1").
std::string LimitKeyOfAddress(std::string_view address);

}  // namespace ip::gateway

#endif  // GATEWAY_POLICY_RATE_LIMITER_H_
