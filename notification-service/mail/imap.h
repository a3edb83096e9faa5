// A mailbox that is looked into over IMAP: where bounces come, or where copies are kept.
#ifndef NOTIFICATION_SERVICE_MAIL_IMAP_H_
#define NOTIFICATION_SERVICE_MAIL_IMAP_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace ip::notification {

struct MailboxOptions {
  std::string url;  // "imaps://host[:port]/INBOX" or "imap://…" (STARTTLS); "" for no mailbox
  std::string user;
  std::string password;
  std::string ca_file;  // as for RelayOptions
  // Talk without TLS. Allowed for this machine only.
  bool plaintext = false;
};

// INVALID_ARGUMENT for an address that is none, or plaintext to another machine.
absl::Status CheckMailbox(const MailboxOptions& options);

// One connection, opened when needed. Not thread-safe. Errors of all: UNAVAILABLE when the mailbox
// cannot be reached or refuses; texts hold no address and no password.
class Mailbox {
 public:
  explicit Mailbox(MailboxOptions options);
  ~Mailbox();
  Mailbox(const Mailbox&) = delete;

  // UIDs of messages that nobody has seen.
  absl::StatusOr<std::vector<std::string>> Unseen();
  absl::StatusOr<std::string> Fetch(const std::string& uid);
  absl::Status MarkSeen(const std::string& uid);
  // Whether there is a message with this Message-ID ("n.…@domain", without brackets).
  absl::StatusOr<bool> Has(const std::string& message_id);

 private:
  absl::StatusOr<std::string> Run(const std::string& url, const std::string& command);
  absl::StatusOr<std::vector<std::string>> Search(const std::string& what);

  const MailboxOptions options_;
  void* curl_ = nullptr;
};

}  // namespace ip::notification

#endif  // NOTIFICATION_SERVICE_MAIL_IMAP_H_
