// The FHIR door before a plan-service that never answers.
#include "gateway/fhir/door.h"

#include <grpcpp/generic/async_generic_service.h>

#include "gateway/testing/wire.h"
#include "individuellplan/plan/v1/plan_service.pb.h"

namespace ip::gateway {
namespace {

// Counts who calls and who hangs up.
class Silent final : public grpc::CallbackGenericService {
 public:
  Silent() {
    grpc::ServerBuilder builder;
    builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port_);
    builder.RegisterCallbackGenericService(this);
    server_ = builder.BuildAndStart();
  }
  ~Silent() override { server_->Shutdown(std::chrono::system_clock::now()); }

  grpc::ServerGenericBidiReactor* CreateReactor(grpc::GenericCallbackServerContext*) override {
    class Call final : public grpc::ServerGenericBidiReactor {
     public:
      explicit Call(Silent* silent) : silent_(*silent) {}
      void OnCancel() override {
        ++silent_.cancelled;
        Finish(grpc::Status::CANCELLED);
      }
      void OnDone() override { delete this; }

     private:
      Silent& silent_;
    };
    ++called;
    return new Call(this);
  }
  int port() const { return port_; }

  std::atomic<int> called = 0;
  std::atomic<int> cancelled = 0;

 private:
  int port_ = 0;
  std::unique_ptr<grpc::Server> server_;
};

TEST(FhirDoor, CancelsWhenTheClientGoesAway) {
  Silent plans;
  GatewayOptions options = Gated::Hasty();
  options.protos = ProtosOf(individuellplan::plan::v1::GetPlanRequest::descriptor()->file());
  options.routes = {
      {"individuellplan.plan.", "plan-service", absl::StrCat("127.0.0.1:", plans.port())}};
  TestIdentities identities;
  TestSigner signer;
  auto gateway = Gateway::Start(std::move(options), &identities, &signer);
  ASSERT_TRUE(gateway.ok()) << gateway.status();
  {
    asio::io_context io;
    asio::ip::tcp::socket client(io);
    client.connect(
        {asio::ip::make_address("127.0.0.1"), static_cast<unsigned short>((*gateway)->port())});
    const std::string request =
        "GET /fhir/R4/CarePlan/0198c000-0000-7000-8000-000000000001 HTTP/1.1\r\nHost: x\r\n"
        "authorization: Bearer good\r\n\r\n";
    asio::write(client, asio::buffer(request));
    ASSERT_TRUE(Eventually([&] { return plans.called == 1; }));
    EXPECT_EQ(plans.cancelled, 0);
  }
  EXPECT_TRUE(Eventually([&] { return plans.cancelled == 1; }));
}

// It reads before anybody is asked who they are.
TEST(FhirDoor, LivesOnWhateverItIsSent) {
  Gated gated;
  const auto post = [&](const std::string& body) {
    return Post(gated, "/fhir/R4", "application/fhir+json", body).status;
  };
  EXPECT_EQ(post(R"({"entry":)" + std::string(1'000'000, '[')), 400);
  EXPECT_EQ(post(R"({"entry":)" + std::string(1'000'000, '[') + std::string(1'000'000, ']') + "}"),
            400);
  EXPECT_EQ(post(R"({"entry":[1]})"), 400);
  // Nobody serves plans behind this gateway: 501 when all of it was read.
  EXPECT_EQ(post(R"({"entry":[{"resource":{"resourceType":"CarePlan","id":"a"}},{"resource":
      {"resourceType":"Patient","identifier":[{"system":"urn:oid:2.16.578.1.12.4.1.4.1","value":1}]}}]})"),
            501);
  Wire wire(gated);
  wire.Send("GET /fhir/R4/Goal?\xff=1 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  EXPECT_EQ(Parse(wire.ReadToEnd()).status, 501);
}

}  // namespace
}  // namespace ip::gateway
