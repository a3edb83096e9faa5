// The sender threads: claim, carry, write down.
#ifndef NOTIFICATION_SERVICE_WORKER_DISPATCHER_H_
#define NOTIFICATION_SERVICE_WORKER_DISPATCHER_H_

#include <string>
#include <thread>
#include <vector>

#include "notification-service/worker/bell.h"
#include "notification-service/worker/courier.h"
#include "notification-service/worker/relay_guard.h"

namespace ip::notification {

class Dispatcher {
 public:
  // `queued` is rung when there are new messages; they are looked for every half second anyway.
  // What it is given must outlive it.
  Dispatcher(const Courier::Parts& parts, const CourierOptions& options, int threads, Bell* queued);
  // Stops `queued`. Mails on their way are finished first.
  ~Dispatcher();

 private:
  void Run(const Courier::Parts& parts, const CourierOptions& options, const std::string& owner);
  void Carry(Courier& courier, const Courier::Parts& parts, const Message& message);
  // Puts a claimed mail back: the relay is in trouble, and it would be tried in vain.
  void PutBack(const Courier::Parts& parts, const Message& message);
  void Store(DeliveryRepository& deliveries, const Message& message,
             const Courier::Attempt& attempt);

  Bell& queued_;
  RelayGuard guard_;
  std::vector<std::thread> threads_;
};

}  // namespace ip::notification

#endif  // NOTIFICATION_SERVICE_WORKER_DISPATCHER_H_
