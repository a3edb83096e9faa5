// Where Prometheus finds the process's metrics.
#ifndef LIB_RPC_METRICS_PORT_H_
#define LIB_RPC_METRICS_PORT_H_

#include <prometheus/collectable.h>
#include <prometheus/exposer.h>

#include <map>
#include <memory>
#include <string>

#include "absl/status/statusor.h"

namespace ip::rpc {

// Serves /metrics while it lives: those of Metrics(), and
//   ip_tls_certificate_not_after_seconds{certificate}
// when each certificate that we show runs out, in seconds since 1970. It is of the file as it lies
// there at the scrape, so a renewal that failed shows before anybody is refused; 0 when the file
// cannot be read.
class MetricsPort {
 public:
  // `certificates`: PEM files by what the label says; an empty file name stands for none.
  // Errors: UNAVAILABLE naming the address.
  static absl::StatusOr<std::unique_ptr<MetricsPort>> Open(
      const std::string& address, std::map<std::string, std::string> certificates);

  int port() const { return exposer_->GetListeningPorts().front(); }

 private:
  MetricsPort() = default;

  // Outlives the exposer, which holds it weakly.
  std::shared_ptr<prometheus::Collectable> certificates_;
  std::unique_ptr<prometheus::Exposer> exposer_;
};

}  // namespace ip::rpc

#endif  // LIB_RPC_METRICS_PORT_H_
