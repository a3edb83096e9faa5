#include "notification-service/worker/postmaster.h"

#include "lib/base/log.h"
#include "lib/base/metrics.h"
#include "notification-service/mail/bounce.h"
#include "notification-service/mail/tokens.h"

namespace ip::notification {
namespace {

constexpr int kAtOnce = 100;

prometheus::Counter& Count(const char* event) {
  static auto& family = prometheus::BuildCounter()
                            .Name("ip_notify_postmaster_total")
                            .Help("Mailboxes: bounce, ignored, found, not_found, failed")
                            .Register(Metrics());
  return family.Add({{"event", event}});
}

void Look(const char* mailbox, const absl::Status& status) {
  if (status.ok()) return;
  Count("failed").Increment();
  Log(Severity::kWarning, "mailbox_failed",
      {{"mailbox", std::string(mailbox)},
       {"code", std::string(absl::StatusCodeToString(status.code()))}});
}

}  // namespace

Postmaster::Postmaster(PostmasterOptions options, ReachRepository* reach, const Clock* clock)
    : options_(std::move(options)),
      reach_(*reach),
      clock_(*clock),
      bounces_(options_.bounces),
      journal_(options_.journal),
      thread_([this] { Run(); }) {}

Postmaster::~Postmaster() {
  stop_.Stop();
  thread_.join();
}

void Postmaster::Run() {
  int seen = 0;
  do {
    if (!options_.bounces.url.empty()) Look("bounces", TakeBounces());
    if (has_journal()) Look("journal", SettleUnknowns());
  } while (stop_.Wait(options_.every, seen));
}

absl::Status Postmaster::TakeBounces() {
  auto uids = bounces_.Unseen();
  if (!uids.ok()) return uids.status();
  for (const std::string& uid : *uids) {
    if (stop_.stopped()) return absl::OkStatus();
    const auto message = bounces_.Fetch(uid);
    if (!message.ok()) return message.status();
    const auto bounce = ReadBounce(*message);
    bool ours = false;
    if (bounce) {
      auto taken = reach_.TakeBounce(bounce->token, bounce->status, RefusalScore(bounce->status),
                                     clock_.Now());
      if (!taken.ok()) return taken.status();
      ours = *taken;
    }
    Count(ours ? "bounce" : "ignored").Increment();
    // Seen only when its effect is stored: after a crash it is read again, which changes nothing.
    if (auto status = bounces_.MarkSeen(uid); !status.ok()) return status;
  }
  return absl::OkStatus();
}

absl::Status Postmaster::SettleUnknowns() {
  auto unknowns = reach_.Unknowns(options_.settle_after, kAtOnce);
  if (!unknowns.ok()) return unknowns.status();
  for (const Unknown& unknown : *unknowns) {
    if (stop_.stopped()) return absl::OkStatus();
    const auto arrived =
        journal_.Has(MessageId(options_.mail_key, unknown.key, options_.mail_domain));
    if (!arrived.ok()) return arrived.status();
    const bool waited = SystemClock().Now() - unknown.since > options_.settle_after * 2;
    if (!*arrived && !waited) continue;
    auto status = reach_.SettleByEvidence(unknown, *arrived, clock_.Now());
    if (!status.ok()) return status;
    Count(*arrived ? "found" : "not_found").Increment();
  }
  return absl::OkStatus();
}

}  // namespace ip::notification
