// What keeps the gateway standing, and its clients unharmed when it goes: limits, TLS, drain.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/ssl.h>

#include <boost/asio/connect.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/asio/write.hpp>
#include <fstream>
#include <thread>
#include <utility>
#include <vector>

#include "gateway/policy/retry.h"
#include "gateway/testing/echo_backend.h"
#include "lib/base/id.h"
#include "lib/crypto/certificate.h"

namespace ip::gateway {
namespace {

namespace asio = boost::asio;
using testing::HasSubstr;
using testing::StartsWith;

grpc::Status Get(EchoService::Stub& stub, const std::string& text = "") {
  grpc::ClientContext context;
  Gated::LogIn(context);
  Echo request, response;
  request.set_text(text);
  return stub.Get(&context, request, &response);
}

// One HTTP request on a connection of its own; the whole answer.
std::string Exchange(const Gated& gated, const std::string& request) {
  asio::io_context io;
  asio::ip::tcp::socket socket(io);
  socket.connect(
      {asio::ip::make_address("127.0.0.1"), static_cast<unsigned short>(gated.gateway->port())});
  boost::system::error_code ignored;
  asio::write(socket, asio::buffer(request), ignored);
  std::string all;
  asio::read(socket, asio::dynamic_buffer(all), ignored);
  return all;
}

const std::string kPost = absl::StrCat(
    "POST ", kEcho,
    "Get HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
    "authorization: Bearer good\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}");

TEST(Limits, RefuseASubjectThatCallsTooOften) {
  GatewayOptions options;
  options.limits.per_subject = {0.5, 2};
  Gated gated(std::move(options));
  EXPECT_TRUE(Get(*gated.stub).ok());
  EXPECT_THAT(Exchange(gated, kPost), StartsWith("HTTP/1.1 200"));
  const absl::Status refused = rpc::FromGrpcStatus(Get(*gated.stub));
  EXPECT_EQ(refused.code(), absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(ReasonOf(refused), "TOO_MANY_REQUESTS");
  EXPECT_GT(RetryDelayOf(refused), absl::Seconds(1));
  const std::string http = Exchange(gated, kPost);
  EXPECT_THAT(http, StartsWith("HTTP/1.1 429"));
  EXPECT_THAT(http, HasSubstr("Retry-After: 2\r\n"));
}

TEST(Limits, RefuseAnAddressBeforeAskingWhoItIs) {
  GatewayOptions options;
  options.limits.per_address = {0.1, 3};
  Gated gated(std::move(options));
  const std::string anonymous =
      absl::StrCat("POST ", kEcho,
                   "Get HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
                   "Content-Type: application/json\r\nContent-Length: 2\r\n\r\n{}");
  for (int i = 0; i < 3; ++i) EXPECT_THAT(Exchange(gated, anonymous), StartsWith("HTTP/1.1 401"));
  EXPECT_THAT(Exchange(gated, anonymous), StartsWith("HTTP/1.1 429"));
  EXPECT_EQ(Get(*gated.stub).error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED);
  EXPECT_THAT(Exchange(gated, "GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"),
              StartsWith("HTTP/1.1 429"));
  // Those who look after us are always answered.
  EXPECT_THAT(Exchange(gated, "GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"),
              StartsWith("HTTP/1.1 200"));
}

TEST(Limits, TellClientsBehindAProxyApart) {
  GatewayOptions options;
  options.limits.per_address = {0.1, 1};
  options.http.behind_proxy = true;
  Gated gated(std::move(options));
  const auto ask = [&](const std::string& forwarded) {
    return Exchange(gated, absl::StrCat("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
                                        "X-Forwarded-For: ",
                                        forwarded, "\r\n\r\n"))
        .substr(9, 3);
  };
  EXPECT_EQ(ask("10.0.0.1"), "200");
  EXPECT_EQ(ask("forged, 10.0.0.1"), "429");
  EXPECT_EQ(ask("10.0.0.2"), "200");
}

TEST(Limits, BoundWhatIsUnderWayToABackend) {
  GatewayOptions options;
  options.limits.per_backend.calls = 1;
  Gated gated(std::move(options));
  std::jthread waiting([&] {
    grpc::ClientContext context;
    Gated::LogIn(context);
    context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(2));
    Echo request, response;
    request.set_text("wait");
    gated.stub->Get(&context, request, &response);
  });
  EXPECT_TRUE(Eventually([&] { return !gated.backend.seen().empty(); }));
  const absl::Status busy = rpc::FromGrpcStatus(Get(*gated.stub));
  EXPECT_EQ(ReasonOf(busy), "GATEWAY_BUSY");
  EXPECT_TRUE(RetryDelayOf(busy).has_value());
  waiting.join();
  EXPECT_TRUE(Eventually([&] { return Get(*gated.stub).ok(); }));
}

TEST(Limits, OpenTheCircuitOfABackendThatIsGone) {
  GatewayOptions options;
  options.limits.per_backend.failures = 2;
  options.limits.per_backend.pause = absl::Seconds(20);
  Gated gated(std::move(options));
  gated.backend.Stop();
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(Get(*gated.stub).error_code(), grpc::StatusCode::UNAVAILABLE);
  }
  const absl::Status open = rpc::FromGrpcStatus(Get(*gated.stub));
  EXPECT_EQ(ReasonOf(open), "BACKEND_UNAVAILABLE");
  EXPECT_GT(RetryDelayOf(open), absl::Seconds(1));
}

std::unique_ptr<Gateway> StartBefore(const EchoBackend& backend, Identities* identities,
                                     auth::TokenSigner* signer) {
  GatewayOptions options;
  options.protos = EchoProtos();
  options.limits.per_subject = options.limits.per_address = {};
  options.routes = {
      {"individuellplan.testing.", "echo-service", absl::StrCat("127.0.0.1:", backend.port())}};
  auto started = Gateway::Start(std::move(options), identities, signer);
  EXPECT_TRUE(started.ok()) << started.status();
  return *std::move(started);
}

// Two gateways; clients use both, and one is stopped in the middle of their calls.
TEST(Drain, LosesNoCall) {
  InitLog("test", Severity::kError);
  EchoBackend backend;
  TestIdentities identities;
  TestSigner signer;
  std::atomic<int> done = 0, failed = 0;
  for (int round = 0; round < 5; ++round) {
    const auto first = StartBefore(backend, &identities, &signer);
    const auto second = StartBefore(backend, &identities, &signer);
    std::atomic<bool> stop = false;
    const auto work = [&](int number) {
      grpc::ChannelArguments arguments;
      arguments.SetLoadBalancingPolicyName("round_robin");
      arguments.SetInt(GRPC_ARG_ENABLE_RETRIES, 0);  // nothing is to be hidden
      arguments.SetInt("number", number);            // a connection of its own
      const auto stub = EchoService::NewStub(grpc::CreateCustomChannel(
          absl::StrCat("ipv4:127.0.0.1:", first->port(), ",127.0.0.1:", second->port()),
          grpc::InsecureChannelCredentials(), arguments));
      while (!stop) {
        const grpc::Status status = Get(*stub);
        ++done;
        if (!status.ok() && ++failed < 5) {
          ADD_FAILURE() << status.error_code() << ": " << status.error_message();
        }
      }
    };
    std::vector<std::thread> clients;
    for (int i = 0; i < 8; ++i) clients.emplace_back(work, i);
    const int before = done;
    EXPECT_TRUE(Eventually([&] { return done > before + 400; }));
    first->Stop();
    stop = true;
    for (auto& client : clients) client.join();
  }
  EXPECT_EQ(failed, 0) << "of " << done;
}

TEST(Drain, AnswersWhatComesOnOpenHttpConnections) {
  Gated gated(GatewayOptions{});
  asio::io_context io;
  asio::ip::tcp::socket socket(io);
  socket.connect(
      {asio::ip::make_address("127.0.0.1"), static_cast<unsigned short>(gated.gateway->port())});
  const std::string request = "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n";
  std::string some(4096, 0);
  asio::write(socket, asio::buffer(request));
  some.resize(socket.read_some(asio::buffer(some)));
  EXPECT_THAT(some, Not(HasSubstr("Connection: close")));
  std::jthread stopper([&] { gated.gateway->Stop(); });
  // Once the port is closed the stop is under way.
  EXPECT_TRUE(Eventually([&] {
    asio::ip::tcp::socket other(io);
    boost::system::error_code refused;
    other.connect(
        {asio::ip::make_address("127.0.0.1"), static_cast<unsigned short>(gated.gateway->port())},
        refused);
    return refused.failed();
  }));
  asio::write(socket, asio::buffer(request));
  some.assign(4096, 0);
  some.resize(socket.read_some(asio::buffer(some)));
  EXPECT_THAT(some, StartsWith("HTTP/1.1 200"));
  EXPECT_THAT(some, HasSubstr("Connection: close"));
  stopper.join();
}

class Tls : public testing::Test {
 protected:
  Tls() {
    Renew();
    GatewayOptions options;
    options.tls = {File("tls.crt"), File("tls.key"), ""};
    gated_ = std::make_unique<Gated>(std::move(options));
  }

