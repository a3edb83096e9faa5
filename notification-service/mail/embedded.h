// Templates and catalogues inside the program (made by embed.cmake).
#ifndef NOTIFICATION_SERVICE_MAIL_EMBEDDED_H_
#define NOTIFICATION_SERVICE_MAIL_EMBEDDED_H_

#include <string_view>

namespace ip::notification {

// The bytes of a file by its name, e.g. "nb.mo"; empty when there is none.
std::string_view Embedded(std::string_view name);

}  // namespace ip::notification

#endif  // NOTIFICATION_SERVICE_MAIL_EMBEDDED_H_
