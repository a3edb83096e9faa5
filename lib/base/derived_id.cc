#include "lib/base/derived_id.h"

#include "absl/strings/escaping.h"
#include "lib/base/id.h"

namespace ip {

std::string DerivedId(std::string_view seed) {
  std::string bytes = Sha256(seed).substr(0, 16);
  bytes[6] = static_cast<char>((bytes[6] & 0x0f) | 0x80);  // version 8
  bytes[8] = static_cast<char>((bytes[8] & 0x3f) | 0x80);
  std::string id = absl::BytesToHexString(bytes);
  for (const size_t dash : {8u, 13u, 18u, 23u}) id.insert(dash, "-");
  return id;
}

}  // namespace ip