  std::string File(const char* name) const { return folder_ + "-" + name; }
  void Write(const char* name, const std::string& text) const { std::ofstream(File(name)) << text; }

  void Renew() {
    const absl::Time now = SystemClock().Now();
    const auto server = crypto::IssueCertificate(
        authority_, {"gateway", {"localhost"}, now - absl::Hours(1), now + absl::Hours(1)});
    Write("tls.key", server->key);
    Write("tls.crt", server->certificate);
  }

  // "HTTP/1.1 200 …" or the error.
  std::string Https(int least_version, const char* path = "/healthz") {
    asio::io_context io;
    asio::ssl::context context(asio::ssl::context::tls_client);
    context.add_certificate_authority(asio::buffer(authority_.certificate));
    context.set_verify_mode(asio::ssl::verify_peer);
    SSL_CTX_set_max_proto_version(context.native_handle(), least_version);
    asio::ssl::stream<asio::ip::tcp::socket> stream(io, context);
    stream.lowest_layer().connect({asio::ip::make_address("127.0.0.1"),
                                   static_cast<unsigned short>(gated_->gateway->port())});
    boost::system::error_code error;
    stream.handshake(asio::ssl::stream_base::client, error);
    if (error) return error.message();
    asio::write(stream, asio::buffer(absl::StrCat(
                            "GET ", path, " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")));
    std::string all;
    asio::read(stream, asio::dynamic_buffer(all), error);
    serial_ = SerialOf(stream.native_handle());
    return all;
  }
  static long SerialOf(SSL* ssl) {
    X509* certificate = SSL_get1_peer_certificate(ssl);
    const long serial = ASN1_INTEGER_get(X509_get0_serialNumber(certificate));
    X509_free(certificate);
    return serial;
  }

