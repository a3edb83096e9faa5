#include "lib/crypto/aes_gcm.h"

#include <openssl/evp.h>

#include <cstdlib>
#include <memory>

#include "lib/base/id.h"

namespace ip::crypto {
namespace {

constexpr size_t kNonceBytes = 12;
constexpr size_t kTagBytes = 16;

struct FreeContext {
  void operator()(EVP_CIPHER_CTX* context) const { EVP_CIPHER_CTX_free(context); }
};
using Context = std::unique_ptr<EVP_CIPHER_CTX, FreeContext>;

const unsigned char* Bytes(std::string_view s) {
  return reinterpret_cast<const unsigned char*>(s.data());
}
unsigned char* Bytes(std::string& s) { return reinterpret_cast<unsigned char*>(s.data()); }

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

}  // namespace

absl::Status DoesNotOpen() {
  return absl::DataLossError(
      "stored data does not open: wrong key, damaged, or moved from its place");
}

std::string AesGcmSeal(std::string_view key, std::string_view header, std::string_view plaintext,
                       std::string_view associated_data) {
  const std::string nonce = RandomBytes(kNonceBytes);
  const Context context = Begin(true, key, nonce, header, associated_data);
  std::string out = std::string(header) + nonce;
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

absl::StatusOr<std::string> AesGcmOpen(std::string_view key, size_t header_bytes,
                                       std::string_view sealed, std::string_view associated_data) {
  const size_t around = header_bytes + kNonceBytes + kTagBytes;
  if (sealed.size() < around) return DoesNotOpen();
  const std::string_view header = sealed.substr(0, header_bytes);
  const std::string_view nonce = sealed.substr(header_bytes, kNonceBytes);
  const std::string_view body = sealed.substr(header_bytes + kNonceBytes, sealed.size() - around);
  std::string tag(sealed.substr(sealed.size() - kTagBytes));
  const Context context = Begin(false, key, nonce, header, associated_data);
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
