#include "referral-service/service/mandates.h"

#include <algorithm>

#include "individuellplan/plan/v1/plan_feed_service.grpc.pb.h"
#include "lib/base/errors.h"
#include "lib/base/log.h"
#include "lib/rpc/client.h"

namespace ip::referral {
namespace {

namespace plan = individuellplan::plan::v1;
namespace type = individuellplan::type::v1;

class RpcMandates final : public Mandates {
 public:
  RpcMandates(std::shared_ptr<grpc::Channel> channel, auth::TokenSigner* signer)
      : signer_(*signer), feed_(plan::PlanFeedService::NewStub(std::move(channel))) {}

  absl::StatusOr<plan::Mandate> Find(const rpc::CallContext& ctx) override {
    plan::GetMandateRequest request;
    request.set_representative(ctx.caller().person);
    request.set_represented(ctx.caller().acting_for);
    rpc::CallOptions options;
    options.parent = &ctx;
    options.identity = [this] { return signer_.SignAsService("plan-service").value_or(""); };
    auto found = rpc::Invoke(*feed_, &plan::PlanFeedService::Stub::GetMandate, request, options);
    if (found.ok()) return found;
    Log(Severity::kWarning, "mandate_unknown", {{"why", ReasonOf(found.status())}});
    return Error(absl::StatusCode::kUnavailable, "BACKEND_UNAVAILABLE",
                 "Whether you act for this person cannot be looked up now. Try again in a moment.");
  }

 private:
  auth::TokenSigner& signer_;
  const std::unique_ptr<plan::PlanFeedService::Stub> feed_;
};

}  // namespace

std::unique_ptr<Mandates> MakeRpcMandates(std::shared_ptr<grpc::Channel> channel,
                                          auth::TokenSigner* signer) {
  return std::make_unique<RpcMandates>(std::move(channel), signer);
}

absl::Status CheckActingFor(const rpc::CallContext& ctx, Mandates& mandates) {
  if (ctx.caller().acting_for.empty() || ctx.action() == type::READ_REFERENCE_DATA) {
    return absl::OkStatus();
  }
  const auto mandate = mandates.Find(ctx);
  if (!mandate.ok()) return mandate.status();
  const auto& sections =
      ctx.action() == type::READ_NOTICE ? mandate->read_sections() : mandate->act_sections();
  if (std::find(sections.begin(), sections.end(), type::DECISIONS) != sections.end()) {
    return absl::OkStatus();
  }
  return PermissionDenied("REPRESENTATION_MISSING",
                          "You may not do this for the person you act for. Their plan says who "
                          "represents them, in what and until when; act for yourself instead, or "
                          "ask for a representation.");
}

}  // namespace ip::referral