  const std::string folder_ = testing::TempDir() + "gateway-tls-" + NewToken(6);
  const crypto::CertifiedKey authority_ = *crypto::NewAuthority(
      {"test CA", {}, SystemClock().Now() - absl::Hours(1), SystemClock().Now() + absl::Hours(1)});
  std::unique_ptr<Gated> gated_;
  long serial_ = 0;
};

TEST_F(Tls, SpeaksHttpAndGrpcOnOnePort) {
  EXPECT_THAT(Https(TLS1_3_VERSION), StartsWith("HTTP/1.1 200"));
  grpc::SslCredentialsOptions options;
  options.pem_root_certs = authority_.certificate;
  auto stub = EchoService::NewStub(grpc::CreateChannel(
      absl::StrCat("localhost:", gated_->gateway->port()), grpc::SslCredentials(options)));
  EXPECT_TRUE(Get(*stub).ok());
  EXPECT_TRUE(Get(*stub, std::string(4'000'000, 'x')).ok());
  grpc::ClientContext context;
  Gated::LogIn(context);
  Echo request, response;
  request.set_number(500);
  const auto reader = stub->Watch(&context, request);
  int count = 0;
  while (reader->Read(&response)) ++count;
  EXPECT_EQ(count, 500);
}

TEST_F(Tls, RefusesOlderVersionsAndWhatIsNotEncrypted) {
  EXPECT_THAT(Https(TLS1_2_VERSION), Not(StartsWith("HTTP/1.1")));
  EXPECT_EQ(Exchange(*gated_, "GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"), "");
  EXPECT_EQ(Get(*gated_->stub).error_code(), grpc::StatusCode::UNAVAILABLE);
}

TEST_F(Tls, TakesUpARenewedCertificate) {
  ASSERT_THAT(Https(TLS1_3_VERSION), StartsWith("HTTP/1.1 200"));
  const long before = serial_;
  std::this_thread::sleep_for(std::chrono::milliseconds(20));  // the file's time has to differ
  Renew();
  EXPECT_TRUE(Eventually([&] {
    EXPECT_THAT(Https(TLS1_3_VERSION), StartsWith("HTTP/1.1 200"));
    return serial_ != before;
  }));
}

TEST_F(Tls, KeepsACertificateWhoseSuccessorIsBroken) {
  Write("tls.crt", "nonsense");
  EXPECT_THAT(Https(TLS1_3_VERSION), StartsWith("HTTP/1.1 200"));
}

}  // namespace
}  // namespace ip::gateway
