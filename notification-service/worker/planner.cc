#include "notification-service/worker/planner.h"

#include <algorithm>

#include "lib/base/log.h"
#include "lib/base/metrics.h"

namespace ip::notification {
namespace {

constexpr absl::Duration kTick = absl::Milliseconds(500);
constexpr absl::Duration kHousekeeping = absl::Seconds(2);
constexpr absl::Duration kBacklog = absl::Seconds(15);
constexpr int kUnreached = 100;
constexpr int kAddressees = 500;
constexpr int kAggregates = 100;

prometheus::Counter& Count(const char* event) {
  static auto& family =
      prometheus::BuildCounter()
          .Name("ip_notify_planner_total")
          .Help("What the planner did: bound, expired, freed, unknown, held, unreached")
          .Register(Metrics());
  return family.Add({{"event", event}});
}

void LogTrouble(const char* event, const absl::Status& status) {
  Log(Severity::kWarning, event, {{"code", std::string(absl::StatusCodeToString(status.code()))}});
}

}  // namespace

Planner::Planner(const Parts& parts) : parts_(parts), thread_([this] { Run(); }) {}

Planner::~Planner() {
  parts_.planned->Stop();
  thread_.join();
}

void Planner::Run() {
  int seen = 0;
  do {
    Tick();
  } while (parts_.planned->Wait(kTick, seen));
}

void Planner::Tick() {
  const absl::Time now = parts_.clock->Now();
  Housekeep(now);
  auto replanned = parts_.intake->ApplyRules(parts_.rules->On(OsloDay(now)), now, kAggregates);
  if (!replanned.ok()) LogTrouble("replanning_failed", replanned.status());
  // Before the addressees, so that a new task of a unit goes out at once.
  const auto tasks = parts_.reach->RaiseUnreached(now, kUnreached);
  if (!tasks.ok()) LogTrouble("telling_units_failed", tasks.status());
  Count("unreached").Increment(tasks.value_or(0));
  const auto addressees = parts_.agenda->DueAddressees(now, kAddressees);
  if (!addressees.ok()) return LogTrouble("planning_failed", addressees.status());
  for (const std::string& addressee : *addressees) {
    if (parts_.planned->stopped()) return;
    const auto bound = parts_.agenda->Bind(addressee, now);
    if (!bound.ok()) {
      LogTrouble("binding_failed", bound.status());
      continue;
    }
    Count("bound").Increment(bound->messages);
    Count("expired").Increment(bound->expired);
    if (bound->messages > 0) parts_.queued->Ring();
  }
}

void Planner::Housekeep(absl::Time now) {
  if (SystemClock().Now() < next_housekeeping_) return;
  next_housekeeping_ = SystemClock().Now() + kHousekeeping;
  const auto reaped = parts_.deliveries->Reap(now);
  if (!reaped.ok()) return LogTrouble("reaping_failed", reaped.status());
  Count("freed").Increment(reaped->freed);
  Count("unknown").Increment(reaped->unknown);
  if (!parts_.by_evidence) {
    const auto settled = parts_.deliveries->SettleUnknown(now, parts_.settle_after);
    if (!settled.ok()) return LogTrouble("settling_failed", settled.status());
    Count("held").Increment(settled->held);
  }
  if (SystemClock().Now() >= next_backlog_) ShowBacklog(now);
}

void Planner::ShowBacklog(absl::Time now) {
  next_backlog_ = SystemClock().Now() + kBacklog;
  static auto& messages = prometheus::BuildGauge()
                              .Name("ip_notify_messages")
                              .Help("Mails that are live or in trouble, by state")
                              .Register(Metrics());
  static auto& oldest = prometheus::BuildGauge()
                            .Name("ip_notify_oldest_due_seconds")
                            .Help("How long the mail that has waited longest has been due")
                            .Register(Metrics())
                            .Add({});
  const auto backlog = parts_.reach->ReadBacklog();
  if (!backlog.ok()) return LogTrouble("backlog_unknown", backlog.status());
  for (const auto state :
       {Delivery::SCHEDULED, Delivery::CLAIMED, Delivery::SENDING, Delivery::UNKNOWN,
        Delivery::HELD, Delivery::FAILED, Delivery::DEAD, Delivery::BOUNCED}) {
    const auto found = backlog->count.find(state);
    messages.Add({{"state", Delivery::State_Name(state)}})
        .Set(found == backlog->count.end() ? 0 : static_cast<double>(found->second));
  }
  oldest.Set(std::max(0.0, absl::ToDoubleSeconds(now - backlog->oldest_due)));
}

}  // namespace ip::notification
