#include "gateway/gateway.h"

#include <grpcpp/health_check_service_interface.h>
#include <grpcpp/server_builder.h>
#include <signal.h>

#include <boost/asio/executor_work_guard.hpp>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "gateway/doors/api_pages.h"
#include "gateway/doors/connect_wire.h"
#include "gateway/doors/http_message.h"
#include "lib/base/clock.h"
#include "lib/base/errors.h"
#include "lib/base/log.h"

namespace ip::gateway {
namespace {

void SetLimits(grpc::ServerBuilder& builder) {
  builder.SetMaxReceiveMessageSize(static_cast<int>(kMaxMessageBytes));
  builder.AddChannelArgument(GRPC_ARG_MAX_CONCURRENT_STREAMS, 100);
  builder.AddChannelArgument(GRPC_ARG_MAX_METADATA_SIZE, 16 * 1024);
  builder.AddChannelArgument(GRPC_ARG_SERVER_HANDSHAKE_TIMEOUT_MS, 10 * 1000);
  // gRPC keeps idle connections for ever by default.
  builder.AddChannelArgument(GRPC_ARG_MAX_CONNECTION_IDLE_MS, 5 * 60 * 1000);
  builder.AddChannelArgument(GRPC_ARG_MAX_CONNECTION_AGE_MS, 30 * 60 * 1000);
  builder.AddChannelArgument(GRPC_ARG_MAX_CONNECTION_AGE_GRACE_MS, 60 * 60 * 1000);
  builder.AddChannelArgument(GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS, 20 * 1000);
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_PERMIT_WITHOUT_CALLS, 1);
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIME_MS, 60 * 1000);
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, 20 * 1000);
}

HttpResponse Refusal(http::status status, std::string_view message, std::string_view content_type) {
  const bool large = status != http::status::bad_request;
  const absl::Status error =
      Error(large ? absl::StatusCode::kResourceExhausted : absl::StatusCode::kInvalidArgument,
            large ? "REQUEST_TOO_LARGE" : "HTTP_MALFORMED", message);
  const auto dress = DressOf(content_type);
  // gRPC-Web looks for errors in the trailers alone.
  if (dress && dress->protocol == Dress::kGrpcWeb) {
    return MakeResponse(200, dress->content_type, GrpcWebEnd(error));
  }
  return ErrorResponse(error, static_cast<int>(status));
}

}  // namespace

absl::StatusOr<std::unique_ptr<Gateway>> Gateway::Start(GatewayOptions options,
                                                        Identities* identities,
                                                        auth::TokenSigner* signer) {
  std::unique_ptr<Gateway> self(new Gateway(std::move(options)));
  const GatewayOptions& given = self->options_;
  auto methods = Methods::Learn(given.protos, given.routes);
  if (!methods.ok()) return methods.status();
  self->methods_ = *std::move(methods);
  auto backends = ConnectBackends(given.routes, *self->methods_, given.backend_tls);
  if (!backends.ok()) return backends.status();
  self->backends_ = *std::move(backends);
  self->gate_ = std::make_unique<Gate>(identities, signer, &given.routes, given.limits);
  if (!given.tls.cert_file.empty()) {
    auto tls = TlsDoor::Open(given.tls);
    if (!tls.ok()) return tls.status();
    self->tls_ = *std::move(tls);
  }

  auto front_door = FrontDoor::Listen(&self->io_, given.listen);
  if (!front_door.ok()) return front_door.status();
  self->front_door_ = *std::move(front_door);
  if (auto status = self->StartGrpc(); !status.ok()) return status;

  self->connect_ = std::make_unique<ConnectDoor>(self->methods_.get(), &self->backends_,
                                                 self->gate_.get(), given.session_cookie);
  self->fhir_ =
      std::make_unique<FhirDoor>(self->methods_.get(), &self->backends_, self->gate_.get(),
                                 given.session_cookie, given.public_url + "/fhir/R4/");
  self->files_ = std::make_unique<StaticFiles>(given.web_root);
  self->http_ = std::make_unique<HttpServer>(
      [raw = self.get()](std::shared_ptr<Exchange> exchange) { raw->Route(std::move(exchange)); },
      Refusal, given.http);
  if (auto status = self->StartMetrics(); !status.ok()) return status;
  self->front_door_->Open(self->acceptor_.get(), self->http_.get(), self->tls_.get());
  for (int i = 0; i < given.http_threads; ++i) {
    self->threads_.emplace_back([raw = self.get()] { raw->io_.run(); });
  }
  self->StartReadiness();
  Log(Severity::kInfo, "listening",
      {{"address", given.listen},
       {"port", int64_t{self->port()}},
       {"rpcs", static_cast<int64_t>(self->methods_->all().size())}});
  return self;
}

