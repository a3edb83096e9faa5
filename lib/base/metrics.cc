#include "lib/base/metrics.h"

#include <prometheus/text_serializer.h>

namespace ip {

const std::shared_ptr<prometheus::Registry>& MetricsRegistry() {
  static const auto& registry = *new std::shared_ptr<prometheus::Registry>(
      std::make_shared<prometheus::Registry>(prometheus::Registry::InsertBehavior::Merge));
  return registry;
}

prometheus::Registry& Metrics() { return *MetricsRegistry(); }

std::string MetricsText() { return prometheus::TextSerializer().Serialize(Metrics().Collect()); }

const prometheus::Histogram::BucketBoundaries& LatencyBuckets() {
  static const prometheus::Histogram::BucketBoundaries buckets = {
      0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30};
  return buckets;
}

}  // namespace ip
