#include "lib/crypto/data_key.h"

#include "lib/base/id.h"
#include "lib/crypto/aes_gcm.h"

namespace ip::crypto {
namespace {

constexpr std::string_view kHeader = "\2";

}  // namespace

DataKey DataKey::Make() { return DataKey(RandomBytes(kAesKeyBytes)); }

absl::StatusOr<DataKey> DataKey::Unwrap(const Cipher& ring, std::string_view wrapped,
                                        std::string_view place) {
  auto key = ring.Open(wrapped, place);
  if (!key.ok()) return key.status();
  if (key->size() != kAesKeyBytes) return DoesNotOpen();
  return DataKey(*std::move(key));
}

bool DataKey::Sealed(std::string_view ciphertext) { return ciphertext.starts_with(kHeader); }

std::string DataKey::Wrap(const Cipher& ring, std::string_view place) const {
  return ring.Seal(key_, place);
}

std::string DataKey::Seal(std::string_view plaintext, std::string_view associated_data) const {
  return AesGcmSeal(key_, kHeader, plaintext, associated_data);
}

absl::StatusOr<std::string> DataKey::Open(std::string_view ciphertext,
                                          std::string_view associated_data) const {
  if (!Sealed(ciphertext)) return DoesNotOpen();
  return AesGcmOpen(key_, kHeader.size(), ciphertext, associated_data);
}

}  // namespace ip::crypto
