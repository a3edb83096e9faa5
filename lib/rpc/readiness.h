// Keeps the health service honest: asks whether the dependencies answer, and tells load balancers.
#ifndef LIB_RPC_READINESS_H_
#define LIB_RPC_READINESS_H_

#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>

#include "absl/status/status.h"
#include "absl/time/time.h"

namespace ip::rpc {

class Readiness {
 public:
  // Calls `check` at once and then every `interval` on an own thread, and `tell` when the answer
  // turns: to ready after one success, to not ready after three misses in a row. Before the first
  // success it is not ready. A null `check` always succeeds.
  Readiness(std::function<absl::Status()> check, std::function<void(bool)> tell,
            absl::Duration interval);
  ~Readiness() { Stop(); }

  // Says not ready, and asks no more.
  void Stop();

 private:
  void Watch();
  void Turn(bool ready, const absl::Status& why);

  const std::function<absl::Status()> check_;
  const std::function<void(bool)> tell_;
  const absl::Duration interval_;
  std::mutex mutex_;
  std::condition_variable wake_;
  bool stopped_ = false;
  bool ready_ = false;
  std::thread thread_;
};

}  // namespace ip::rpc

#endif  // LIB_RPC_READINESS_H_
