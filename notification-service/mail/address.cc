#include "notification-service/mail/address.h"

#include <idn2.h>

#include <algorithm>
#include <cstring>

#include "absl/strings/ascii.h"

namespace ip::notification {

absl::StatusOr<std::string> NormalizeAddress(std::string_view address) {
  const auto bad = [] { return absl::InvalidArgumentError("not an e-mail address a relay takes"); };
  const size_t at = address.find('@');
  if (at == std::string_view::npos || at == 0 || at > 64 || address.size() > 254 ||
      address.find('@', at + 1) != std::string_view::npos) {
    return bad();
  }
  const std::string local(address.substr(0, at)), domain(address.substr(at + 1));
  const bool local_fine = std::all_of(local.begin(), local.end(), [](char c) {
    return absl::ascii_isalnum(static_cast<unsigned char>(c)) ||
           (c != '\0' && std::strchr("!#$%&'*+/=?^_`{|}~.-", c) != nullptr);
  });
  if (!local_fine || local.front() == '.' || local.back() == '.' ||
      local.find("..") != std::string::npos) {
    return bad();
  }
  char* ascii = nullptr;
  const int error = idn2_to_ascii_8z(domain.c_str(), &ascii, IDN2_NONTRANSITIONAL | IDN2_NFC_INPUT);
  if (error != IDN2_OK) return bad();
  std::string host = absl::AsciiStrToLower(ascii);
  idn2_free(ascii);
  const bool host_fine =
      !host.empty() && host.size() <= 253 && host.front() != '.' && host.back() != '.' &&
      std::all_of(host.begin(), host.end(), [](char c) {
        return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '.' || c == '-';
      });
  if (!host_fine || domain.find('\0') != std::string::npos) return bad();
  return local + "@" + host;
}

}  // namespace ip::notification
