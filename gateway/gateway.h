// The gateway as a whole: one port, its doors, and their start and stop.
#ifndef GATEWAY_GATEWAY_H_
#define GATEWAY_GATEWAY_H_

#include <google/protobuf/descriptor.pb.h>
#include <grpcpp/server.h>

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "gateway/doors/backend.h"
#include "gateway/doors/connect.h"
#include "gateway/doors/front_door.h"
#include "gateway/doors/goaway.h"
#include "gateway/doors/grpc_proxy.h"
#include "gateway/doors/http_server.h"
#include "gateway/doors/static_files.h"
#include "gateway/fhir/door.h"
#include "gateway/policy/gate.h"
#include "gateway/policy/methods.h"
#include "lib/auth/internal_token.h"
#include "lib/rpc/metrics_port.h"
#include "lib/rpc/options.h"
#include "lib/rpc/readiness.h"
#include "lib/rpc/reflection.h"

namespace ip::gateway {

struct GatewayOptions {
  std::string listen = "127.0.0.1:0";
  std::vector<Route> routes;
  google::protobuf::FileDescriptorSet protos = BuiltInProtos();
  rpc::TlsFiles tls;  // with a `cert_file`, both faces speak TLS 1.3 and nothing else
  rpc::TlsFiles backend_tls;
  std::string public_url = "http://localhost:8080";  // how clients see it, without a last slash
  std::string web_root;                              // "" serves no web app
  std::string session_cookie = "__Host-ip_session";
  // Pages of its own, e.g. of the login: answers and returns true, or leaves the exchange alone.
  std::function<bool(const std::shared_ptr<Exchange>&)> pages;
  // OK when the gateway can do its work; null: always.
  std::function<absl::Status()> ready;
  bool reflection = true;
  std::string metrics_address;
  HttpLimits http;
  GateLimits limits;
  int http_threads = 2;
  absl::Duration detection = absl::ZeroDuration();  // as in rpc::ServerOptions
  absl::Duration drain = absl::Seconds(10);
  absl::Duration settle = kGoawaySettles;
};

class Gateway {
 public:
  // Serves at once. `identities` and `signer` must outlive it.
  // Errors: FAILED_PRECONDITION when something given does not fit, UNAVAILABLE when an address
  // cannot be listened on.
  static absl::StatusOr<std::unique_ptr<Gateway>> Start(GatewayOptions options,
                                                        Identities* identities,
                                                        auth::TokenSigner* signer);
  ~Gateway() { Stop(); }
  Gateway(const Gateway&) = delete;

  int port() const { return front_door_->port(); }

  // Waits for SIGTERM or SIGINT (see rpc::BlockStopSignals), then stops.
  void Run();
  // Says not ready -> waits `detection` -> no new connections, and clients are told to go elsewhere
  // (calls on their way are still served) -> waits at most `drain` for calls in flight -> cuts the
  // rest. May be called again.
  void Stop();

 private:
  explicit Gateway(GatewayOptions options) : options_(std::move(options)) {}

  absl::Status StartGrpc();
  absl::Status StartMetrics();
  void StartReadiness();
  void SendClientsAway();
  void Route(std::shared_ptr<Exchange> exchange);

  const GatewayOptions options_;
  std::unique_ptr<Methods> methods_;
  std::vector<Backend> backends_;
  std::unique_ptr<Gate> gate_;
  std::unique_ptr<rpc::Reflection> reflection_;
  std::unique_ptr<GrpcProxy> proxy_;
  std::unique_ptr<grpc::Server> grpc_;
  std::unique_ptr<GrpcAcceptor> acceptor_;
  std::unique_ptr<ConnectDoor> connect_;
  std::unique_ptr<FhirDoor> fhir_;
  std::unique_ptr<StaticFiles> files_;
  std::unique_ptr<HttpServer> http_;
  boost::asio::io_context io_;
  std::unique_ptr<TlsDoor> tls_;
  std::unique_ptr<FrontDoor> front_door_;
  std::vector<std::thread> threads_;
  std::unique_ptr<rpc::MetricsPort> metrics_;
  std::unique_ptr<rpc::Readiness> readiness_;
  std::atomic<bool> ready_ = false;
  bool stopped_ = false;
};

}  // namespace ip::gateway

#endif  // GATEWAY_GATEWAY_H_
