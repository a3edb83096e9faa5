// Turns slots whose time has come into messages, and keeps the queue honest.
#ifndef NOTIFICATION_SERVICE_WORKER_PLANNER_H_
#define NOTIFICATION_SERVICE_WORKER_PLANNER_H_

#include <thread>

#include "lib/base/clock.h"
#include "notification-service/storage/agenda_repository.h"
#include "notification-service/storage/delivery_repository.h"
#include "notification-service/storage/intake_repository.h"
#include "notification-service/storage/reach_repository.h"
#include "notification-service/worker/bell.h"

namespace ip::notification {

// A thread that wakes when rung and at least every half second, because the business clock may
// jump. What it is given must outlive it.
class Planner {
 public:
  struct Parts {
    IntakeRepository* intake;
    AgendaRepository* agenda;
    DeliveryRepository* deliveries;
    ReachRepository* reach;
    const Rules* rules;
    const Clock* clock;
    Bell* planned;  // something may be due
    Bell* queued;   // rung when messages were made
    // How long to look for evidence before an unknown is settled: longer than any sender may be
    // paused and any relay may ponder.
    absl::Duration settle_after = absl::Minutes(15);
    // Unknowns are settled by evidence (Postmaster) instead.
    bool by_evidence = false;
  };
  explicit Planner(const Parts& parts);
  // Stops `planned`.
  ~Planner();

 private:
  void Run();
  void Tick();
  void Housekeep(absl::Time now);
  void ShowBacklog(absl::Time now);

  const Parts parts_;
  absl::Time next_housekeeping_ = absl::InfinitePast();
  absl::Time next_backlog_ = absl::InfinitePast();
  std::thread thread_;
};

}  // namespace ip::notification

#endif  // NOTIFICATION_SERVICE_WORKER_PLANNER_H_
