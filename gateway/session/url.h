// Queries and return paths.
#ifndef GATEWAY_SESSION_URL_H_
#define GATEWAY_SESSION_URL_H_

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace ip::gateway {

// Nothing when a % is not followed by two hex digits. `plus_is_space` in queries and forms.
std::optional<std::string> PercentDecode(std::string_view text, bool plus_is_space);
// Everything but letters, digits and "-._~" becomes %XX.
std::string PercentEncode(std::string_view text);

// The first value of a parameter in "a=1&b=2", decoded; "" when absent or malformed.
std::string QueryParameter(std::string_view query, std::string_view name);

using Parameters = std::vector<std::pair<std::string_view, std::string>>;
// "a=1&b=2", encoded.
std::string FormEncode(const Parameters& parameters);

// `path` when it leads to a page of ours, otherwise "/": nobody is sent to another site after
// login.
std::string SafeReturn(std::string_view path);

}  // namespace ip::gateway

#endif  // GATEWAY_SESSION_URL_H_
