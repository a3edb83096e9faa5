// mTLS between processes: who gets in, with what, and certificates that change while it runs.
#include "lib/rpc/tls.h"

#include <gmock/gmock.h>
#include <grpcpp/server_builder.h>
#include <gtest/gtest.h>

#include <cstdio>
#include <fstream>

#include "absl/flags/declare.h"
#include "absl/flags/flag.h"
#include "lib/base/errors.h"
#include "lib/base/id.h"
#include "lib/crypto/certificate.h"
#include "lib/rpc/peers.h"
#include "lib/rpc/testing/probe.h"

ABSL_DECLARE_FLAG(std::string, peer_rpcs);

namespace ip::rpc {
namespace {

crypto::CertificateRequest Ask(const std::string& name, absl::Duration left = absl::Hours(1)) {
  const absl::Time now = SystemClock().Now();
  return {name, {name, "localhost"}, now - absl::Hours(1), now + left};
}

class TlsTest : public testing::Test {
 protected:
  TlsTest() {
    Issue(authority_, "server", "plan-service");
    Issue(authority_, "gateway", "gateway");
  }
  std::string File(const std::string& name) const { return folder_ + name; }
  void Write(const std::string& name, const std::string& text) const {
    // At once, as mounted secrets change.
    std::ofstream(File(name + ".new")) << text;
    rename(File(name + ".new").c_str(), File(name).c_str());
  }
  void Issue(const crypto::CertifiedKey& authority, const std::string& file,
             const std::string& name, absl::Duration left = absl::Hours(1)) {
    const auto issued = crypto::IssueCertificate(authority, Ask(name, left));
    ASSERT_TRUE(issued.ok()) << issued.status();
    Write(file + ".key", issued->key);
    Write(file + ".crt", issued->certificate);
    Write("ca.crt", authority.certificate);
  }
  TlsFiles Files(const std::string& name) const {
    return {File(name + ".crt"), File(name + ".key"), File("ca.crt")};
  }

  static absl::StatusOr<Caller> Authenticate(std::string_view token) {
    Caller caller;  // the token is "issuer/ROLE"
    const size_t slash = token.find('/');
    individuellplan::type::v1::Role_Parse(std::string(token.substr(slash + 1)), &caller.role);
    caller.person = "persons/test";
    caller.issuer = std::string(token.substr(0, slash));
    return caller;
  }

  void Serve() {
    InitLog("test", Severity::kError);
    ServerOptions options = TestOptions();
    options.listen = "localhost:0";
    options.tls = Files("server");
    options.authenticate = Authenticate;
    auto started = Server::Start(RouterWithGet([](CallContext&, const ProbeRequest&) {
                                   return absl::StatusOr<ProbeResponse>(Say(""));
                                 }),
                                 options);
    ASSERT_TRUE(started.ok()) << started.status();
    server_ = *std::move(started);
    port_ = server_->port();
  }

  std::unique_ptr<ProbeService::Stub> StubWith(const TlsFiles& files) {
    auto credentials = ClientCredentials(files);
    EXPECT_TRUE(credentials.ok()) << credentials.status();
    grpc::ChannelArguments arguments;
    arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
    return ProbeService::NewStub(
        grpc::CreateCustomChannel("localhost:" + std::to_string(port_), *credentials, arguments));
  }
  static absl::Status Get(ProbeService::Stub& stub, const std::string& issuer = "gateway") {
    return Invoke(stub, &ProbeService::Stub::Get, {},
                  {.identity = [&] { return issuer + "/CITIZEN"; }, .budget = absl::Seconds(10)})
        .status();
  }
  absl::Status GetWith(const TlsFiles& files, const std::string& issuer = "gateway") {
    return Get(*StubWith(files), issuer);
  }

