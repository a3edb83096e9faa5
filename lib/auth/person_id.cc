#include "lib/auth/person_id.h"

#include <cstdint>

#include "lib/crypto/hmac.h"
#include "lib/crypto/secret_file.h"

namespace ip::auth {
namespace {

constexpr size_t kIdLength = 26;  // 130 bits

std::string Base32(std::string_view bytes) {
  constexpr std::string_view kAlphabet = "abcdefghijklmnopqrstuvwxyz234567";
  std::string out;
  uint32_t buffer = 0;
  int bits = 0;
  for (const char c : bytes) {
    buffer = buffer << 8 | static_cast<unsigned char>(c);
    for (bits += 8; bits >= 5; bits -= 5) out += kAlphabet[buffer >> (bits - 5) & 31];
  }
  return out;
}

}  // namespace

absl::StatusOr<PersonIds> PersonIds::Load(const std::string& key_file, Numbers numbers) {
  auto key = crypto::ReadKeyFile(key_file);
  if (!key.ok()) return key.status();
  return PersonIds(*std::move(key), numbers);
}

std::string PersonIds::PersonName(const NationalId& id) const {
  const std::string digest = crypto::HmacSha256(key_, "person:" + std::string(id.Reveal()));
  return "persons/" + Base32(digest).substr(0, kIdLength);
}

absl::StatusOr<std::string> PersonIds::PersonName(std::string_view national_id) const {
  const auto id = NationalId::Parse(national_id, numbers_);
  if (!id.ok()) return id.status();
  return PersonName(*id);
}

}  // namespace ip::auth
