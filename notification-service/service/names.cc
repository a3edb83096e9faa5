#include "notification-service/service/names.h"

#include <regex>

#include "absl/strings/str_cat.h"
#include "lib/base/errors.h"

namespace ip::notification {

absl::StatusOr<std::string> IdOf(std::string_view name, std::string_view collection,
                                 std::string_view field) {
  static const std::regex kId("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}");
  const std::string prefix = std::string(collection) + "/";
  if (name.starts_with(prefix)) {
    std::string id(name.substr(prefix.size()));
    if (std::regex_match(id, kId)) return id;
  }
  return InvalidField(field,
                      absl::StrCat("must be \"", prefix, "{id}\", as an earlier answer gave it"));
}

}  // namespace ip::notification
