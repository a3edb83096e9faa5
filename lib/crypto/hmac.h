// HMAC-SHA-256.
#ifndef LIB_CRYPTO_HMAC_H_
#define LIB_CRYPTO_HMAC_H_

#include <string>
#include <string_view>

namespace ip::crypto {

// 32 raw bytes.
std::string HmacSha256(std::string_view key, std::string_view data);

}  // namespace ip::crypto

#endif  // LIB_CRYPTO_HMAC_H_
