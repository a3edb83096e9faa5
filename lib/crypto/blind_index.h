// Finding an encrypted value again without decrypting every row: a keyed hash beside the
// ciphertext.
#ifndef LIB_CRYPTO_BLIND_INDEX_H_
#define LIB_CRYPTO_BLIND_INDEX_H_

#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace ip::crypto {

// Thread-safe. Its key is its own, never one that encrypts.
class BlindIndex {
 public:
  // Errors: those of ReadKeyFile.
  static absl::StatusOr<BlindIndex> Load(const std::string& key_file);

  explicit BlindIndex(std::string key) : key_(std::move(key)) {}

  // 32 raw bytes. `column` ("need_notice.national_id") keeps equal values of different columns
  // apart. Normalise the value first: equal means equal bytes.
  std::string Of(std::string_view column, std::string_view value) const;

 private:
  std::string key_;
};

}  // namespace ip::crypto

#endif  // LIB_CRYPTO_BLIND_INDEX_H_
