// Small things that all HTTP doors need.
#ifndef GATEWAY_DOORS_HTTP_MESSAGE_H_
#define GATEWAY_DOORS_HTTP_MESSAGE_H_

#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "gateway/doors/http_server.h"
#include "gateway/policy/gate.h"

namespace ip::gateway {

std::string Header(const HttpRequest& request, std::string_view name);
// Without the query.
std::string_view PathOf(const HttpRequest& request);
// "" when there is none.
std::string_view QueryOf(const HttpRequest& request);
// The value of one cookie, "" when there is none.
std::string Cookie(const HttpRequest& request, std::string_view name);

// An answer with the headers that every answer has.
HttpResponse MakeResponse(int status, std::string_view content_type, std::string body);
// The Connect form of an error; `http_status` 0 takes the one that belongs to its code.
HttpResponse ErrorResponse(const absl::Status& status, int http_status = 0);

// `session_cookie` is the cookie's name.
Credentials CredentialsOf(const Exchange& exchange, std::string_view session_cookie);

// A browser must not be made to call us by another site: PERMISSION_DENIED / CROSS_SITE_REQUEST
// when its headers say that it was.
absl::Status CheckSameOrigin(const HttpRequest& request);

}  // namespace ip::gateway

#endif  // GATEWAY_DOORS_HTTP_MESSAGE_H_
