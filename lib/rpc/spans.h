// Spans for an OpenTelemetry collector (OTLP/HTTP with JSON). Process-wide like the log: off until
// StartSpans. A span holds names of RPCs and codes, never who called or for whom.
#ifndef LIB_RPC_SPANS_H_
#define LIB_RPC_SPANS_H_

#include <string>
#include <string_view>

#include "absl/time/time.h"
#include "lib/rpc/trace.h"

namespace ip::rpc {

// One call as the server that answered it saw it.
struct Span {
  Trace trace;
  std::string name;  // "package.Service/Method"
  absl::Time start;
  absl::Time end;
  int grpc_code = 0;
};

// Sends spans of `service` to `endpoint` ("http://collector:4318/v1/traces") in batches on a thread
// of its own. When the collector is slow or away, spans are dropped, never calls delayed.
void StartSpans(const std::string& endpoint, std::string_view service);

// Sends what is left, at most for two seconds, and ends the thread.
void StopSpans();

// Whether traces that begin here shall be kept.
bool SpansOn();

// Keeps the span for the next batch when its trace is sampled and spans are on.
void RecordSpan(Span span);

}  // namespace ip::rpc

#endif  // LIB_RPC_SPANS_H_
