#include "notification-service/mail/tokens.h"

#include <openssl/crypto.h>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "lib/crypto/base64url.h"
#include "lib/crypto/hmac.h"

namespace ip::notification {
namespace {

constexpr size_t kIdBytes = 16;
constexpr size_t kProofBytes = 16;

std::string Proof(const std::string& key, const std::string& id) {
  return crypto::HmacSha256(key, "opt-out|" + id).substr(0, kProofBytes);
}

}  // namespace

std::string Opaque(const std::string& key, std::string_view what) {
  return absl::BytesToHexString(crypto::HmacSha256(key, what)).substr(0, 32);
}

std::string MessageId(const std::string& key, std::string_view message_key,
                      std::string_view domain) {
  return absl::StrCat("n.", Opaque(key, "message|" + std::string(message_key)), "@",
                      std::string(domain));
}

std::string AddressHash(const std::string& key, std::string_view address) {
  return crypto::HmacSha256(key, "address|" + std::string(address));
}

std::string OptOutToken(const std::string& key, std::string_view message_id) {
  const std::string id =
      absl::HexStringToBytes(absl::StrReplaceAll(std::string(message_id), {{"-", ""}}));
  return crypto::ToBase64Url(id + Proof(key, id));
}

std::optional<std::string> ReadOptOutToken(const std::string& key, std::string_view token) {
  const auto bytes = crypto::FromBase64Url(token);
  if (!bytes || bytes->size() != kIdBytes + kProofBytes) return std::nullopt;
  const std::string id = bytes->substr(0, kIdBytes);
  const std::string proof = Proof(key, id);
  if (CRYPTO_memcmp(proof.data(), bytes->data() + kIdBytes, kProofBytes) != 0) return std::nullopt;
  std::string text = absl::BytesToHexString(id);
  for (const size_t at : {8u, 13u, 18u, 23u}) text.insert(at, "-");
  return text;
}

}  // namespace ip::notification
