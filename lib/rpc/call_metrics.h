// Metrics of one RPC, resolved once so that a call costs no look-up by label.
#ifndef LIB_RPC_CALL_METRICS_H_
#define LIB_RPC_CALL_METRICS_H_

#include <array>
#include <atomic>
#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "lib/base/metrics.h"

namespace ip::rpc {

class CallMetrics {
 public:
  CallMetrics(std::string service, std::string method);
  // grpc_server_handled_total{service,method,code} and
  // grpc_server_handling_seconds{service,method}.
  void Done(absl::StatusCode code, absl::Duration duration);

 private:
  const std::string service_;
  const std::string method_;
  prometheus::Histogram& seconds_;
  std::array<std::atomic<prometheus::Counter*>, 17> handled_{};
};

// ip_rpc_queue_depth, ip_rpc_queue_wait_seconds, ip_rpc_streams and ip_ready of the process.
prometheus::Gauge& QueueDepth();
prometheus::Histogram& QueueWait();
prometheus::Gauge& OpenStreams();
prometheus::Gauge& Ready();

}  // namespace ip::rpc

#endif  // LIB_RPC_CALL_METRICS_H_
