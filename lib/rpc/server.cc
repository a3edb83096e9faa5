#include "lib/rpc/server.h"

#include <grpcpp/health_check_service_interface.h>
#include <grpcpp/server_builder.h>
#include <pthread.h>
#include <signal.h>

#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/clock.h"
#include "lib/base/clock.h"
#include "lib/base/log.h"
#include "lib/rpc/tls.h"

namespace ip::rpc {
namespace {

constexpr int kMaxMessageBytes = 4 << 20;

sigset_t StopSignals() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGTERM);
  sigaddset(&set, SIGINT);
  return set;
}

void SetLimits(grpc::ServerBuilder& builder) {
  builder.SetMaxReceiveMessageSize(kMaxMessageBytes);
  // Otherwise a second server on the same port starts happily, and clients meet either.
  builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
  builder.AddChannelArgument(GRPC_ARG_MAX_CONCURRENT_STREAMS, 100);
  // Connections end now and then, so that clients find new replicas.
  builder.AddChannelArgument(GRPC_ARG_MAX_CONNECTION_AGE_MS, 5 * 60 * 1000);
  builder.AddChannelArgument(GRPC_ARG_MAX_CONNECTION_AGE_GRACE_MS, 30 * 1000);
  builder.AddChannelArgument(GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS, 20 * 1000);
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_PERMIT_WITHOUT_CALLS, 1);
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIME_MS, 60 * 1000);
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, 20 * 1000);
}

}  // namespace

void BlockStopSignals() {
  const sigset_t set = StopSignals();
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
  signal(SIGPIPE, SIG_IGN);
}

absl::StatusOr<std::unique_ptr<Server>> Server::Start(Router router, ServerOptions options) {
  if (auto status = router.status(); !status.ok()) return status;
  if (!options.authenticate) {
    return absl::FailedPreconditionError("a server without `authenticate` could not tell callers");
  }
  auto credentials = ServerCredentials(options.tls);
  if (!credentials.ok()) return credentials.status();

  // Debian builds Abseil with deadlock detection on: a process-wide lock inside each of gRPC's
  // locks.
  absl::SetMutexDeadlockDetectionMode(absl::OnDeadlockCycle::kIgnore);

  std::unique_ptr<Server> self(new Server(options));
  self->dispatcher_ = std::make_unique<Dispatcher>(std::move(router), options);

  grpc::EnableDefaultHealthCheckService(true);
  grpc::ServerBuilder builder;
  SetLimits(builder);
  builder.AddListeningPort(options.listen, *credentials, &self->port_);
  builder.RegisterCallbackGenericService(self->dispatcher_.get());
  self->server_ = builder.BuildAndStart();
  const bool unix_socket = options.listen.rfind("unix:", 0) == 0;
  if (self->server_ == nullptr || (self->port_ == 0 && !unix_socket)) {
    return absl::UnavailableError(
        absl::StrCat("cannot listen on ", options.listen, "; is another server running there?"));
  }
  if (unix_socket) self->port_ = 0;

  if (!options.metrics_address.empty()) {
    auto metrics =
        MetricsPort::Open(options.metrics_address, {{"internal", options.tls.cert_file}});
    if (!metrics.ok()) return metrics.status();
    self->metrics_ = *std::move(metrics);
  }

  if (auto status = self->StartHealth(); !status.ok()) return status;

  std::vector<grpc::HealthCheckServiceInterface*> healths{self->server_->GetHealthCheckService()};
  if (self->health_ != nullptr) healths.push_back(self->health_->GetHealthCheckService());
  self->readiness_ = std::make_unique<Readiness>(
      options.ready,
      [healths, names = self->dispatcher_->router().services()](bool ready) {
        for (auto* health : healths) {
          for (const auto& name : names) health->SetServingStatus(name, ready);
        }
      },
      options.ready_interval);
  Log(Severity::kInfo, "listening",
      {{"address", options.listen},
       {"port", int64_t{self->port_}},
       {"tls", !options.tls.cert_file.empty()},
       {"client_certificates", !options.tls.ca_file.empty()}});
  return self;
}

absl::Status Server::StartHealth() {
  if (options_.health_address.empty()) return absl::OkStatus();
  no_methods_ = std::make_unique<grpc::CallbackGenericService>();
  grpc::ServerBuilder builder;
  SetLimits(builder);
  builder.AddListeningPort(options_.health_address, grpc::InsecureServerCredentials(),
                           &health_port_);
  builder.RegisterCallbackGenericService(no_methods_.get());
  health_ = builder.BuildAndStart();
  if (health_ != nullptr && health_port_ != 0) return absl::OkStatus();
  return absl::UnavailableError(absl::StrCat("cannot listen on ", options_.health_address,
                                             "; is another server running there?"));
}

int Server::metrics_port() const { return metrics_ == nullptr ? 0 : metrics_->port(); }

void Server::Run() {
  const sigset_t set = StopSignals();
  int signal_number = 0;
  sigwait(&set, &signal_number);
  Log(Severity::kInfo, "stopping", {{"signal", int64_t{signal_number}}});
  Stop();
}

void Server::Stop() {
  if (std::exchange(stopped_, true)) return;
  if (readiness_ != nullptr) {
    readiness_->Stop();
    absl::SleepFor(options_.detection);
  }
  dispatcher_->BeginStop();
  if (server_ != nullptr) {
    server_->Shutdown(absl::ToChronoTime(SystemClock().Now() + options_.drain));
  }
  if (health_ != nullptr) health_->Shutdown(absl::ToChronoTime(SystemClock().Now()));
  dispatcher_->Stop();
  Log(Severity::kInfo, "stopped");
}

}  // namespace ip::rpc