  const std::string folder_ = testing::TempDir() + "rpc-tls-" + NewToken(6) + "-";
  const crypto::CertifiedKey authority_ = *crypto::NewAuthority(Ask("CA"));
  std::unique_ptr<Server> server_;
  int port_ = 0;
};

TEST_F(TlsTest, LetsInWhomTheAuthorityKnowsAndNobodyElse) {
  Serve();
  EXPECT_EQ(GetWith(Files("gateway")), absl::OkStatus());
  const auto refused = [&](TlsFiles files) {
    return GetWith(files).code() == absl::StatusCode::kUnavailable;
  };
  TlsFiles nothing = Files("gateway");
  nothing.cert_file = nothing.key_file = "";
  EXPECT_TRUE(refused(nothing)) << "no certificate";
  EXPECT_TRUE(refused({})) << "no TLS";
  const auto stranger = *crypto::NewAuthority(Ask("CA"));
  Issue(stranger, "stranger", "gateway");
  Write("ca.crt", authority_.certificate);
  EXPECT_TRUE(refused(Files("stranger"))) << "another authority";
  Issue(authority_, "late", "gateway", -absl::Minutes(1));
  EXPECT_TRUE(refused(Files("late"))) << "expired";
}

TEST_F(TlsTest, AClientTrustsOnlyTheServerItMeant) {
  Issue(authority_, "server", "plan-service");
  Serve();
  auto credentials = ClientCredentials(Files("gateway"));
  grpc::ChannelArguments arguments;
  arguments.SetSslTargetNameOverride("referral-service");
  auto stub = ProbeService::NewStub(
      grpc::CreateCustomChannel("localhost:" + std::to_string(port_), *credentials, arguments));
  EXPECT_EQ(Get(*stub).code(), absl::StatusCode::kUnavailable);
}

TEST_F(TlsTest, ATokenIsOfNoUseToAnotherWorkload) {
  Serve();
  Issue(authority_, "referral", "referral-service.ip.svc");
  EXPECT_EQ(GetWith(Files("referral"), "referral-service"), absl::OkStatus());
  EXPECT_EQ(GetWith(Files("referral"), "gateway").code(), absl::StatusCode::kUnauthenticated);
  EXPECT_EQ(GetWith(Files("gateway"), "referral-service").code(),
            absl::StatusCode::kUnauthenticated);
}

// The rules of this whole test program stand in main below.
TEST_F(TlsTest, APeerCallsWhatItsRulesName) {
  Serve();
  Issue(authority_, "notification", "notification-service");
  Issue(authority_, "stranger", "other-service");
  EXPECT_EQ(GetWith(Files("gateway")), absl::OkStatus());
  EXPECT_EQ(ReasonOf(GetWith(Files("notification"), "notification-service")), "PEER_NOT_ALLOWED");
  EXPECT_EQ(ReasonOf(GetWith(Files("stranger"), "other-service")), "PEER_NOT_ALLOWED");
}

TEST(PeerRulesTest, AreReadOrRefused) {
  const auto rules = *PeerRules::Parse("a=x.S/M, x.T/ ;b=*");
  EXPECT_TRUE(rules.Allows({"a"}, "x.S/M"));
  EXPECT_FALSE(rules.Allows({"a"}, "x.S/Other"));
  EXPECT_TRUE(rules.Allows({"a"}, "x.T/Any"));
  EXPECT_TRUE(rules.Allows({"other", "b"}, "x.S/Other"));
  EXPECT_FALSE(rules.Allows({}, "x.S/M"));
  EXPECT_TRUE(PeerRules::Parse("")->Allows({}, "x.S/M"));
  EXPECT_FALSE(PeerRules::Parse("a=nonsense").ok());
}

// Answers each message, so that a stream can be seen to live on.
class Ticker final : public ProbeService::Service {
  grpc::Status Watch(grpc::ServerContext* context, const ProbeRequest*,
                     grpc::ServerWriter<ProbeResponse>* writer) override {
    while (!context->IsCancelled() && writer->Write(Say("tick"))) {
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    return grpc::Status::OK;
  }
  grpc::Status Get(grpc::ServerContext*, const ProbeRequest*, ProbeResponse*) override {
    return grpc::Status::OK;
  }
};

// Everything changes at once: authority, server and client. A stream that is open goes on.
TEST_F(TlsTest, TakesUpNewCertificatesWithoutARestart) {
  Ticker ticker;
  grpc::ServerBuilder builder;
  builder.AddListeningPort("localhost:0", *ServerCredentials(Files("server"), absl::Seconds(1)),
                           &port_);
  builder.RegisterService(&ticker);
  const auto server = builder.BuildAndStart();
  const auto stub = StubWith(Files("gateway"));
  grpc::ClientContext context;
  const auto stream = stub->Watch(&context, {});
  ProbeResponse tick;
  ASSERT_TRUE(stream->Read(&tick));
  const auto next = *crypto::NewAuthority(Ask("next CA"));
  Issue(next, "server", "plan-service");
  Issue(next, "gateway", "gateway");
  // A client of the new authority, which knows nothing of the old one.
  EXPECT_TRUE(Eventually([&] { return GetWith(Files("gateway")).ok(); }));
  EXPECT_TRUE(stream->Read(&tick));
  context.TryCancel();
  stream->Finish();
  server->Shutdown(std::chrono::system_clock::now());
}

}  // namespace
}  // namespace ip::rpc

int main(int argc, char** argv) {
  absl::SetFlag(&FLAGS_peer_rpcs,
                "gateway=*; referral-service=individuellplan.testing.v1.ProbeService/Get;"
                "notification-service=individuellplan.testing.v1.ProbeService/Watch");
  ::testing::InitGoogleMock(&argc, argv);
  return RUN_ALL_TESTS();
}
