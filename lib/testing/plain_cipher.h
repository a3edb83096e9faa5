// No encryption at all, to show that a test which looks for plaintext would find some. Nothing that
// is shipped can include this (scripts/lib/check-layers).
#ifndef LIB_TESTING_PLAIN_CIPHER_H_
#define LIB_TESTING_PLAIN_CIPHER_H_

#include <string>
#include <string_view>

#include "lib/crypto/cipher.h"

namespace ip::testing {

class PlainCipher final : public crypto::Cipher {
 public:
  std::string Seal(std::string_view plaintext, std::string_view) const override {
    return std::string(plaintext);
  }
  absl::StatusOr<std::string> Open(std::string_view ciphertext, std::string_view) const override {
    return std::string(ciphertext);
  }
};

}  // namespace ip::testing

#endif  // LIB_TESTING_PLAIN_CIPHER_H_
