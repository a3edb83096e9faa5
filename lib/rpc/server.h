// A gRPC server as this suite runs it: generic dispatch, health, reflection, metrics, TLS, and a
// stop that loses no call.
#ifndef LIB_RPC_SERVER_H_
#define LIB_RPC_SERVER_H_

#include <grpcpp/server.h>

#include <memory>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "lib/rpc/dispatcher.h"
#include "lib/rpc/metrics_port.h"
#include "lib/rpc/options.h"
#include "lib/rpc/readiness.h"
#include "lib/rpc/router.h"

namespace ip::rpc {

// Keeps SIGTERM and SIGINT for Server::Run. Call it in main before any thread starts; ServiceMain
// does.
void BlockStopSignals();

class Server {
 public:
  // Serves at once; health says SERVING when `options.ready` agrees.
  // Errors: FAILED_PRECONDITION when the router has mistakes, no `authenticate` is given, or a TLS
  // file cannot be read; UNAVAILABLE when an address cannot be listened on.
  static absl::StatusOr<std::unique_ptr<Server>> Start(Router router, ServerOptions options);
  ~Server() { Stop(); }
  Server(const Server&) = delete;

  // The port that is listened on; 0 for unix sockets.
  int port() const { return port_; }
  // The port of the admin endpoint; 0 when there is none.
  int metrics_port() const;
  // The port that serves health alone; 0 when there is none.
  int health_port() const { return health_port_; }

  // Waits for SIGTERM or SIGINT, then stops.
  void Run();

  // Health NOT_SERVING -> wait `detection` -> no new calls, streams end -> wait at most `drain` for
  // calls in flight, then cancel them -> end threads. May be called again.
  void Stop();

 private:
  explicit Server(const ServerOptions& options) : options_(options) {}
  absl::Status StartHealth();

  const ServerOptions options_;
  std::unique_ptr<Dispatcher> dispatcher_;
  std::unique_ptr<grpc::Server> server_;
  // gRPC starts no server without a service; this one has no methods.
  std::unique_ptr<grpc::CallbackGenericService> no_methods_;
  // Null without `health_address`.
  std::unique_ptr<grpc::Server> health_;
  std::unique_ptr<Readiness> readiness_;
  std::unique_ptr<MetricsPort> metrics_;
  int port_ = 0;
  int health_port_ = 0;
  bool stopped_ = false;
};

}  // namespace ip::rpc

#endif  // LIB_RPC_SERVER_H_
