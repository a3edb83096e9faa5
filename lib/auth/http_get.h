// Fetching the small JSON documents that identity providers publish.
#ifndef LIB_AUTH_HTTP_GET_H_
#define LIB_AUTH_HTTP_GET_H_

#include <functional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace ip::auth {

struct HttpAnswer {
  int status = 0;
  std::string body;
  // max-age of Cache-Control; zero when the answer says nothing or forbids keeping it.
  absl::Duration max_age;
};

// Blocks. Errors: UNAVAILABLE when there is no complete answer.
using HttpGet = std::function<absl::StatusOr<HttpAnswer>(const std::string& url)>;

// By libcurl: at most 5 s and 256 KiB, no redirects, certificates verified; plain http only when
// `allow_http` (development).
HttpGet CurlGet(bool allow_http);

// Exposed for tests.
absl::Duration MaxAge(std::string_view cache_control);

}  // namespace ip::auth

#endif  // LIB_AUTH_HTTP_GET_H_
