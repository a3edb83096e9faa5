#include "lib/crypto/blind_index.h"

#include "lib/crypto/hmac.h"
#include "lib/crypto/secret_file.h"

namespace ip::crypto {

absl::StatusOr<BlindIndex> BlindIndex::Load(const std::string& key_file) {
  auto key = ReadKeyFile(key_file);
  if (!key.ok()) return key.status();
  return BlindIndex(*std::move(key));
}

std::string BlindIndex::Of(std::string_view column, std::string_view value) const {
  std::string data(column);
  data += '\0';
  data += value;
  return HmacSha256(key_, data);
}

}  // namespace ip::crypto
