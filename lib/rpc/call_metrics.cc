#include "lib/rpc/call_metrics.h"

#include <utility>

namespace ip::rpc {
namespace {

prometheus::Gauge& MakeGauge(const char* name, const char* help) {
  return prometheus::BuildGauge().Name(name).Help(help).Register(Metrics()).Add({});
}

}  // namespace

CallMetrics::CallMetrics(std::string service, std::string method)
    : service_(std::move(service)),
      method_(std::move(method)),
      seconds_(prometheus::BuildHistogram()
                   .Name("grpc_server_handling_seconds")
                   .Help("Time from the arrival of a request to its answer.")
                   .Register(Metrics())
                   .Add({{"grpc_service", service_}, {"grpc_method", method_}}, LatencyBuckets())) {
}

void CallMetrics::Done(absl::StatusCode code, absl::Duration duration) {
  auto& slot = handled_[static_cast<size_t>(code)];
  prometheus::Counter* counter = slot;
  if (counter == nullptr) {
    counter = &prometheus::BuildCounter()
                   .Name("grpc_server_handled_total")
                   .Help("Calls answered, by status code.")
                   .Register(Metrics())
                   .Add({{"grpc_service", service_},
                         {"grpc_method", method_},
                         {"grpc_code", absl::StatusCodeToString(code)}});
    slot = counter;
  }
  counter->Increment();
  seconds_.Observe(absl::ToDoubleSeconds(duration));
}

prometheus::Gauge& QueueDepth() {
  static auto& gauge = MakeGauge("ip_rpc_queue_depth", "Calls that wait for a worker.");
  return gauge;
}

prometheus::Histogram& QueueWait() {
  static auto& histogram = prometheus::BuildHistogram()
                               .Name("ip_rpc_queue_wait_seconds")
                               .Help("How long calls waited for a worker.")
                               .Register(Metrics())
                               .Add({}, LatencyBuckets());
  return histogram;
}

prometheus::Gauge& OpenStreams() {
  static auto& gauge = MakeGauge("ip_rpc_streams", "Server streams that are open.");
  return gauge;
}

prometheus::Gauge& Ready() {
  static auto& gauge = MakeGauge("ip_ready", "1 when health says SERVING, otherwise 0.");
  return gauge;
}

}  // namespace ip::rpc
