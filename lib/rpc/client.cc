#include "lib/rpc/client.h"

#include <grpcpp/create_channel.h>
#include <grpcpp/support/channel_arguments.h>

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "lib/base/clock.h"
#include "lib/rpc/tls.h"

namespace ip::rpc {
namespace {

constexpr absl::Duration kMargin = absl::Milliseconds(50);

}  // namespace

std::string ServiceConfig(const std::vector<std::string>& services) {
  const std::string names =
      absl::StrJoin(services, ",", [](std::string* out, const std::string& name) {
        absl::StrAppend(out, R"({"service":")", name, R"("})");
      });
  // A stopping server answers CANCELLED to what arrives while it sends its GOAWAY. What we cancel
  // ourselves is not retried.
  // No "timeout" here: gRPC 1.51 ends such calls about a second early (grpc#34547).
  return absl::StrCat(
      R"({"loadBalancingConfig":[{"round_robin":{}}],)",
      R"("retryThrottling":{"maxTokens":10,"tokenRatio":0.1},"methodConfig":[{"name":[)", names,
      R"(],"retryPolicy":{"maxAttempts":4,"initialBackoff":"0.1s","maxBackoff":"1s",)",
      R"("backoffMultiplier":2,"retryableStatusCodes":["UNAVAILABLE","CANCELLED"]}}]})");
}

absl::StatusOr<std::shared_ptr<grpc::Channel>> MakeChannel(const std::string& target,
                                                           const std::vector<std::string>& services,
                                                           const TlsFiles& tls) {
  auto credentials = ClientCredentials(tls);
  if (!credentials.ok()) return credentials.status();
  grpc::ChannelArguments arguments;
  arguments.SetServiceConfigJSON(ServiceConfig(services));
  // A restarted service is found within seconds; gRPC's own backoff grows to two minutes.
  arguments.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, 100);
  arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, 2000);
  // A machine that vanishes says no goodbye. Without pings a stream would wait for it for ever, and
  // calls would go there until TCP gives up after a quarter of an hour. Servers allow a ping every
  // 20 s (server.cc). What was sent and not acknowledged for the time-out ends the connection too.
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIME_MS, 25 * 1000);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, 10 * 1000);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_PERMIT_WITHOUT_CALLS, 1);
  arguments.SetInt(GRPC_ARG_HTTP2_MAX_PINGS_WITHOUT_DATA, 0);
  return grpc::CreateCustomChannel(target, *credentials, arguments);
}

ClientCall::ClientCall(const CallOptions& options) {
  absl::Time deadline = absl::InfiniteFuture();
  if (options.budget < absl::InfiniteDuration()) deadline = SystemClock().Now() + options.budget;
  const CallContext* parent = options.parent;
  if (parent != nullptr && parent->grpc_context() != nullptr) {
    context_ = grpc::ClientContext::FromCallbackServerContext(*parent->grpc_context());
  } else {
    context_ = std::make_unique<grpc::ClientContext>();
  }
  if (parent != nullptr) {
    deadline = std::min(deadline, parent->deadline() - kMargin);
    context_->AddMetadata("traceparent", parent->trace().Header());
    context_->AddMetadata("x-correlation-id", parent->correlation_id());
  } else {
    context_->AddMetadata("traceparent", Trace::Continue("").Header());
  }
  if (deadline < absl::InfiniteFuture()) context_->set_deadline(absl::ToChronoTime(deadline));
  if (options.identity) context_->AddMetadata("x-ip-identity", options.identity());
}

}  // namespace ip::rpc
