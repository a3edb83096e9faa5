// Makes permanent what ages change: each plan whose owner's day has come gets its revision, its
// event in the feed and its place in the lists. Readers do not wait for it (domain/ages.h).
#ifndef PLAN_SERVICE_WORKER_AGE_WORKER_H_
#define PLAN_SERVICE_WORKER_AGE_WORKER_H_

#include <thread>

#include "absl/status/statusor.h"
#include "absl/synchronization/notification.h"
#include "absl/time/time.h"
#include "plan-service/storage/plan_questions.h"
#include "plan-service/storage/plan_repository.h"

namespace ip::plan {

// Any number of replicas may run it. All parts outlive it.
class AgeWorker {
 public:
  AgeWorker(const PlanRepository* plans, const PlanQuestions* questions, const Clock* clock)
      : plans_(*plans), questions_(*questions), clock_(*clock) {}
  ~AgeWorker() { Stop(); }

  // Looks every ten seconds of the machine's time, as the business clock may jump.
  void Start();
  void Stop();

  // Brings at most 100 plans to the day; answers how many.
  absl::StatusOr<int> RunOnce() const;

 private:
  void Run();

  const PlanRepository& plans_;
  const PlanQuestions& questions_;
  const Clock& clock_;
  absl::Notification stopped_;
  std::thread thread_;
};

}  // namespace ip::plan

#endif  // PLAN_SERVICE_WORKER_AGE_WORKER_H_
