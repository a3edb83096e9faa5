// A key of one thing alone (envelope encryption): random, and kept beside what it seals, itself
// sealed by the key ring. Take the sealed key away and what it sealed never opens again, whoever
// has the ring; put a new key on the ring and only the small sealed keys need moving.
//
// Stored form of what it seals: version byte 2, nonce (12), ciphertext, tag (16).
#ifndef LIB_CRYPTO_DATA_KEY_H_
#define LIB_CRYPTO_DATA_KEY_H_

#include <string>
#include <string_view>
#include <utility>

#include "absl/status/statusor.h"
#include "lib/crypto/cipher.h"

namespace ip::crypto {

class DataKey final : public Cipher {
 public:
  static DataKey Make();
  // The key that Wrap sealed for that place. Errors: DATA_LOSS.
  static absl::StatusOr<DataKey> Unwrap(const Cipher& ring, std::string_view wrapped,
                                        std::string_view place);
  // Whether a data key sealed this, rather than a key ring.
  static bool Sealed(std::string_view ciphertext);

  std::string Wrap(const Cipher& ring, std::string_view place) const;

  std::string Seal(std::string_view plaintext, std::string_view associated_data) const override;
  absl::StatusOr<std::string> Open(std::string_view ciphertext,
                                   std::string_view associated_data) const override;

 private:
  explicit DataKey(std::string key) : key_(std::move(key)) {}
  std::string key_;
};

}  // namespace ip::crypto

#endif  // LIB_CRYPTO_DATA_KEY_H_
