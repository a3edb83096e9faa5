// Takes accepted notices on, step by step, until the coordinator has answered, and finishes
// forwardings. Each step is stored before the next begins and every call is idempotent, so it may
// die anywhere and any replica may go on.
#ifndef REFERRAL_SERVICE_WORKER_ACCEPTANCE_WORKER_H_
#define REFERRAL_SERVICE_WORKER_ACCEPTANCE_WORKER_H_

#include <condition_variable>
#include <mutex>
#include <thread>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "lib/base/clock.h"
#include "referral-service/storage/notice_repository.h"
#include "referral-service/worker/plan_client.h"

namespace ip::referral {

class AcceptanceWorker {
 public:
  struct Deps {
    NoticeRepository* notices;
    WorkRepository* work;
    PlanClient* plans;
    const Clock* clock;  // business time
    // How soon the work of another replica that died is seen.
    absl::Duration poll = absl::Milliseconds(500);
  };

  explicit AcceptanceWorker(const Deps& deps) : deps_(deps) {}
  ~AcceptanceWorker() { Stop(); }

  void Start();
  void Stop();
  // There is something to do right now.
  void Nudge();

  // Takes one notice that is due one step further. False when none was due. A step that could not
  // be done is put off, longer each time; the error is answered.
  absl::StatusOr<bool> RunOnce();

 private:
  void Run();
  // True when a step was made, false when there is nothing to do but wait.
  absl::StatusOr<bool> TakeStep(const pb::NeedNotice& notice);
  absl::StatusOr<bool> OpenPlan(const pb::NeedNotice& notice);
  absl::StatusOr<bool> Nominate(const pb::NeedNotice& notice);
  absl::StatusOr<bool> LookForAnswer(const pb::NeedNotice& notice);
  absl::StatusOr<bool> Store(const pb::NeedNotice& notice, std::string_view action,
                             const std::function<absl::Status(pb::NeedNotice&, const Step&)>& step);

  const Deps deps_;
  std::mutex mutex_;
  std::condition_variable wake_;
  bool nudged_ = false;
  bool stopped_ = false;
  std::thread thread_;
};

}  // namespace ip::referral

#endif  // REFERRAL_SERVICE_WORKER_ACCEPTANCE_WORKER_H_
