#include "lib/crypto/key_ring.h"

#include <openssl/evp.h>

#include <cstdlib>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "lib/base/id.h"
#include "lib/crypto/base64url.h"
#include "lib/crypto/secret_file.h"

namespace ip::crypto {
namespace {

constexpr char kVersion = 1;
constexpr size_t kHeaderBytes = 5;
constexpr size_t kNonceBytes = 12;
constexpr size_t kTagBytes = 16;
constexpr size_t kKeyBytes = 32;

struct FreeContext {
  void operator()(EVP_CIPHER_CTX* context) const { EVP_CIPHER_CTX_free(context); }
};
using Context = std::unique_ptr<EVP_CIPHER_CTX, FreeContext>;

const unsigned char* Bytes(std::string_view s) {
  return reinterpret_cast<const unsigned char*>(s.data());
}
unsigned char* Bytes(std::string& s) { return reinterpret_cast<unsigned char*>(s.data()); }

std::string Header(uint32_t id) {
  return {kVersion, static_cast<char>(id >> 24), static_cast<char>(id >> 16),
          static_cast<char>(id >> 8), static_cast<char>(id)};
}

uint32_t KeyId(std::string_view header) {
  uint32_t id = 0;
  for (const char c : header.substr(1)) id = id << 8 | static_cast<unsigned char>(c);
  return id;
}

// A context that has taken key, nonce and everything that is authenticated but not encrypted.
Context Begin(bool encrypt, std::string_view key, std::string_view nonce, std::string_view header,
              std::string_view associated_data) {
  Context context(EVP_CIPHER_CTX_new());
  int size = 0;
  if (context == nullptr ||
      EVP_CipherInit_ex(context.get(), EVP_aes_256_gcm(), nullptr, Bytes(key), Bytes(nonce),
                        encrypt ? 1 : 0) != 1 ||
      EVP_CipherUpdate(context.get(), nullptr, &size, Bytes(header),
                       static_cast<int>(header.size())) != 1 ||
      EVP_CipherUpdate(context.get(), nullptr, &size, Bytes(associated_data),
                       static_cast<int>(associated_data.size())) != 1) {
    return nullptr;
  }
  return context;
}

absl::Status DoesNotOpen() {
  return absl::DataLossError(
      "stored data does not open: wrong key, damaged, or moved from its place");
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
    if (!key || key->size() != kKeyBytes || !absl::SimpleAtoi(parts[0], &id) || id == 0 ||
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
  const std::string header = Header(newest_);
  const std::string nonce = RandomBytes(kNonceBytes);
  const Context context = Begin(true, keys_.at(newest_), nonce, header, associated_data);
  std::string out = header + nonce;
  const size_t start = out.size();
  out.resize(start + plaintext.size() + kTagBytes);
  int size = 0;
  // OpenSSL fails here only when it is broken; nothing may then be stored in the clear or half.
  if (context == nullptr ||
      EVP_CipherUpdate(context.get(), Bytes(out) + start, &size, Bytes(plaintext),
                       static_cast<int>(plaintext.size())) != 1 ||
      EVP_CipherFinal_ex(context.get(), Bytes(out) + start + plaintext.size(), &size) != 1 ||
      EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_AEAD_GET_TAG, kTagBytes,
                          Bytes(out) + start + plaintext.size()) != 1) {
    abort();
  }
  return out;
}

absl::StatusOr<std::string> KeyRing::Open(std::string_view ciphertext,
                                          std::string_view associated_data) const {
  if (ciphertext.size() < kHeaderBytes + kNonceBytes + kTagBytes || ciphertext[0] != kVersion) {
    return DoesNotOpen();
  }
  const std::string_view header = ciphertext.substr(0, kHeaderBytes);
  const std::string_view nonce = ciphertext.substr(kHeaderBytes, kNonceBytes);
  const std::string_view body = ciphertext.substr(
      kHeaderBytes + kNonceBytes, ciphertext.size() - kHeaderBytes - kNonceBytes - kTagBytes);
  std::string tag(ciphertext.substr(ciphertext.size() - kTagBytes));
  const auto key = keys_.find(KeyId(header));
  if (key == keys_.end()) return DoesNotOpen();
  const Context context = Begin(false, key->second, nonce, header, associated_data);
  std::string out(body.size(), '\0');
  int size = 0;
  if (context == nullptr ||
      EVP_CipherUpdate(context.get(), Bytes(out), &size, Bytes(body),
                       static_cast<int>(body.size())) != 1 ||
      EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_AEAD_SET_TAG, kTagBytes, tag.data()) != 1 ||
      EVP_CipherFinal_ex(context.get(), Bytes(tag), &size) != 1) {
    return DoesNotOpen();
  }
  return out;
}

}  // namespace ip::crypto
