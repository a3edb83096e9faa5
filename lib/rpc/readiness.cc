#include "lib/rpc/readiness.h"

#include <exception>
#include <string>
#include <utility>

#include "lib/base/log.h"
#include "lib/rpc/call_metrics.h"

namespace ip::rpc {
namespace {

constexpr int kMisses = 3;

absl::Status Ask(const std::function<absl::Status()>& check) {
  if (!check) return absl::OkStatus();
  try {
    return check();
  } catch (const std::exception& e) {
    return absl::InternalError(e.what());
  }
}

}  // namespace

Readiness::Readiness(std::function<absl::Status()> check, std::function<void(bool)> tell,
                     absl::Duration interval)
    : check_(std::move(check)), tell_(std::move(tell)), interval_(interval) {
  tell_(false);
  thread_ = std::thread([this] { Watch(); });
}

void Readiness::Watch() {
  int misses = 0;
  std::unique_lock lock(mutex_);
  while (!stopped_) {
    lock.unlock();
    const absl::Status status = Ask(check_);
    lock.lock();
    if (stopped_) return;
    misses = status.ok() ? 0 : misses + 1;
    if (status.ok() && !ready_) Turn(true, status);
    if (misses == 1 && !ready_) {
      Log(Severity::kWarning, "waiting_for_dependency", {{"why", std::string(status.message())}});
    }
    if (misses == kMisses && ready_) Turn(false, status);
    wake_.wait_for(lock, absl::ToChronoNanoseconds(interval_), [this] { return stopped_; });
  }
}

void Readiness::Turn(bool ready, const absl::Status& why) {
  ready_ = ready;
  tell_(ready);
  Ready().Set(ready ? 1 : 0);
  Log(ready ? Severity::kInfo : Severity::kError, ready ? "ready" : "not_ready",
      {{"why", std::string(why.message())}});
}

void Readiness::Stop() {
  {
    const std::lock_guard lock(mutex_);
    if (std::exchange(stopped_, true)) return;
    tell_(false);
    Ready().Set(0);
  }
  wake_.notify_all();
  thread_.join();
}

}  // namespace ip::rpc
