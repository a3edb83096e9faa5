// Follows the change feed of one service.
#ifndef NOTIFICATION_SERVICE_WORKER_FEED_READER_H_
#define NOTIFICATION_SERVICE_WORKER_FEED_READER_H_

#include <thread>

#include "lib/base/clock.h"
#include "notification-service/storage/intake_repository.h"
#include "notification-service/worker/bell.h"
#include "notification-service/worker/sources.h"

namespace ip::notification {

// Takes in event after event on a thread of its own; after any trouble it goes on behind the last
// event whose effect is stored. What it is given must outlive it.
class FeedReader {
 public:
  // `planned` is rung when something was planned.
  FeedReader(Source* source, IntakeRepository* intake, const Rules* rules, const Clock* clock,
             Bell* planned);
  ~FeedReader();

 private:
  void Run();
  // One stream, from the stored cursor to its end. True when an event came.
  bool Follow();

  Source& source_;
  IntakeRepository& intake_;
  const Rules& rules_;
  const Clock& clock_;
  Bell& planned_;
  Bell stop_;
  bool anew_ = false;
  std::thread thread_;
};

}  // namespace ip::notification

#endif  // NOTIFICATION_SERVICE_WORKER_FEED_READER_H_
