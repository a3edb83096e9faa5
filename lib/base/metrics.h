// Prometheus metrics of the process. Names follow Prometheus habits (unit as suffix, `_total` for
// counters); labels are fixed words with few values and never personal data.
#ifndef LIB_BASE_METRICS_H_
#define LIB_BASE_METRICS_H_

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>

#include <memory>
#include <string>

namespace ip {

// The registry that the admin port serves. Registering the same name and help twice gives the same
// family, so each part simply builds what it needs:
//   auto& family = prometheus::BuildCounter().Name("ip_x_total").Help("…").Register(Metrics());
prometheus::Registry& Metrics();

// The same, for what wants to share its ownership.
const std::shared_ptr<prometheus::Registry>& MetricsRegistry();

// All metrics as Prometheus text, e.g. for a test.
std::string MetricsText();

// Buckets in seconds for anything that answers a person: 0.5 ms to 30 s.
const prometheus::Histogram::BucketBoundaries& LatencyBuckets();

}  // namespace ip

#endif  // LIB_BASE_METRICS_H_
