#include "notification-service/worker/dispatcher.h"

#include "absl/strings/str_cat.h"
#include "lib/base/id.h"
#include "lib/base/log.h"
#include "lib/base/metrics.h"
#include "notification-service/worker/backoff.h"

namespace ip::notification {
namespace {

constexpr absl::Duration kTick = absl::Milliseconds(500);
constexpr absl::Duration kRetryCommit = absl::Milliseconds(500);
constexpr int kBatch = 8;

void Count(const Finish& finish) {
  static auto& attempts = prometheus::BuildCounter()
                              .Name("ip_notify_attempts_total")
                              .Help("How attempts to send ended")
                              .Register(Metrics());
  static auto& nobody = prometheus::BuildCounter()
                            .Name("ip_notify_nobody_reached_total")
                            .Help("Mails whose recipient has no address or is reserved")
                            .Register(Metrics());
  attempts.Add({{"outcome", finish.outcome}}).Increment();
  if (finish.outcome == "NOT_REACHABLE") nobody.Add({{"reason", finish.reason}}).Increment();
}

}  // namespace

Dispatcher::Dispatcher(const Courier::Parts& parts, const CourierOptions& options, int threads,
                       Bell* queued)
    : queued_(*queued), guard_(options.per_second, options.relay_pause) {
  for (int i = 0; i < threads; ++i) {
    threads_.emplace_back([this, parts, options] { Run(parts, options, NewToken(12)); });
  }
}

Dispatcher::~Dispatcher() {
  queued_.Stop();
  for (auto& thread : threads_) thread.join();
}

void Dispatcher::Run(const Courier::Parts& parts, const CourierOptions& options,
                     const std::string& owner) {
  Courier courier(parts, options);
  int seen = 0;
  while (!queued_.stopped()) {
    const int allowed = guard_.Allow(kBatch, SystemClock().Now());
    if (allowed == 0) {
      queued_.Wait(kTick, seen);
      continue;
    }
    auto messages = parts.deliveries->Claim(owner, parts.clock->Now(), options.lease, allowed);
    guard_.Return(allowed - (messages.ok() ? static_cast<int>(messages->size()) : 0));
    if (!messages.ok()) {
      Log(Severity::kWarning, "claiming_failed",
          {{"code", std::string(absl::StatusCodeToString(messages.status().code()))}});
    } else if (!messages->empty()) {
      for (const Message& message : *messages) {
        if (guard_.IsShut(SystemClock().Now()) && messages->size() > 1) {
          PutBack(parts, message);
        } else {
          Carry(courier, parts, message);
        }
      }
      continue;
    }
    queued_.Wait(kTick, seen);
  }
}

void Dispatcher::PutBack(const Courier::Parts& parts, const Message& message) {
  Courier::Attempt attempt;
  attempt.finish = {.state = Delivery::SCHEDULED,
                    .next_at = parts.clock->Now() + kOutagePause,
                    .outcome = "RELAY_SHUT"};
  Store(*parts.deliveries, message, attempt);
}

void Dispatcher::Carry(Courier& courier, const Courier::Parts& parts, const Message& message) {
  const Courier::Attempt attempt = courier.Carry(message);
  if (attempt.relay) guard_.Report(*attempt.relay, SystemClock().Now());
  Store(*parts.deliveries, message, attempt);
}

void Dispatcher::Store(DeliveryRepository& deliveries, const Message& message,
                       const Courier::Attempt& attempt) {
  Count(attempt.finish);
  Log(Severity::kInfo, "attempt_ended",
      {{"delivery", message.id},
       {"outcome", attempt.finish.outcome},
       {"reason", attempt.finish.reason},
       {"code", int64_t{attempt.finish.code}}});
  // What the relay said is known here only: it is held until the database has it.
  int seen = 0;
  while (
      !deliveries.EndAttempt(message, attempt.finish, attempt.dropped, attempt.address_hash).ok()) {
    Log(Severity::kWarning, "outcome_not_stored", {{"delivery", message.id}});
    if (!queued_.Wait(kRetryCommit, seen)) return;
  }
}

}  // namespace ip::notification
