// Sending over SMTP by libcurl, with the point of no return in the caller's hand.
#ifndef NOTIFICATION_SERVICE_MAIL_SMTP_H_
#define NOTIFICATION_SERVICE_MAIL_SMTP_H_

#include <functional>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "notification-service/mail/smtp_outcome.h"

namespace ip::notification {

struct RelayOptions {
  std::string url;   // "smtp://host:port" (STARTTLS) or "smtps://host:port"
  std::string user;  // "" for no AUTH
  std::string password;
  std::string ca_file;  // PEM with the authority of the relay's certificate; "" for the system's
  // Talk without TLS. Allowed for this machine only.
  bool plaintext = false;
  // A second recipient of every mail, in the same transaction: a mailbox of ours that proves what
  // became of it. "" for none.
  std::string journal;
  // How long to wait for a reply. RFC 5321 § 4.5.3.2.6 wants ten minutes after the dot.
  absl::Duration reply_timeout = absl::Minutes(10);
  absl::Duration connect_timeout = absl::Seconds(10);
};

// Whether a relay or mailbox (smtp…://, imap…://) is on this machine.
bool IsThisMachine(const std::string& url);

// INVALID_ARGUMENT for an address that is none, or plaintext to another machine.
absl::Status CheckRelay(const RelayOptions& options);

// One connection to the relay, used again for at most 100 mails or 30 idle seconds. Not
// thread-safe: one per sender thread.
class SmtpSender {
 public:
  explicit SmtpSender(RelayOptions options);
  ~SmtpSender();

  // Sends one mail. `gate` is called once, after the relay has said it wants the body and before
  // the first byte of it leaves: while it has not answered true, the mail is certainly not sent.
  SmtpResult Send(const std::string& from, const std::string& to, const std::string& mail,
                  const std::function<bool()>& gate);

 private:
  class Connection;
  const RelayOptions options_;
  std::unique_ptr<Connection> connection_;
};

}  // namespace ip::notification

#endif  // NOTIFICATION_SERVICE_MAIL_SMTP_H_
