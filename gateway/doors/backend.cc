#include "gateway/doors/backend.h"

#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "lib/base/errors.h"
#include "lib/rpc/client.h"
#include "lib/rpc/status.h"

namespace ip::gateway {
namespace {

absl::Status Explain(grpc::StatusCode code, const std::string& backend) {
  switch (code) {
    case grpc::StatusCode::UNAVAILABLE:
      return Error(absl::StatusCode::kUnavailable, "BACKEND_UNAVAILABLE",
                   absl::StrCat(backend, " cannot be reached right now. Try again shortly."));
    case grpc::StatusCode::DEADLINE_EXCEEDED:
      return Error(absl::StatusCode::kDeadlineExceeded, "DEADLINE_EXCEEDED",
                   absl::StrCat(backend,
                                " did not answer in time. Whether something was changed is not "
                                "known; repeat the request with the same request_id."));
    case grpc::StatusCode::CANCELLED:
      return Error(absl::StatusCode::kCancelled, "CANCELLED", "The client cancelled the call.");
    case grpc::StatusCode::RESOURCE_EXHAUSTED:
      return Error(absl::StatusCode::kResourceExhausted, "MESSAGE_TOO_LARGE",
                   "The request or its answer is larger than 4 MiB. Ask for a smaller page.");
    case grpc::StatusCode::UNIMPLEMENTED:
      return Error(absl::StatusCode::kUnimplemented, "RPC_UNKNOWN",
                   absl::StrCat(backend, " does not know this RPC; it may be older than the API."));
    default:
      return Error(static_cast<absl::StatusCode>(code), "BACKEND_FAILED",
                   absl::StrCat(backend,
                                " failed in an unexpected way. Try again; if it goes on, "
                                "tell those who run the system."));
  }
}

// gRPC's callback threads end with the process's last channel, and that may be let go by a call
// that just ended on one of them, which would wait for itself. So one channel stays.
void StayFor(std::shared_ptr<grpc::Channel> channel) {
  // Used by nobody, and yet to be found by a leak checker.
  [[gnu::used]] static const auto* const kStays =
      new std::shared_ptr<grpc::Channel>(std::move(channel));
}

}  // namespace

absl::StatusOr<std::vector<Backend>> ConnectBackends(const std::vector<Route>& routes,
                                                     const Methods& methods,
                                                     const rpc::TlsFiles& tls) {
  std::vector<Backend> backends;
  for (const Route& route : routes) {
    std::vector<std::string> services;
    for (const auto& service : methods.services()) {
      if (absl::StartsWith(service, route.package_prefix)) services.push_back(service);
    }
    auto channel = rpc::MakeChannel(route.target, services, tls);
    if (!channel.ok()) return channel.status();
    StayFor(*channel);
    backends.push_back({route.backend, *channel, std::make_unique<grpc::GenericStub>(*channel)});
  }
  return backends;
}

absl::Time CapDeadline(const Method& method, absl::Time arrival, absl::Time client_deadline) {
  return std::min(client_deadline, arrival + (method.unary ? kMaxDeadline : kMaxStream));
}

void Prepare(grpc::ClientContext& context, const Pass& pass, const CallRecord& record,
             absl::Time deadline) {
  context.set_deadline(absl::ToChronoTime(deadline));
  context.AddMetadata("x-ip-identity", pass.token);
  context.AddMetadata("traceparent", record.trace().Header());
  context.AddMetadata("x-correlation-id", record.correlation_id());
}

bool WasReached(const grpc::Status& status) {
  return status.error_code() != grpc::StatusCode::UNAVAILABLE || !status.error_details().empty();
}

grpc::Status Presentable(const grpc::Status& status, const Backend& backend) {
  if (status.ok() || !status.error_details().empty()) return status;
  return rpc::ToGrpcStatus(Explain(status.error_code(), backend.name));
}

}  // namespace ip::gateway
