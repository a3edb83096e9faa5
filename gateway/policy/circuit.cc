#include "gateway/policy/circuit.h"

#include "absl/strings/str_cat.h"
#include "gateway/policy/retry.h"
#include "lib/base/errors.h"
#include "lib/base/log.h"

namespace ip::gateway {

absl::StatusOr<std::shared_ptr<Circuit::Ticket>> Circuit::Enter(bool stream) {
  if (failures_ >= limits_.failures) {
    const absl::Time now = clock_.Now();
    const std::lock_guard lock(mutex_);
    if (now < next_try_) {
      return RetryAfter(
          Error(absl::StatusCode::kUnavailable, "BACKEND_UNAVAILABLE",
                absl::StrCat(backend_, " cannot be reached right now. Try again shortly.")),
          next_try_ - now);
    }
    next_try_ = now + limits_.pause;
  }
  std::atomic<int>& in_flight = stream ? streams_ : calls_;
  if (++in_flight > (stream ? limits_.streams : limits_.calls)) {
    --in_flight;
    return RetryAfter(Error(absl::StatusCode::kResourceExhausted, "GATEWAY_BUSY",
                            absl::StrCat("Too many calls to ", backend_,
                                         " are under way. Try again in a second.")),
                      absl::Seconds(1));
  }
  return std::make_shared<Ticket>(this, stream);
}

void Circuit::Note(bool reached) {
  if (reached) {
    if (failures_.exchange(0) >= limits_.failures) {
      Log(Severity::kInfo, "circuit_closed", {{"backend", backend_}});
    }
    return;
  }
  const absl::Time now = clock_.Now();
  if (++failures_ != limits_.failures) return;
  Log(Severity::kWarning, "circuit_open", {{"backend", backend_}});
  const std::lock_guard lock(mutex_);
  next_try_ = now + limits_.pause;
}

}  // namespace ip::gateway
