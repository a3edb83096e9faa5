#include "plan-service/worker/age_worker.h"

#include "lib/base/errors.h"
#include "lib/base/log.h"
#include "plan-service/domain/act.h"

namespace ip::plan {
namespace {

constexpr int kBatch = 100;
constexpr absl::Duration kPause = absl::Seconds(10);
constexpr absl::Duration kPatience = absl::Seconds(20);  // for one batch

}  // namespace

absl::StatusOr<int> AgeWorker::RunOnce() const {
  const absl::Time deadline = SystemClock().Now() + kPatience;
  auto due = questions_.DueForAge(deadline, OsloDay(clock_.Now()), kBatch);
  if (!due.ok()) return due.status();
  for (const std::string& plan : *due) {
    const document::Context ctx{"plan-service", "ComeOfAge", "", "", "", deadline};
    // The repository brings the plan to the day before it changes it; nothing is left to do here.
    auto changed = plans_.Mutate(ctx, plan, [this](CarePlan& p) -> absl::StatusOr<std::string> {
      const CarePlan before = p;
      Stamp(before, p, clock_.Now());
      return p.name();
    });
    if (!changed.ok()) return changed.status();
  }
  return static_cast<int>(due->size());
}

void AgeWorker::Start() {
  thread_ = std::thread([this] { Run(); });
}

void AgeWorker::Stop() {
  if (!thread_.joinable()) return;
  stopped_.Notify();
  thread_.join();
}

void AgeWorker::Run() {
  do {
    const auto done = RunOnce();
    if (!done.ok()) {
      Log(Severity::kWarning, "age_step_failed",
          {{"code", absl::StatusCodeToString(done.status().code())},
           {"reason", ReasonOf(done.status())}});
    }
  } while (!stopped_.WaitForNotificationWithTimeout(kPause));
}

}  // namespace ip::plan
