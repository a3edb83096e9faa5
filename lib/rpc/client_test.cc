#include "lib/rpc/client.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <cstdlib>
#include <future>

#include "lib/rpc/testing/probe.h"

namespace ip::rpc {
namespace {

std::string TargetOf(const Probe& probe) {
  return "127.0.0.1:" + std::to_string(probe.server->port());
}

std::unique_ptr<ProbeService::Stub> StubFor(const std::string& target, const TlsFiles& tls = {}) {
  auto channel = MakeChannel(target, {kProbe}, tls);
  EXPECT_TRUE(channel.ok()) << channel.status();
  return ProbeService::NewStub(*channel);
}

TEST(ClientTest, UnavailableIsRetriedAndNothingElse) {
  std::atomic<int> runs = 0;
  absl::StatusCode code = absl::StatusCode::kUnavailable;
  Probe probe(
      RouterWithGet([&](CallContext&, const ProbeRequest&) -> absl::StatusOr<ProbeResponse> {
        if (++runs < 3) return absl::Status(code, "not now");
        return Say("third time");
      }));
  auto stub = StubFor(TargetOf(probe));
  const CallOptions options = {.identity = [] { return "CITIZEN"; }, .budget = absl::Seconds(10)};
  EXPECT_TRUE(Invoke(*stub, &ProbeService::Stub::Get, {}, options).ok());
  EXPECT_EQ(runs, 3);
  for (auto other : {absl::StatusCode::kAborted, absl::StatusCode::kInternal,
                     absl::StatusCode::kResourceExhausted}) {
    runs = 0;
    code = other;
    EXPECT_EQ(Invoke(*stub, &ProbeService::Stub::Get, {}, options).status().code(), other);
    EXPECT_EQ(runs, 1);
  }
}

TEST(ClientTest, TheIdentityIsMadeForEachCall) {
  std::atomic<int> made = 0;
  Probe probe(RouterWithGet(
      [](CallContext&, const ProbeRequest&) -> absl::StatusOr<ProbeResponse> { return Say(""); }));
  auto stub = StubFor(TargetOf(probe));
  for (int i = 0; i < 2; ++i) {
    EXPECT_TRUE(Invoke(*stub, &ProbeService::Stub::Get, {}, {.identity = [&] {
                  ++made;
                  return "CITIZEN";
                }}).ok());
  }
  EXPECT_EQ(made, 2);
}

TEST(ClientTest, ChildCallsContinueTheTraceAndEndBeforeTheirParent) {
  Trace inner, outer;
  absl::Time inner_deadline, outer_deadline;
  std::string inner_correlation;
  Probe back(RouterWithGet([&](CallContext& ctx, const ProbeRequest&) {
    inner = ctx.trace();
    inner_deadline = ctx.deadline();
    inner_correlation = ctx.correlation_id();
    return absl::StatusOr<ProbeResponse>(Say("from the back"));
  }));
  auto stub = StubFor(TargetOf(back));
  Probe front(RouterWithGet([&](CallContext& ctx, const ProbeRequest& request) {
    outer = ctx.trace();
    outer_deadline = ctx.deadline();
    return Invoke(
        *stub, &ProbeService::Stub::Get, request,
        {.identity = [] { return "PRACTITIONER"; }, .parent = &ctx, .budget = absl::Minutes(1)});
  }));
  ClientCall call({.identity = [] { return "CITIZEN"; }, .budget = absl::Seconds(5)});
  call.context()->AddMetadata("x-correlation-id", "my-action-1");
  ProbeResponse response;
  ASSERT_TRUE(front.stub->Get(call.context(), {}, &response).ok());
  EXPECT_EQ(response.text(), "from the back");
  EXPECT_EQ(inner.trace_id, outer.trace_id);
  EXPECT_EQ(inner.parent_span, outer.span_id);
  EXPECT_EQ(inner_correlation, "my-action-1");
  EXPECT_LT(inner_deadline, outer_deadline);
}

TEST(ClientTest, ChildCallsAreCancelledWithTheirParent) {
  std::atomic<bool> running = false, cancelled = false;
  Probe back(RouterWithGet([&](CallContext& ctx, const ProbeRequest&) {
    running = true;
    ctx.Wait(absl::Seconds(20));
    cancelled = ctx.cancelled();
    return absl::StatusOr<ProbeResponse>(Say(""));
  }));
  auto stub = StubFor(TargetOf(back));
  Probe front(RouterWithGet([&](CallContext& ctx, const ProbeRequest& request) {
    return Invoke(
        *stub, &ProbeService::Stub::Get, request,
        {.identity = [] { return "CITIZEN"; }, .parent = &ctx, .budget = absl::Seconds(20)});
  }));
  ClientCall call({.identity = [] { return "CITIZEN"; }, .budget = absl::Seconds(20)});
  auto answer = std::async(std::launch::async, [&] {
    ProbeResponse response;
    return front.stub->Get(call.context(), {}, &response);
  });
  ASSERT_TRUE(Eventually([&] { return running.load(); }));
  call.context()->TryCancel();
  EXPECT_EQ(answer.get().error_code(), grpc::StatusCode::CANCELLED);
  EXPECT_TRUE(Eventually([&] { return cancelled.load(); }));
}

TEST(ClientTest, ADeadBackendFailsSoonAndIsFoundWhenItReturns) {
  auto first = std::make_unique<Probe>(RouterWithGet(
      [](CallContext&, const ProbeRequest&) -> absl::StatusOr<ProbeResponse> { return Say(""); }));
  const std::string target = TargetOf(*first);
  auto stub = StubFor(target);
  const CallOptions options = {.identity = [] { return "CITIZEN"; }, .budget = absl::Seconds(5)};
  ASSERT_TRUE(Invoke(*stub, &ProbeService::Stub::Get, {}, options).ok());
  first.reset();
  EXPECT_EQ(Invoke(*stub, &ProbeService::Stub::Get, {}, options).status().code(),
            absl::StatusCode::kUnavailable);
  ServerOptions again = TestOptions();
  again.listen = target;
  Probe second(
      RouterWithGet([](CallContext&, const ProbeRequest&) -> absl::StatusOr<ProbeResponse> {
        return Say("");
      }),
      again);
  EXPECT_TRUE(
      Eventually([&] { return Invoke(*stub, &ProbeService::Stub::Get, {}, options).ok(); }));
}

// A CA with a certificate for "localhost", and another CA, made by the openssl command.
class TlsTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    const std::string d = Dir();
    const std::string script =
        "set -e; mkdir -p " + d + "; cd " + d +
        "; for ca in ca other; do openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 "
        "-nodes -keyout $ca.key -out $ca.pem -subj /CN=$ca -days 2; "
        "openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout $ca-leaf.key "
        "-out leaf.csr -subj /CN=localhost; "
        "echo subjectAltName=DNS:localhost > ext; "
        "openssl x509 -req -in leaf.csr -CA $ca.pem -CAkey $ca.key -CAcreateserial -days 2 "
        "-extfile ext -out $ca-leaf.pem; done";
    ASSERT_EQ(std::system(("(" + script + ") >/dev/null 2>&1").c_str()), 0);
  }
  static std::string Dir() { return ::testing::TempDir() + "/rpc_tls_test"; }
  static TlsFiles Files(const std::string& leaf_of, const std::string& trusts) {
    TlsFiles files;
    if (!leaf_of.empty()) {
      files.cert_file = Dir() + "/" + leaf_of + "-leaf.pem";
      files.key_file = Dir() + "/" + leaf_of + "-leaf.key";
    }
    if (!trusts.empty()) files.ca_file = Dir() + "/" + trusts + ".pem";
    return files;
  }
  static bool CallWorks(const Probe& probe, const TlsFiles& client) {
    auto stub = StubFor("localhost:" + std::to_string(probe.server->port()), client);
    return Invoke(*stub, &ProbeService::Stub::Get, {},
                  {.identity = [] { return "CITIZEN"; }, .budget = absl::Seconds(3)})
        .ok();
  }
  static ServerOptions WithTls(const TlsFiles& files) {
    ServerOptions options = TestOptions();
    options.listen = "localhost:0";
    options.tls = files;
    // A token is good only from the peer it was issued to, and the certificates say "localhost".
    options.authenticate = [](std::string_view token) {
      absl::StatusOr<Caller> caller = TestAuthenticate(token);
      if (caller.ok()) caller->issuer = "localhost";
      return caller;
    };
    return options;
  }
  static Router Get() {
    return RouterWithGet(
        [](CallContext&, const ProbeRequest&) -> absl::StatusOr<ProbeResponse> { return Say(""); });
  }
};

