// HTTP/1.1 as it comes from the wire, in two pieces: Beast under our limits, then what we read of
// it.
#include <boost/beast/http/parser.hpp>

#include "gateway/doors/http_message.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace ip::gateway;  // NOLINT
  if (size == 0) return 0;
  const ip::gateway::HttpLimits limits;
  http::request_parser<http::string_body> parser;
  parser.header_limit(limits.header_bytes);
  parser.body_limit(limits.body_bytes);
  parser.eager(true);
  const size_t cut = 1 + data[0] % size;
  size_t from = 0;
  for (const size_t to : {cut, size}) {
    while (from < to && !parser.is_done()) {
      boost::system::error_code error;
      const size_t taken = parser.put(boost::asio::buffer(data + from, to - from), error);
      from += taken;
      if (error == http::error::need_more) break;
      if (error) return 0;
      if (taken == 0) break;
    }
  }
  if (!parser.is_header_done()) return 0;
  const HttpRequest& request = parser.get();
  const std::string_view path = PathOf(request);
  ip::fuzz::Must(path.find('?') == path.npos);
  QueryOf(request);
  Cookie(request, "__Host-ip_session");
  Header(request, "connect-timeout-ms");
  CheckSameOrigin(request).IgnoreError();
  ip::fuzz::Must(request.body().size() <= limits.body_bytes);
  return 0;
}
