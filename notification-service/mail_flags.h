// How mail leaves, from flags.
#ifndef NOTIFICATION_SERVICE_MAIL_FLAGS_H_
#define NOTIFICATION_SERVICE_MAIL_FLAGS_H_

#include "absl/status/statusor.h"
#include "notification-service/mail/letter.h"
#include "notification-service/worker/courier.h"
#include "notification-service/worker/postmaster.h"

namespace ip::notification {

struct MailSettings {
  CourierOptions courier;
  PostmasterOptions postmaster;
  LetterWriter letters;
};

// Errors: INVALID_ARGUMENT for addresses that cannot be; those of lib/crypto/secret_file.h.
absl::StatusOr<MailSettings> MailFromFlags();

}  // namespace ip::notification

#endif  // NOTIFICATION_SERVICE_MAIL_FLAGS_H_
