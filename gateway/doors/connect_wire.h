// What the Connect protocol and gRPC-Web look like on the wire. Pure functions.
#ifndef GATEWAY_DOORS_CONNECT_WIRE_H_
#define GATEWAY_DOORS_CONNECT_WIRE_H_

#include <optional>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace ip::gateway {

// How a request is dressed.
struct Dress {
  enum Protocol { kConnectUnary, kConnectStream, kGrpcWeb } protocol;
  bool json;
  const char* content_type;  // of the answer
  const char* name;          // for logs
};
// By Content-Type; nothing for one that is not spoken here.
std::optional<Dress> DressOf(std::string_view content_type);

// "application/json" of "Application/JSON; charset=utf-8".
std::string MediaType(std::string_view content_type);

// "invalid_argument", as Connect writes codes.
std::string ConnectCode(absl::StatusCode code);
int HttpStatusOf(absl::StatusCode code);

// {"code": …, "message": …, "details": […]}
std::string ConnectError(const absl::Status& status);

// One message in its envelope; `flags` is 0 for messages.
std::string Envelope(std::string_view message, unsigned char flags = 0);
// The one message in `body`. Errors: INVALID_ARGUMENT / ENVELOPE_MALFORMED, UNIMPLEMENTED /
// COMPRESSION_UNKNOWN.
absl::StatusOr<std::string> OpenEnvelope(std::string_view body);

// The envelope that ends a stream of the Connect protocol.
std::string ConnectEnd(const absl::Status& status);
// The envelope that ends an answer of gRPC-Web: the trailers.
std::string GrpcWebEnd(const absl::Status& status);

// Connect-Timeout-Ms; infinite when empty. Errors: INVALID_ARGUMENT / TIMEOUT_INVALID.
absl::StatusOr<absl::Duration> ConnectTimeout(std::string_view header);
// grpc-timeout ("10S", "100m"); the same.
absl::StatusOr<absl::Duration> GrpcTimeout(std::string_view header);

}  // namespace ip::gateway

#endif  // GATEWAY_DOORS_CONNECT_WIRE_H_
