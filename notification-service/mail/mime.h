// RFC 5322 messages, byte for byte the same for the same input: a second attempt is the same mail.
#ifndef NOTIFICATION_SERVICE_MAIL_MIME_H_
#define NOTIFICATION_SERVICE_MAIL_MIME_H_

#include <string>
#include <string_view>

#include "absl/time/time.h"
#include "notification-service/mail/letter.h"

namespace ip::notification {

struct MimeMail {
  Text text;
  std::string from;        // address
  std::string to;          // address, normalized
  std::string message_id;  // "n.…@domain", without brackets
  std::string thread_id;   // the same for all mails about one duty; "" for none
  absl::Time date;
  std::string calendar = {};                  // an iCalendar stream; "" for none
  std::string calendar_method = {"PUBLISH"};  // its METHOD
  // Where a POST opts out of what is optional (RFC 8058); "" for none.
  std::string unsubscribe_url = {};
};

// The whole message with CRLF line ends: text/plain, text/html and the calendar as alternatives.
std::string BuildMime(const MimeMail& mail);

// A header's text as RFC 2047 encoded words where it is not plain ASCII, folded. `used` is how much
// of the line its name takes.
std::string EncodeHeader(std::string_view text, size_t used);

}  // namespace ip::notification

#endif  // NOTIFICATION_SERVICE_MAIL_MIME_H_
