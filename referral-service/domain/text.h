// What people write.
#ifndef REFERRAL_SERVICE_DOMAIN_TEXT_H_
#define REFERRAL_SERVICE_DOMAIN_TEXT_H_

#include <algorithm>
#include <cstddef>
#include <string>

namespace ip::referral {

// Characters as a person counts them, near enough: code points.
inline size_t Length(const std::string& text) {
  return static_cast<size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xc0) != 0x80; }));
}

inline bool IsBlank(const std::string& text) {
  return text.find_first_not_of(" \t\r\n") == std::string::npos;
}

}  // namespace ip::referral

#endif  // REFERRAL_SERVICE_DOMAIN_TEXT_H_
