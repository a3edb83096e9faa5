#include "bench/child.h"

#include <grpcpp/server_builder.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>

#include "absl/strings/str_cat.h"
#include "lib/base/log.h"
#include "lib/rpc/server.h"
#include "lib/rpc/testing/probe.grpc.pb.h"

namespace ip::bench {
namespace {

using individuellplan::testing::v1::ProbeRequest;
using individuellplan::testing::v1::ProbeResponse;
using individuellplan::testing::v1::ProbeService;

class Bare final : public ProbeService::CallbackService {
  grpc::ServerUnaryReactor* Get(grpc::CallbackServerContext* context, const ProbeRequest*,
                                ProbeResponse* response) override {
    response->set_number(1);
    auto* reactor = context->DefaultReactor();
    reactor->Finish(grpc::Status::OK);
    return reactor;
  }
};

void Serve(const Child::Listening& listening, Severity least) {
  // Writing the line belongs to what a call costs; where it goes does not.
  InitLog("bench", least);
  if (std::freopen("/dev/null", "w", stderr) == nullptr) std::abort();
  rpc::Router router;
  router.Unary<ProbeRequest, ProbeResponse>(
      "individuellplan.testing.v1.ProbeService", "Get",
      [](rpc::CallContext&, const ProbeRequest&) -> absl::StatusOr<ProbeResponse> {
        ProbeResponse response;
        response.set_number(1);
        return response;
      });
  rpc::ServerOptions options;
  options.authenticate = [](std::string_view) -> absl::StatusOr<Caller> {
    Caller caller;
    caller.person = "persons/bench";
    caller.role = individuellplan::type::v1::CITIZEN;
    return caller;
  };
  auto server = rpc::Server::Start(std::move(router), options);
  if (!server.ok()) std::abort();
  listening((*server)->port());
  pause();
}

}  // namespace

Child::Child(const std::function<void(const Listening&)>& serve) {
  int ends[2];
  if (pipe(ends) != 0) std::abort();
  pid_ = fork();
  if (pid_ == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    serve([&](int port) {
      if (write(ends[1], &port, sizeof port) != sizeof port) std::abort();
    });
    _exit(0);
  }
  close(ends[1]);
  if (read(ends[0], &port_, sizeof port_) != sizeof port_) std::abort();
  close(ends[0]);
}

Child::~Child() {
  kill(pid_, SIGKILL);
  waitpid(pid_, nullptr, 0);
}

std::string Child::address() const { return absl::StrCat("127.0.0.1:", port_); }

void ServeBare(const Child::Listening& listening) {
  Bare service;
  int port = 0;
  grpc::ServerBuilder builder;
  builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port);
  builder.RegisterService(&service);
  const auto server = builder.BuildAndStart();
  listening(port);
  server->Wait();
}

void ServeDispatched(const Child::Listening& listening) { Serve(listening, Severity::kInfo); }

void ServeDispatchedUnlogged(const Child::Listening& listening) {
  Serve(listening, Severity::kError);
}

}  // namespace ip::bench
