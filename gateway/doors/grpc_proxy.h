// The door for native gRPC: forwards calls as opaque bytes, whatever their messages are.
#ifndef GATEWAY_DOORS_GRPC_PROXY_H_
#define GATEWAY_DOORS_GRPC_PROXY_H_

#include <grpcpp/generic/async_generic_service.h>

#include <vector>

#include "gateway/doors/backend.h"
#include "gateway/policy/gate.h"
#include "gateway/policy/methods.h"
#include "lib/rpc/reflection.h"

namespace ip::gateway {

class GrpcProxy final : public grpc::CallbackGenericService {
 public:
  // All must outlive the proxy; `reflection` may be null. `behind_proxy` as in HttpLimits.
  GrpcProxy(const Methods* methods, const std::vector<Backend>* backends, Gate* gate,
            const rpc::Reflection* reflection, bool behind_proxy)
      : methods_(*methods),
        backends_(*backends),
        gate_(*gate),
        reflection_(reflection),
        behind_proxy_(behind_proxy) {}

  grpc::ServerGenericBidiReactor* CreateReactor(
      grpc::GenericCallbackServerContext* context) override;

 private:
  const Methods& methods_;
  const std::vector<Backend>& backends_;
  Gate& gate_;
  const rpc::Reflection* const reflection_;
  const bool behind_proxy_;
};

}  // namespace ip::gateway

#endif  // GATEWAY_DOORS_GRPC_PROXY_H_
