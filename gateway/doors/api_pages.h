// The API's description, made from the protos when the gateway was built (tools/apidoc):
//   GET /api/               for people
//   GET /api/openapi.json   OpenAPI 3.1
#ifndef GATEWAY_DOORS_API_PAGES_H_
#define GATEWAY_DOORS_API_PAGES_H_

#include <optional>

#include "gateway/doors/http_server.h"

namespace ip::gateway {

// Nothing when the path is not one of them.
std::optional<HttpResponse> ApiPage(const HttpRequest& request);

}  // namespace ip::gateway

#endif  // GATEWAY_DOORS_API_PAGES_H_
