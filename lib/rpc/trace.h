// W3C trace context: which request of which user action a line in a log belongs to.
#ifndef LIB_RPC_TRACE_H_
#define LIB_RPC_TRACE_H_

#include <string>
#include <string_view>

namespace ip::rpc {

struct Trace {
  std::string trace_id;     // 32 hex digits, the same through all processes
  std::string span_id;      // 16 hex digits, this call
  std::string parent_span;  // 16 hex digits, the call that caused it; "" at the beginning
  bool sampled = false;

  // Continues the trace of a `traceparent` header with a new span; begins a new one when the header
  // is absent or malformed, sampled when spans are on (spans.h).
  static Trace Continue(std::string_view traceparent);

  // The `traceparent` header for calls made from here.
  std::string Header() const;
};

}  // namespace ip::rpc

#endif  // LIB_RPC_TRACE_H_
