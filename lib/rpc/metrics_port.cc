#include "lib/rpc/metrics_port.h"

#include <prometheus/metric_family.h>

#include <fstream>
#include <sstream>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "lib/base/metrics.h"
#include "lib/crypto/certificate.h"

namespace ip::rpc {
namespace {

absl::Time EndOf(const std::string& file) {
  std::stringstream text;
  text << std::ifstream(file).rdbuf();
  return crypto::NotAfter(text.str()).value_or(absl::UnixEpoch());
}

class Certificates final : public prometheus::Collectable {
 public:
  explicit Certificates(std::map<std::string, std::string> files) : files_(std::move(files)) {}

  std::vector<prometheus::MetricFamily> Collect() const override {
    prometheus::MetricFamily family;
    family.name = "ip_tls_certificate_not_after_seconds";
    family.help = "When the certificate that we show runs out, in seconds since 1970.";
    family.type = prometheus::MetricType::Gauge;
    for (const auto& [label, file] : files_) {
      if (file.empty()) continue;
      prometheus::ClientMetric metric;
      metric.label = {{"certificate", label}};
      metric.gauge.value = static_cast<double>(absl::ToUnixSeconds(EndOf(file)));
      family.metric.push_back(std::move(metric));
    }
    if (family.metric.empty()) return {};
    return {std::move(family)};
  }

 private:
  const std::map<std::string, std::string> files_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<MetricsPort>> MetricsPort::Open(
    const std::string& address, std::map<std::string, std::string> certificates) try {
  std::unique_ptr<MetricsPort> self(new MetricsPort);
  self->certificates_ = std::make_shared<Certificates>(std::move(certificates));
  self->exposer_ = std::make_unique<prometheus::Exposer>(address);
  self->exposer_->RegisterCollectable(MetricsRegistry());
  self->exposer_->RegisterCollectable(self->certificates_);
  return self;
} catch (const std::exception& e) {
  return absl::UnavailableError(absl::StrCat("cannot serve metrics on ", address, ": ", e.what()));
}

}  // namespace ip::rpc