TEST_F(TlsTest, MutualTlsLetsOnlyOurCaIn) {
  Probe probe(Get(), WithTls(Files("ca", "ca")));
  EXPECT_TRUE(CallWorks(probe, Files("ca", "ca")));
  EXPECT_FALSE(CallWorks(probe, Files("", "ca")));       // shows no certificate
  EXPECT_FALSE(CallWorks(probe, Files("other", "ca")));  // shows one of another CA
  EXPECT_FALSE(CallWorks(probe, Files("ca", "other")));  // does not trust the server
  EXPECT_FALSE(CallWorks(probe, {}));                    // speaks no TLS
}

TEST_F(TlsTest, ServerOnlyTlsLetsClientsWithoutCertificateIn) {
  Probe probe(Get(), WithTls(Files("ca", "")));
  EXPECT_TRUE(CallWorks(probe, Files("", "ca")));
  EXPECT_FALSE(CallWorks(probe, Files("", "other")));
}

TEST_F(TlsTest, MissingFilesAreNamed) {
  TlsFiles files = Files("ca", "ca");
  files.key_file = "/no/such/key";
  const auto server = Server::Start(Get(), WithTls(files));
  EXPECT_THAT(std::string(server.status().message()), ::testing::HasSubstr("/no/such/key"));
  EXPECT_FALSE(MakeChannel("localhost:1", {kProbe}, files).ok());
}

TEST(TraceTest, ContinuesValidHeadersAndReplacesOthers) {
  const std::string header = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
  const Trace trace = Trace::Continue(header);
  EXPECT_EQ(trace.trace_id, "4bf92f3577b34da6a3ce929d0e0e4736");
  EXPECT_EQ(trace.parent_span, "00f067aa0ba902b7");
  EXPECT_TRUE(trace.sampled);
  EXPECT_NE(trace.span_id, trace.parent_span);
  EXPECT_EQ(Trace::Continue(trace.Header()).parent_span, trace.span_id);
  for (const std::string bad : {"", "00", "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
                                "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
                                "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
                                "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
                                "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01x"}) {
    const Trace fresh = Trace::Continue(bad);
    EXPECT_EQ(fresh.trace_id.size(), 32u) << bad;
    EXPECT_NE(fresh.trace_id, "4bf92f3577b34da6a3ce929d0e0e4736") << bad;
    EXPECT_EQ(fresh.parent_span, "") << bad;
  }
}

}  // namespace
}  // namespace ip::rpc
