// Keeps a backend from being asked for more than it can give.
#ifndef GATEWAY_POLICY_CIRCUIT_H_
#define GATEWAY_POLICY_CIRCUIT_H_

#include <atomic>
#include <memory>
#include <mutex>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "lib/base/clock.h"

namespace ip::gateway {

struct CircuitLimits {
  int calls = 500;     // unary calls in flight: more would wait longer than people do
  int streams = 2000;  // open streams
  // So many calls in a row that did not reach the backend open the circuit; then one call each
  // `pause` tries whether it is back.
  int failures = 8;
  absl::Duration pause = absl::Seconds(1);
};

// One per backend. Thread-safe.
class Circuit {
 public:
  Circuit(std::string backend, CircuitLimits limits, const Clock& clock = SystemClock())
      : backend_(std::move(backend)), limits_(limits), clock_(clock) {}

  // A call in flight; it ends with the ticket's destruction. The circuit must outlive it.
  class Ticket {
   public:
    Ticket(Circuit* circuit, bool stream) : circuit_(*circuit), stream_(stream) {}
    ~Ticket() { circuit_.Leave(stream_); }
    Ticket(const Ticket&) = delete;
    // Whether the backend could be reached, when that is known.
    void Reached(bool reached) { circuit_.Note(reached); }

   private:
    Circuit& circuit_;
    const bool stream_;
  };

  // Errors: RESOURCE_EXHAUSTED / GATEWAY_BUSY when too many calls are in flight; UNAVAILABLE /
  // BACKEND_UNAVAILABLE while the circuit is open. Both with RetryInfo.
  absl::StatusOr<std::shared_ptr<Ticket>> Enter(bool stream);

 private:
  void Leave(bool stream) { --(stream ? streams_ : calls_); }
  void Note(bool reached);

  const std::string backend_;
  const CircuitLimits limits_;
  const Clock& clock_;
  std::atomic<int> calls_ = 0;
  std::atomic<int> streams_ = 0;
  std::atomic<int> failures_ = 0;  // in a row
  std::mutex mutex_;
  absl::Time next_try_ = absl::InfinitePast();
};

}  // namespace ip::gateway

#endif  // GATEWAY_POLICY_CIRCUIT_H_
