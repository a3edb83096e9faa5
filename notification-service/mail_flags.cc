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
ABSL_FLAG(std::string, mail_from, "ikke-svar@localhost", "The sender's address.");
ABSL_FLAG(std::string, mail_key_file, "",
          "The key that makes slot keys and Message-IDs (ip-keys init). It must never change.");
ABSL_FLAG(std::string, public_url, "", "Where the web app is; the base of the link in each mail.");

namespace ip::notification {

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
    auto password = crypto::ReadSecretFile(absl::GetFlag(FLAGS_smtp_password_file));
    if (!password.ok()) return password.status();
    courier.relay.password = password->substr(0, password->find_last_not_of("\r\n") + 1);
  }
  auto from = NormalizeAddress(absl::GetFlag(FLAGS_mail_from));
  if (!from.ok()) return absl::InvalidArgumentError("--mail_from must be an e-mail address");
  courier.mail_from = *from;
  auto key = crypto::ReadKeyFile(absl::GetFlag(FLAGS_mail_key_file));
  if (!key.ok()) return key.status();
  courier.mail_key = *key;
  auto letters = LetterWriter::Create(absl::GetFlag(FLAGS_public_url));
  if (!letters.ok()) return letters.status();
  return MailSettings{std::move(courier), *std::move(letters)};
}

}  // namespace ip::notification
