// The Cipher that services use: AES-256-GCM with keys from a file.
//
// Stored form: version byte 1, key id (4 bytes, big-endian), nonce (12), ciphertext, tag (16). One
// key must not seal more than 2^32 values, so put a new key on top in good time.
#ifndef LIB_CRYPTO_KEY_RING_H_
#define LIB_CRYPTO_KEY_RING_H_

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "lib/crypto/cipher.h"

namespace ip::crypto {

class KeyRing final : public Cipher {
 public:
  // A line per key, newest first: "<id> <32 bytes in base64url>"; "#" begins a comment. Ids are
  // numbers from 1 and are never used again. Rotation: put a new line on top and restart; old lines
  // stay until nothing sealed with them is left. Errors: those of ReadSecretFile; INVALID_ARGUMENT
  // naming the line that is wrong.
  static absl::StatusOr<std::unique_ptr<KeyRing>> Load(const std::string& key_file);
  static absl::StatusOr<std::unique_ptr<KeyRing>> Parse(std::string_view text);

  std::string Seal(std::string_view plaintext, std::string_view associated_data) const override;
  absl::StatusOr<std::string> Open(std::string_view ciphertext,
                                   std::string_view associated_data) const override;

 private:
  KeyRing() = default;
  uint32_t newest_ = 0;
  std::map<uint32_t, std::string> keys_;
};

}  // namespace ip::crypto

#endif  // LIB_CRYPTO_KEY_RING_H_
