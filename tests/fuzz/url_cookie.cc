// Queries, return addresses and cookies.
#include "gateway/doors/http_message.h"
#include "gateway/session/url.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace ip::gateway;  // NOLINT
  const std::string_view text = ip::fuzz::View(data, size);
  const std::string back = SafeReturn(text);
  ip::fuzz::Must(!back.empty() && back[0] == '/' && back.substr(0, 2) != "//");
  ip::fuzz::Must(back.find_first_of("\\\r\n ") == back.npos);
  const auto decoded = PercentDecode(PercentEncode(text), false);
  ip::fuzz::Must(decoded && *decoded == text);
  PercentDecode(text, true);
  QueryParameter(text, "state");
  HttpRequest request(http::verb::get, "/", 11);
  request.set(http::field::cookie, {text.data(), std::min(text.size(), size_t{4096})});
  const std::string value = Cookie(request, "__Host-ip_session");
  ip::fuzz::Must(value.find(';') == value.npos);
  return 0;
}
