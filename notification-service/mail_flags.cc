#include "notification-service/mail_flags.h"

#include "absl/flags/flag.h"
#include "lib/crypto/secret_file.h"
#include "notification-service/mail/address.h"

ABSL_FLAG(
    std::string, smtp_url, "",
    "The mail relay: smtp://host:port (STARTTLS is demanded unless it runs on this machine) or "
    "smtps://host:port.");
ABSL_FLAG(std::string, smtp_user, "", "User at the relay; empty for no login.");
ABSL_FLAG(std::string, smtp_password_file, "", "File with the password of --smtp_user.");
ABSL_FLAG(std::string, smtp_ca_file, "",
          "PEM file with the authority of the relay's certificate; empty for the system's.");
ABSL_FLAG(int, smtp_reply_seconds, 600, "How long the relay may take to answer.");
ABSL_FLAG(int, lease_seconds, 60,
          "How long a mail belongs to the process that took it before another may take it.");
ABSL_FLAG(double, mails_per_second, 20, "The most that is sent over the relay; 0 for no limit.");
ABSL_FLAG(
    int, relay_pause_seconds, 30,
    "How long a relay in trouble is left alone before one mail tries it again; later up to ten "
    "times as long.");
ABSL_FLAG(bool, relay_signs_list_headers, false,
          "The relay's DKIM signature covers List-Unsubscribe and List-Unsubscribe-Post: one-click "
          "opt-out is offered in optional mails.");
ABSL_FLAG(std::string, bounce_imap_url, "",
          "The mailbox of bounce+…@ at the domain of --mail_from: imaps://host/INBOX (or imap:// "
          "with STARTTLS); empty: bounces are not looked for.");
ABSL_FLAG(std::string, bounce_imap_user, "", "User at --bounce_imap_url.");
ABSL_FLAG(std::string, bounce_imap_password_file, "", "File with that user's password.");
ABSL_FLAG(std::string, journal_address, "",
          "A mailbox of ours that gets a copy of every mail: the evidence for mails whose fate is "
          "unknown. Needs --journal_imap_url.");
ABSL_FLAG(std::string, journal_imap_url, "", "Where that mailbox is read, as --bounce_imap_url.");
ABSL_FLAG(std::string, journal_imap_user, "", "User at --journal_imap_url.");
ABSL_FLAG(std::string, journal_imap_password_file, "", "File with that user's password.");
ABSL_FLAG(int, mailbox_seconds, 30, "How often the mailboxes are looked into.");
ABSL_FLAG(int, settle_seconds, 900,
          "How long a mail whose fate is unknown may still be on its way; longer than any sender "
          "may be paused and any relay may ponder.");
ABSL_FLAG(std::string, mail_from, "ikke-svar@localhost", "The sender's address.");
ABSL_FLAG(std::string, mail_key_file, "",
          "The key that makes slot keys and Message-IDs (ip-keys init). It must never change.");
ABSL_FLAG(std::string, public_url, "", "Where the web app is; the base of the link in each mail.");

namespace ip::notification {
namespace {

absl::StatusOr<std::string> Password(const std::string& file) {
  auto password = crypto::ReadSecretFile(file);
  if (!password.ok()) return password.status();
  return password->substr(0, password->find_last_not_of("\r\n") + 1);
}

absl::StatusOr<MailboxOptions> MailboxOf(const std::string& url, const std::string& user,
                                         const std::string& password_file) {
  MailboxOptions mailbox;
  mailbox.url = url;
  if (url.empty()) return mailbox;
  mailbox.user = user;
  mailbox.ca_file = absl::GetFlag(FLAGS_smtp_ca_file);
  mailbox.plaintext = mailbox.ca_file.empty() && IsThisMachine(url);
  if (auto status = CheckMailbox(mailbox); !status.ok()) return status;
  auto password = Password(password_file);
  if (!password.ok()) return password.status();
  mailbox.password = *std::move(password);
  return mailbox;
}

absl::StatusOr<PostmasterOptions> PostmasterFromFlags(const CourierOptions& courier) {
  PostmasterOptions options;
  auto bounces =
      MailboxOf(absl::GetFlag(FLAGS_bounce_imap_url), absl::GetFlag(FLAGS_bounce_imap_user),
                absl::GetFlag(FLAGS_bounce_imap_password_file));
  if (!bounces.ok()) return bounces.status();
  options.bounces = *std::move(bounces);
  auto journal =
      MailboxOf(absl::GetFlag(FLAGS_journal_imap_url), absl::GetFlag(FLAGS_journal_imap_user),
                absl::GetFlag(FLAGS_journal_imap_password_file));
  if (!journal.ok()) return journal.status();
  options.journal = *std::move(journal);
  if (options.journal.url.empty() != courier.relay.journal.empty()) {
    return absl::InvalidArgumentError(
        "--journal_address and --journal_imap_url belong together: set both or none");
  }
  options.mail_key = courier.mail_key;
  options.mail_domain = courier.mail_from.substr(courier.mail_from.find('@') + 1);
  options.every = absl::Seconds(absl::GetFlag(FLAGS_mailbox_seconds));
  options.settle_after = absl::Seconds(absl::GetFlag(FLAGS_settle_seconds));
  return options;
}

}  // namespace

absl::StatusOr<MailSettings> MailFromFlags() {
  CourierOptions courier;
  courier.relay.url = absl::GetFlag(FLAGS_smtp_url);
  courier.relay.user = absl::GetFlag(FLAGS_smtp_user);
  courier.relay.ca_file = absl::GetFlag(FLAGS_smtp_ca_file);
  courier.relay.plaintext = courier.relay.user.empty() && courier.relay.ca_file.empty() &&
                            IsThisMachine(courier.relay.url);
  courier.relay.reply_timeout = absl::Seconds(absl::GetFlag(FLAGS_smtp_reply_seconds));
  courier.lease = absl::Seconds(absl::GetFlag(FLAGS_lease_seconds));
  if (auto status = CheckRelay(courier.relay); !status.ok()) return status;
  if (!courier.relay.user.empty()) {
    auto password = Password(absl::GetFlag(FLAGS_smtp_password_file));
    if (!password.ok()) return password.status();
    courier.relay.password = *std::move(password);
  }
  auto from = NormalizeAddress(absl::GetFlag(FLAGS_mail_from));
  if (!from.ok()) return absl::InvalidArgumentError("--mail_from must be an e-mail address");
  courier.mail_from = *from;
  auto key = crypto::ReadKeyFile(absl::GetFlag(FLAGS_mail_key_file));
  if (!key.ok()) return key.status();
  courier.mail_key = *key;
  courier.per_second = absl::GetFlag(FLAGS_mails_per_second);
  courier.relay_pause = absl::Seconds(absl::GetFlag(FLAGS_relay_pause_seconds));
  courier.signs_list_headers = absl::GetFlag(FLAGS_relay_signs_list_headers);
  courier.public_url = absl::GetFlag(FLAGS_public_url);
  auto letters = LetterWriter::Create(courier.public_url);
  if (!letters.ok()) return letters.status();
  if (const std::string journal = absl::GetFlag(FLAGS_journal_address); !journal.empty()) {
    auto address = NormalizeAddress(journal);
    if (!address.ok()) {
      return absl::InvalidArgumentError("--journal_address must be an e-mail address");
    }
    courier.relay.journal = *std::move(address);
  }
  auto postmaster = PostmasterFromFlags(courier);
  if (!postmaster.ok()) return postmaster.status();
  return MailSettings{std::move(courier), *std::move(postmaster), *std::move(letters)};
}

}  // namespace ip::notification
