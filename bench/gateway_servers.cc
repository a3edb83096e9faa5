#include "bench/gateway_servers.h"

#include <grpcpp/generic/async_generic_service.h>
#include <grpcpp/health_check_service_interface.h>
#include <grpcpp/server_builder.h>

#include <memory>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "bench/harness.h"
#include "gateway/doors/http_message.h"
#include "gateway/flags.h"
#include "gateway/session/identities.h"
#include "individuellplan/plan/v1/care_plan.pb.h"
#include "lib/base/log.h"
#include "lib/rpc/server.h"

namespace ip::bench {
namespace {

constexpr size_t kAnswerBytes = 2400;

grpc::ByteBuffer Answer() {
  individuellplan::plan::v1::CarePlan plan;
  plan.set_name("plans/00000000-0000-7000-8000-000000000000");
  plan.mutable_subject()->set_display_name("Kari Nordli");
  plan.set_municipality_code("4699");
  while (plan.ByteSizeLong() < kAnswerBytes) {
    auto* activity = plan.add_activities();
    activity->set_name(absl::StrCat(plan.name(), "/activities/a", plan.activities_size()));
    activity->set_title("Følge til butikken");
    activity->set_extent("2 timer hver uke");
    activity->set_implementation("Per møter Kari hjemme, og de går sammen.");
    activity->set_responsible(plan.name() + "/participants/p1");
  }
  const grpc::Slice slice(plan.SerializeAsString());
  return grpc::ByteBuffer(&slice, 1);
}

class Reactor final : public grpc::ServerGenericBidiReactor {
 public:
  explicit Reactor(const grpc::ByteBuffer& answer) : answer_(answer) { StartRead(&request_); }

 private:
  void OnReadDone(bool) override {
    StartWriteAndFinish(&answer_, grpc::WriteOptions(), grpc::Status::OK);
  }
  void OnDone() override { delete this; }

  grpc::ByteBuffer request_;
  grpc::ByteBuffer answer_;
};

class Backend final : public grpc::CallbackGenericService {
  grpc::ServerGenericBidiReactor* CreateReactor(grpc::GenericCallbackServerContext*) override {
    return new Reactor(answer_);
  }
  const grpc::ByteBuffer answer_ = Answer();
};

template <class T>
T Must(absl::StatusOr<T> result) {
  if (!result.ok()) Fail(std::string(result.status().message()));
  return *std::move(result);
}

}  // namespace

void ServeBackend(int port) {
  Backend backend;
  grpc::EnableDefaultHealthCheckService(true);
  grpc::ServerBuilder builder;
  builder.AddListeningPort(absl::StrCat("127.0.0.1:", port), grpc::InsecureServerCredentials());
  builder.RegisterCallbackGenericService(&backend);
  const auto server = builder.BuildAndStart();
  if (server == nullptr) Fail(absl::StrCat("cannot listen on port ", port));
  server->Wait();
}

void ServeAuth(int port) {
  namespace gw = gateway;
  rpc::BlockStopSignals();
  InitLog("auth", Severity::kError);
  const auto signer = Must(gw::SignerFromFlags());
  const auto persons = Must(gw::PersonIdsFromFlags());
  const auto providers = Must(gw::ProvidersFromFlags());
  rpc::WorkerPool workers(8, 1024);
  gw::VerifiedIdentities identities(&providers, &persons, nullptr, gw::AudienceFromFlags(), "",
                                    &workers);
  gw::GatewayOptions options = gw::OptionsFromFlags();
  options.listen = absl::StrCat("127.0.0.1:", port);
  options.pages = [&](const std::shared_ptr<gw::Exchange>& exchange) {
    if (gw::PathOf(exchange->request()) != "/auth") return false;
    gw::Credentials credentials;
    credentials.authorization = std::string(exchange->request()[gw::http::field::authorization]);
    identities.Identify(credentials, [&signer, exchange](absl::StatusOr<gw::Identity> found) {
      if (!found.ok()) return exchange->Reply(gw::ErrorResponse(found.status()));
      gw::HttpResponse response = gw::MakeResponse(204, "text/plain", "");
      response.set("x-ip-identity", signer->Sign(found->caller, "plan-service").value_or(""));
      exchange->Reply(std::move(response));
    });
    return true;
  };
  auto server = Must(gw::Gateway::Start(std::move(options), &identities, signer.get()));
  server->Run();
  workers.Stop();
}

}  // namespace ip::bench
