#include "gateway/session/opt_out.h"

#include "individuellplan/notification/v1/notification_service.grpc.pb.h"
#include "lib/rpc/client.h"

namespace ip::gateway {

namespace pb = individuellplan::notification::v1;

absl::StatusOr<OptOut> MakeOptOut(const std::string& target, const rpc::TlsFiles& tls,
                                  auth::TokenSigner* signer) {
  if (target.empty()) return OptOut();
  auto channel = rpc::MakeChannel(target, {pb::NotificationService::service_full_name()}, tls);
  if (!channel.ok()) return channel.status();
  using Stub = pb::NotificationService::StubInterface;
  const std::shared_ptr<Stub> stub = pb::NotificationService::NewStub(*channel);
  return [stub, signer](const std::string& token) {
    pb::OptOutRequest request;
    request.set_token(token);
    const auto identity = [signer] {
      Caller page;  // nobody is logged in: the token in the request is all the right there is
      page.role = individuellplan::type::v1::SYSTEM;
      return signer->Sign(page, "notification-service").value_or("");
    };
    return rpc::Invoke(*stub, &Stub::OptOut, request, {.identity = identity}).status();
  };
}

}  // namespace ip::gateway
