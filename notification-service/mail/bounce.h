// Delivery status notifications (RFC 3464) that come back to a mail's VERP address.
#ifndef NOTIFICATION_SERVICE_MAIL_BOUNCE_H_
#define NOTIFICATION_SERVICE_MAIL_BOUNCE_H_

#include <optional>
#include <string>
#include <string_view>

namespace ip::notification {

struct Bounce {
  std::string token;   // of the mail that came back (Message::bounce_token)
  std::string status;  // "5.1.1"
};

// The envelope sender that carries a token: "bounce+TOKEN@domain".
std::string BounceAddress(std::string_view token, std::string_view domain);

// Reads a message of the bounce mailbox. Nothing for what says nothing final about a mail of ours:
// no delivery report, a report of a delay or a success, an out-of-office reply, no token.
std::optional<Bounce> ReadBounce(std::string_view message);

// How much a status counts against the address (CountRefusal): an address that does not exist
// shuts it out at once, a full or closed mailbox when it comes again.
int RefusalScore(std::string_view enhanced);

}  // namespace ip::notification

#endif  // NOTIFICATION_SERVICE_MAIL_BOUNCE_H_
