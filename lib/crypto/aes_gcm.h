// AES-256-GCM in the form in which lib/crypto stores it: header, nonce (12), ciphertext, tag (16).
// The header is authenticated together with the associated data. Nonces are random: one key must
// not seal more than 2^32 values. For lib/crypto only; everybody else uses a Cipher.
#ifndef LIB_CRYPTO_AES_GCM_H_
#define LIB_CRYPTO_AES_GCM_H_

#include <cstddef>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace ip::crypto {

inline constexpr size_t kAesKeyBytes = 32;

std::string AesGcmSeal(std::string_view key, std::string_view header, std::string_view plaintext,
                       std::string_view associated_data);

// Of what AesGcmSeal made with a header of that many bytes. Errors: those of DoesNotOpen.
absl::StatusOr<std::string> AesGcmOpen(std::string_view key, size_t header_bytes,
                                       std::string_view sealed, std::string_view associated_data);

// DATA_LOSS: the same answer whatever is wrong.
absl::Status DoesNotOpen();

}  // namespace ip::crypto

#endif  // LIB_CRYPTO_AES_GCM_H_
