#include "gateway/session/url.h"

#include <algorithm>
#include <cctype>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_split.h"

namespace ip::gateway {
namespace {

constexpr size_t kMaxReturn = 1024;

}  // namespace

std::optional<std::string> PercentDecode(std::string_view text, bool plus_is_space) {
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '+' && plus_is_space) {
      out.push_back(' ');
    } else if (text[i] == '%') {
      if (i + 2 >= text.size() || !std::isxdigit(static_cast<unsigned char>(text[i + 1])) ||
          !std::isxdigit(static_cast<unsigned char>(text[i + 2]))) {
        return std::nullopt;
      }
      out += absl::HexStringToBytes(absl::string_view(text.data() + i + 1, 2));
      i += 2;
    } else {
      out.push_back(text[i]);
    }
  }
  return out;
}

std::string PercentEncode(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (std::isalnum(static_cast<unsigned char>(c)) || c == '-' || c == '.' || c == '_' ||
        c == '~') {
      out.push_back(c);
    } else {
      absl::StrAppend(&out, absl::StrFormat("%%%02X", static_cast<unsigned char>(c)));
    }
  }
  return out;
}

std::string QueryParameter(std::string_view query, std::string_view name) {
  for (absl::string_view part :
       absl::StrSplit(absl::string_view(query.data(), query.size()), '&')) {
    const size_t equals = part.find('=');
    if (equals == part.npos ||
        part.substr(0, equals) != absl::string_view(name.data(), name.size())) {
      continue;
    }
    const absl::string_view value = part.substr(equals + 1);
    return PercentDecode({value.data(), value.size()}, true).value_or("");
  }
  return "";
}

std::string FormEncode(const Parameters& parameters) {
  std::string out;
  for (const auto& [name, value] : parameters) {
    absl::StrAppend(&out, out.empty() ? "" : "&", PercentEncode(name), "=", PercentEncode(value));
  }
  return out;
}

std::string SafeReturn(std::string_view path) {
  const bool plain = std::all_of(path.begin(), path.end(),
                                 [](unsigned char c) { return c > ' ' && c < 0x7f && c != '\\'; });
  const bool local = !path.empty() && path[0] == '/' && (path.size() == 1 || path[1] != '/');
  return plain && local && path.size() <= kMaxReturn ? std::string(path) : "/";
}

}  // namespace ip::gateway
