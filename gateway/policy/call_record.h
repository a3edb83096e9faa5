// What is written about one call when it ends: a line in the log and the metrics. Never content,
// never who by name.
#ifndef GATEWAY_POLICY_CALL_RECORD_H_
#define GATEWAY_POLICY_CALL_RECORD_H_

#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "gateway/policy/methods.h"
#include "lib/auth/caller.h"
#include "lib/rpc/trace.h"

namespace ip::gateway {

class CallRecord {
 public:
  // `protocol` is a fixed word ("grpc", "connect+json"); `method` is null for an unknown RPC.
  // `traceparent` and `correlation_id` are what the client sent; the latter is kept when it cannot
  // be anything but an id.
  CallRecord(std::string_view protocol, const Method* method, std::string_view traceparent,
             std::string_view correlation_id);

  const rpc::Trace& trace() const { return trace_; }
  const std::string& correlation_id() const { return correlation_id_; }
  absl::Time arrival() const { return arrival_; }

  void SetCaller(const Caller& caller);
  // Once, at the end.
  void Done(absl::StatusCode code, std::string_view reason);

 private:
  const std::string_view protocol_;
  const Method* const method_;
  const absl::Time arrival_;
  const rpc::Trace trace_;
  std::string correlation_id_;
  std::string subject_;  // a pseudonym
  std::string role_;
};

}  // namespace ip::gateway

#endif  // GATEWAY_POLICY_CALL_RECORD_H_
