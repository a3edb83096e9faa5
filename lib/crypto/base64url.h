// Base64 as tokens and key files write it: URL-safe alphabet, no padding (RFC 7515 § 2).
#ifndef LIB_CRYPTO_BASE64URL_H_
#define LIB_CRYPTO_BASE64URL_H_

#include <optional>
#include <string>
#include <string_view>

namespace ip::crypto {

std::string ToBase64Url(std::string_view data);

// Nothing unless `text` is the one and only way to write those bytes: no padding, no foreign
// characters, no stray bits at the end.
std::optional<std::string> FromBase64Url(std::string_view text);

}  // namespace ip::crypto

#endif  // LIB_CRYPTO_BASE64URL_H_
