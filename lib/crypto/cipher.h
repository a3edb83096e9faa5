// Encryption of what is stored. The associated data ties a ciphertext to its place
// ("table|id|revision"): moved to another row, it does not open.
#ifndef LIB_CRYPTO_CIPHER_H_
#define LIB_CRYPTO_CIPHER_H_

#include <memory>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace ip::crypto {

class Cipher {
 public:
  virtual ~Cipher() = default;
  // Encrypts with the newest key. Thread-safe.
  virtual std::string Seal(std::string_view plaintext, std::string_view associated_data) const = 0;
  // Decrypts with the key that the ciphertext names. Thread-safe.
  // Errors: DATA_LOSS when key, ciphertext or place do not match.
  virtual absl::StatusOr<std::string> Open(std::string_view ciphertext,
                                           std::string_view associated_data) const = 0;
};

}  // namespace ip::crypto

#endif  // LIB_CRYPTO_CIPHER_H_
