// One generic gRPC service that answers every RPC of a Router through one wrapper, in this order:
//   mask internal errors -> log and metrics -> deadline -> authenticate -> method rule -> guard ->
//   parse -> generic request checks -> handler
#ifndef LIB_RPC_DISPATCHER_H_
#define LIB_RPC_DISPATCHER_H_

#include <grpcpp/generic/async_generic_service.h>

#include <memory>
#include <set>
#include <string>
#include <unordered_map>

#include "lib/rpc/call_metrics.h"
#include "lib/rpc/options.h"
#include "lib/rpc/reflection.h"
#include "lib/rpc/router.h"
#include "lib/rpc/worker_pool.h"

namespace ip::rpc {

class Dispatcher final : public grpc::CallbackGenericService {
 public:
  Dispatcher(Router router, const ServerOptions& options);
  ~Dispatcher() override;

  grpc::ServerGenericBidiReactor* CreateReactor(
      grpc::GenericCallbackServerContext* context) override;

  // Tells streams and waiting handlers to end.
  void BeginStop() { lifetime_.Stop(); }
  // After the gRPC server has shut down: ends the threads.
  void Stop();

  const Router& router() const { return router_; }

 private:
  friend class Call;

  const Router router_;
  const ServerOptions options_;
  std::unordered_map<const Method*, std::unique_ptr<CallMetrics>> metrics_;
  CallMetrics unknown_;
  const Reflection reflection_;
  Lifetime lifetime_;
  StreamThreads streams_;
  WorkerPool workers_;
};

}  // namespace ip::rpc

#endif  // LIB_RPC_DISPATCHER_H_
