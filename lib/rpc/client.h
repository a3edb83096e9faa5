// Calling another service of the suite.
//
//   auto channel = rpc::MakeChannel("plan:443", {"individuellplan.plan.v1.PlanService"}, tls);
//   auto stub = PlanService::NewStub(*channel);
//   auto plan = rpc::Invoke(*stub, &PlanService::Stub::CreatePlan, request,
//                           {.identity = [&] { return signer.Sign(self, "plan-service"); },
//                            .parent = &ctx});
#ifndef LIB_RPC_CLIENT_H_
#define LIB_RPC_CLIENT_H_

#include <grpcpp/channel.h>
#include <grpcpp/client_context.h>

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "lib/rpc/call_context.h"
#include "lib/rpc/options.h"
#include "lib/rpc/status.h"

namespace ip::rpc {

// A channel to `target` ("host:port", "dns:///host:port" or "unix:/path"); costly, thread-safe: one
// per target and process. Calls spread over all addresses (round_robin). UNAVAILABLE is retried, at
// most 4 attempts, for the RPCs of `services` (full names): mutating requests carry a request_id.
// Errors: FAILED_PRECONDITION when a TLS file cannot be read.
absl::StatusOr<std::shared_ptr<grpc::Channel>> MakeChannel(const std::string& target,
                                                           const std::vector<std::string>& services,
                                                           const TlsFiles& tls = {});

// The gRPC service config of such a channel, as JSON.
std::string ServiceConfig(const std::vector<std::string>& services);

struct CallOptions {
  // Makes the internal token for the receiving service; called once per call.
  std::function<std::string()> identity;
  // The call being answered: the child is cancelled with it, ends 50 ms before it, and continues
  // its trace. Null for background work.
  const CallContext* parent = nullptr;
  // The most time the call may take. Infinite is for streams only.
  absl::Duration budget = absl::Seconds(2);
};

// The grpc::ClientContext of one call: deadline, trace and identity are set.
class ClientCall {
 public:
  explicit ClientCall(const CallOptions& options);
  grpc::ClientContext* context() { return context_.get(); }

 private:
  std::unique_ptr<grpc::ClientContext> context_;
};

// Calls a unary RPC. Errors keep code, message and details of the other service.
template <class Stub, class Request, class Response>
absl::StatusOr<Response> Invoke(Stub& stub,
                                grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&,
                                                             Response*),
                                const Request& request, const CallOptions& options) {
  ClientCall call(options);
  Response response;
  const grpc::Status status = (stub.*method)(call.context(), request, &response);
  if (!status.ok()) return FromGrpcStatus(status);
  return response;
}

}  // namespace ip::rpc

#endif  // LIB_RPC_CLIENT_H_
