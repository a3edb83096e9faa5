#include "lib/crypto/base64url.h"

#include "absl/strings/escaping.h"

namespace ip::crypto {
namespace {
absl::string_view View(std::string_view s) { return {s.data(), s.size()}; }
}  // namespace

std::string ToBase64Url(std::string_view data) {
  std::string out;
  absl::WebSafeBase64Escape(View(data), &out);
  while (!out.empty() && out.back() == '=') out.pop_back();
  return out;
}

std::optional<std::string> FromBase64Url(std::string_view text) {
  std::string out;
  if (!absl::WebSafeBase64Unescape(View(text), &out) || ToBase64Url(out) != text) return {};
  return out;
}

}  // namespace ip::crypto
