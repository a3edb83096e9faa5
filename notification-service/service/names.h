// Resource names of this service.
#ifndef NOTIFICATION_SERVICE_SERVICE_NAMES_H_
#define NOTIFICATION_SERVICE_SERVICE_NAMES_H_

#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace ip::notification {

// The id in "notifications/{id}" or "deliveries/{id}". Errors: INVALID_ARGUMENT naming `field`.
absl::StatusOr<std::string> IdOf(std::string_view name, std::string_view collection,
                                 std::string_view field = "name");

}  // namespace ip::notification

#endif  // NOTIFICATION_SERVICE_SERVICE_NAMES_H_