absl::Status Gateway::StartGrpc() {
  if (options_.reflection) {
    reflection_ = std::make_unique<rpc::Reflection>(methods_->services(), methods_->pool());
  }
  proxy_ = std::make_unique<GrpcProxy>(methods_.get(), &backends_, gate_.get(), reflection_.get(),
                                       options_.http.behind_proxy);
  grpc::EnableDefaultHealthCheckService(true);
  grpc::ServerBuilder builder;
  SetLimits(builder);
  builder.RegisterCallbackGenericService(proxy_.get());
  acceptor_ = builder.experimental().AddExternalConnectionAcceptor(
      grpc::ServerBuilder::experimental_type::ExternalConnectionType::FROM_FD,
      grpc::InsecureServerCredentials());
  grpc_ = builder.BuildAndStart();
  if (grpc_ == nullptr) return absl::UnavailableError("the gRPC server does not start");
  return absl::OkStatus();
}

absl::Status Gateway::StartMetrics() {
  if (options_.metrics_address.empty()) return absl::OkStatus();
  auto metrics = rpc::MetricsPort::Open(
      options_.metrics_address,
      {{"internal", options_.backend_tls.cert_file}, {"public", options_.tls.cert_file}});
  if (!metrics.ok()) return metrics.status();
  metrics_ = *std::move(metrics);
  return absl::OkStatus();
}

void Gateway::StartReadiness() {
  readiness_ = std::make_unique<rpc::Readiness>(
      options_.ready,
      [this](bool ready) {
        ready_ = ready;
        for (const auto& name : methods_->services()) {
          grpc_->GetHealthCheckService()->SetServingStatus(name, ready);
        }
      },
      absl::Seconds(2));
}

void Gateway::Route(std::shared_ptr<Exchange> exchange) {
  const HttpRequest& request = exchange->request();
  const std::string_view path = PathOf(request);
  if (ConnectDoor::Serves(path)) return connect_->Handle(std::move(exchange));
  if (path == "/healthz") return exchange->Reply(MakeResponse(200, "text/plain", "ok\n"));
  if (path == "/readyz") {
    return exchange->Reply(ready_ ? MakeResponse(200, "text/plain", "ready\n")
                                  : MakeResponse(503, "text/plain", "not ready\n"));
  }
  if (auto status = gate_->CheckAddress(exchange->peer()); !status.ok()) {
    return exchange->Reply(ErrorResponse(status));
  }
  if (FhirDoor::Serves(path)) return fhir_->Handle(std::move(exchange));
  if (options_.pages && options_.pages(exchange)) return;
  if (auto page = ApiPage(request)) return exchange->Reply(*std::move(page));
  exchange->Reply(files_->Answer(request));
}

void Gateway::Run() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGTERM);
  sigaddset(&set, SIGINT);
  int signal_number = 0;
  sigwait(&set, &signal_number);
  Log(Severity::kInfo, "stopping", {{"signal", int64_t{signal_number}}});
  Stop();
}

void Gateway::SendClientsAway() {
  front_door_->Close();
  http_->BeginStop();
  // Twice, for those who were just coming in.
  for (int i = 0; i < 2 && SendGoaways(*grpc_); ++i) absl::SleepFor(options_.settle);
  http_->CloseIdle();
}

void Gateway::Stop() {
  if (std::exchange(stopped_, true)) return;
  if (readiness_ != nullptr) {
    readiness_->Stop();
    absl::SleepFor(options_.detection);
  }
  const absl::Time deadline = SystemClock().Now() + options_.drain;
  if (readiness_ != nullptr) SendClientsAway();
  if (grpc_ != nullptr) grpc_->Shutdown(absl::ToChronoTime(deadline));
  while (http_ != nullptr && http_->connections() > 0 && SystemClock().Now() < deadline) {
    absl::SleepFor(absl::Milliseconds(10));
  }
  if (http_ != nullptr) http_->Abort();
  io_.stop();
  for (auto& thread : threads_) thread.join();
  Log(Severity::kInfo, "stopped");
}

}  // namespace ip::gateway
