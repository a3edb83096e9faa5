// Everything that runs by itself: reading feeds, planning, sending, mailboxes, the nightly
// comparison.
#ifndef NOTIFICATION_SERVICE_WORKER_BACKGROUND_H_
#define NOTIFICATION_SERVICE_WORKER_BACKGROUND_H_

#include <memory>
#include <vector>

#include "notification-service/worker/dispatcher.h"
#include "notification-service/worker/feed_reader.h"
#include "notification-service/worker/planner.h"
#include "notification-service/worker/postmaster.h"
#include "notification-service/worker/reconciler.h"

namespace ip::notification {

// Runs from construction to destruction. What it is given must outlive it.
class Background {
 public:
  struct Parts {
    Courier::Parts courier;
    IntakeRepository* intake;
    AgendaRepository* agenda;
    const Rules* rules;
    Bell* queued;  // rung when a delivery was put back
  };
  Background(const Parts& parts, const CourierOptions& courier, const PostmasterOptions& postmaster,
             int senders);

 private:
  Bell planned_;
  // Stopped from the last to the first: first nothing new is planned, then what is on its way is
  // finished.
  Dispatcher dispatcher_;
  Postmaster postmaster_;
  Planner planner_;
  std::vector<std::unique_ptr<FeedReader>> feeds_;
  Reconciler reconciler_;
};

}  // namespace ip::notification

#endif  // NOTIFICATION_SERVICE_WORKER_BACKGROUND_H_
