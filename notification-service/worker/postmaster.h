// Looks into mailboxes: bounces that came back, and copies that prove what became of a mail.
#ifndef NOTIFICATION_SERVICE_WORKER_POSTMASTER_H_
#define NOTIFICATION_SERVICE_WORKER_POSTMASTER_H_

#include <string>
#include <thread>

#include "lib/base/clock.h"
#include "notification-service/mail/imap.h"
#include "notification-service/storage/reach_repository.h"
#include "notification-service/worker/bell.h"

namespace ip::notification {

struct PostmasterOptions {
  MailboxOptions bounces;  // without url: bounces are not looked for
  MailboxOptions journal;  // without url: there is no evidence
  std::string mail_key;    // as for CourierOptions
  std::string mail_domain;
  absl::Duration every = absl::Seconds(30);
  // How long an unknown mail may still be on its way: longer than any sender may be paused and any
  // relay may ponder. What is not in the journal after twice that time has not arrived.
  absl::Duration settle_after = absl::Minutes(15);
};

// A thread of its own, so that a slow mailbox holds up nothing else. What it is given must outlive
// it.
class Postmaster {
 public:
  Postmaster(PostmasterOptions options, ReachRepository* reach, const Clock* clock);
  ~Postmaster();

  bool has_journal() const { return !options_.journal.url.empty(); }

 private:
  void Run();
  absl::Status TakeBounces();
  absl::Status SettleUnknowns();

  const PostmasterOptions options_;
  ReachRepository& reach_;
  const Clock& clock_;
  Mailbox bounces_, journal_;
  Bell stop_;
  std::thread thread_;
};

}  // namespace ip::notification

#endif  // NOTIFICATION_SERVICE_WORKER_POSTMASTER_H_
