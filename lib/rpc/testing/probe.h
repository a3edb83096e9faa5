// What the tests of lib/rpc share: a server with the probe service, and ways to call it.
#ifndef LIB_RPC_TESTING_PROBE_H_
#define LIB_RPC_TESTING_PROBE_H_

#include <grpcpp/create_channel.h>
#include <gtest/gtest.h>

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <utility>

#include "lib/base/clock.h"
#include "lib/base/errors.h"
#include "lib/base/log.h"
#include "lib/rpc/client.h"
#include "lib/rpc/server.h"
#include "lib/rpc/testing/probe.grpc.pb.h"

namespace ip::rpc {

using individuellplan::testing::v1::ProbeRequest;
using individuellplan::testing::v1::ProbeResponse;
using individuellplan::testing::v1::ProbeService;

inline constexpr const char* kProbe = "individuellplan.testing.v1.ProbeService";

// The token of the tests is a role's name, with "+fresh" when the caller has just logged in.
inline absl::StatusOr<Caller> TestAuthenticate(std::string_view token) {
  std::string role(token);
  Caller caller;
  if (const size_t plus = role.find("+fresh"); plus != role.npos) {
    role.resize(plus);
    caller.auth_time = SystemClock().Now();
  }
  if (!individuellplan::type::v1::Role_Parse(role, &caller.role)) {
    return absl::InvalidArgumentError("no such role");
  }
  caller.person = "persons/test";
  return caller;
}

inline ServerOptions TestOptions() {
  ServerOptions options;
  options.authenticate = TestAuthenticate;
  options.ready_interval = absl::Milliseconds(10);
  options.workers = 4;
  return options;
}

using GetHandler = std::function<absl::StatusOr<ProbeResponse>(CallContext&, const ProbeRequest&)>;

inline ProbeResponse Say(std::string text) {
  ProbeResponse response;
  response.set_text(std::move(text));
  return response;
}

inline Router RouterWithGet(GetHandler get) {
  Router router;
  router.Unary<ProbeRequest, ProbeResponse>(kProbe, "Get", std::move(get));
  return router;
}

// True when `condition` became so within ten seconds.
inline bool Eventually(const std::function<bool()>& condition) {
  const absl::Time give_up = SystemClock().Now() + absl::Seconds(10);
  while (!condition()) {
    if (SystemClock().Now() > give_up) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  return true;
}

// A running server and a stub for it.
struct Probe {
  explicit Probe(Router router, ServerOptions options = TestOptions()) {
    InitLog("test", Severity::kError);
    auto started = Server::Start(std::move(router), std::move(options));
    EXPECT_TRUE(started.ok()) << started.status();
    if (!started.ok()) return;
    server = *std::move(started);
    channel = grpc::CreateChannel("127.0.0.1:" + std::to_string(server->port()),
                                  grpc::InsecureChannelCredentials());
    stub = ProbeService::NewStub(channel);
  }

  absl::StatusOr<ProbeResponse> Get(const ProbeRequest& request = {},
                                    const std::string& token = "CITIZEN",
                                    absl::Duration budget = absl::Seconds(10)) {
    return Invoke(*stub, &ProbeService::Stub::Get, request,
                  {.identity = [&] { return token; }, .budget = budget});
  }

  std::unique_ptr<Server> server;
  std::shared_ptr<grpc::Channel> channel;
  std::unique_ptr<ProbeService::Stub> stub;
};

}  // namespace ip::rpc

#endif  // LIB_RPC_TESTING_PROBE_H_
