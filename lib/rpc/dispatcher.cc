#include "lib/rpc/dispatcher.h"

#include <utility>

#include "lib/rpc/call.h"

namespace ip::rpc {

Dispatcher::Dispatcher(Router router, const ServerOptions& options)
    : router_(std::move(router)),
      options_(options),
      unknown_("unknown", "unknown"),
      reflection_(router_.services()),
      streams_(options.max_streams),
      workers_(options.workers, options.queue_limit) {
  for (const auto& [path, method] : router_.methods()) {
    metrics_[&method] = std::make_unique<CallMetrics>(method.service, method.name);
  }
}

Dispatcher::~Dispatcher() { Stop(); }

grpc::ServerGenericBidiReactor* Dispatcher::CreateReactor(
    grpc::GenericCallbackServerContext* context) {
  if (options_.reflection && Reflection::Serves(context->method())) return reflection_.NewReactor();
  return new Call(this, context, router_.Find(context->method()));
}

void Dispatcher::Stop() {
  lifetime_.Stop();
  streams_.Stop();
  workers_.Stop();
}

}  // namespace ip::rpc
