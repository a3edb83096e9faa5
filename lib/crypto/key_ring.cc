#include "lib/crypto/key_ring.h"

#include <algorithm>
#include <optional>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "lib/crypto/aes_gcm.h"
#include "lib/crypto/base64url.h"
#include "lib/crypto/secret_file.h"

namespace ip::crypto {
namespace {

constexpr char kVersion = 1;
constexpr size_t kHeaderBytes = 5;

std::string Header(uint32_t id) {
  return {kVersion, static_cast<char>(id >> 24), static_cast<char>(id >> 16),
          static_cast<char>(id >> 8), static_cast<char>(id)};
}

uint32_t KeyId(std::string_view header) {
  uint32_t id = 0;
  for (const char c : header.substr(1)) id = id << 8 | static_cast<unsigned char>(c);
  return id;
}

}  // namespace

absl::StatusOr<std::unique_ptr<KeyRing>> KeyRing::Load(const std::string& key_file) {
  const auto text = ReadSecretFile(key_file);
  if (!text.ok()) return text.status();
  auto ring = Parse(*text);
  if (!ring.ok()) {
    return absl::InvalidArgumentError(absl::StrCat(key_file, ": ", ring.status().message()));
  }
  return ring;
}

absl::StatusOr<std::unique_ptr<KeyRing>> KeyRing::Parse(std::string_view text) {
  std::unique_ptr<KeyRing> ring(new KeyRing);
  int number = 0;
  for (const absl::string_view raw :
       absl::StrSplit(absl::string_view(text.data(), text.size()), '\n')) {
    ++number;
    const absl::string_view line =
        absl::StripAsciiWhitespace(raw.substr(0, std::min(raw.find('#'), raw.size())));
    if (line.empty()) continue;
    const std::vector<std::string> parts = absl::StrSplit(line, ' ', absl::SkipEmpty());
    uint32_t id = 0;
    const auto key = parts.size() == 2 ? FromBase64Url(parts[1]) : std::nullopt;
    if (!key || key->size() != kAesKeyBytes || !absl::SimpleAtoi(parts[0], &id) || id == 0 ||
        !ring->keys_.emplace(id, *key).second) {
      return absl::InvalidArgumentError(absl::StrCat(
          "line ", number, " must be a key id of its own (1, 2, ...) and 32 bytes in base64url"));
    }
    if (ring->newest_ == 0) ring->newest_ = id;
  }
  if (ring->keys_.empty()) return absl::InvalidArgumentError("there is no key");
  return ring;
}

std::string KeyRing::Seal(std::string_view plaintext, std::string_view associated_data) const {
  return AesGcmSeal(keys_.at(newest_), Header(newest_), plaintext, associated_data);
}

absl::StatusOr<std::string> KeyRing::Open(std::string_view ciphertext,
                                          std::string_view associated_data) const {
  if (ciphertext.size() < kHeaderBytes || ciphertext[0] != kVersion) return DoesNotOpen();
  const auto key = keys_.find(KeyId(ciphertext.substr(0, kHeaderBytes)));
  if (key == keys_.end()) return DoesNotOpen();
  return AesGcmOpen(key->second, kHeaderBytes, ciphertext, associated_data);
}

}  // namespace ip::crypto
