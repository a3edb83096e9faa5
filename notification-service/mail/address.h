// E-mail addresses as a relay can take them.
#ifndef NOTIFICATION_SERVICE_MAIL_ADDRESS_H_
#define NOTIFICATION_SERVICE_MAIL_ADDRESS_H_

#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace ip::notification {

// The address with its domain in ASCII (IDNA 2008) and lower case. Errors: INVALID_ARGUMENT for
// what no relay takes or what could smuggle in a header: no or two "@", spaces, control characters,
// quotes, brackets, a local part that is not ASCII. The text never repeats the address.
absl::StatusOr<std::string> NormalizeAddress(std::string_view address);

}  // namespace ip::notification

#endif  // NOTIFICATION_SERVICE_MAIL_ADDRESS_H_
