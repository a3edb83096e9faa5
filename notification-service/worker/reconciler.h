// The nightly comparison with the services that own the duties.
#ifndef NOTIFICATION_SERVICE_WORKER_RECONCILER_H_
#define NOTIFICATION_SERVICE_WORKER_RECONCILER_H_

#include <thread>

#include "lib/base/clock.h"
#include "notification-service/storage/intake_repository.h"
#include "notification-service/worker/bell.h"
#include "notification-service/worker/sources.h"

namespace ip::notification {

// What a comparison found.
struct Reconciled {
  int same = 0;
  int behind = 0;  // the feed had not told it yet
  // Other duties at the same revision; mended. 0 but where a day has passed that no event tells: a
  // consent or a participant's period has ended.
  int drift = 0;
  int gone = 0;    // the owner does not know it (any more); what is held stays
  int failed = 0;  // not compared
};

// Each night from three o'clock (business time), and after a start, asks for the open duties of
// everything that is held and mends what differs. What it is given must outlive it.
class Reconciler {
 public:
  Reconciler(const Sources* sources, IntakeRepository* intake, const Rules* rules,
             const Clock* clock, Bell* planned);
  ~Reconciler();

  // One whole comparison; also what the thread does.
  Reconciled Compare();

 private:
  void Run();
  void CompareOne(const std::string& name, Reconciled& found);

  const Sources& sources_;
  IntakeRepository& intake_;
  const Rules& rules_;
  const Clock& clock_;
  Bell& planned_;
  Bell stop_;
  std::thread thread_;
};

}  // namespace ip::notification

#endif  // NOTIFICATION_SERVICE_WORKER_RECONCILER_H_
