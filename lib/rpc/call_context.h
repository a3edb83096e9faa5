// What a handler knows about the call it answers.
#ifndef LIB_RPC_CALL_CONTEXT_H_
#define LIB_RPC_CALL_CONTEXT_H_

#include <grpcpp/server_context.h>

#include <atomic>
#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "google/protobuf/message.h"
#include "individuellplan/type/v1/access.pb.h"
#include "lib/auth/caller.h"
#include "lib/rpc/trace.h"

namespace ip::rpc {

// Shared by all calls of a server: whether it is stopping, and the bell that wakes who waits.
struct Lifetime {
  std::mutex mutex;
  std::condition_variable bell;
  std::atomic<bool> stopping = false;

  void Stop();
  void Ring();
};

// The SHA-256 (32 raw bytes) of a message in deterministic serialization, to tell a repeated
// request from another one under the same request id.
std::string PayloadHash(const google::protobuf::Message& message);

// Valid for as long as the handler runs; not to be kept.
class CallContext {
 public:
  // For unit tests of handlers: a call that nobody cancels.
  CallContext(Caller caller, std::string_view method, individuellplan::type::v1::Action action,
              absl::Time deadline = absl::InfiniteFuture());
  CallContext(const CallContext&) = delete;
  CallContext& operator=(const CallContext&) = delete;

  // Who calls, as verified from the internal token.
  const Caller& caller() const { return caller_; }
  // The row of the permissions matrix that the method's rule names.
  individuellplan::type::v1::Action action() const { return action_; }
  // The simple name, e.g. "GetPlan".
  const std::string& method() const { return method_; }
  // The full name, e.g. "individuellplan.plan.v1.PlanService".
  const std::string& service() const { return service_; }

  // When the answer is of no use any more; at most 30 s away for unary calls. For streams it is the
  // client's own deadline, which may be infinite.
  absl::Time deadline() const { return deadline_; }
  // Nobody waits for the answer any more: the client cancelled, is gone, or its deadline passed.
  // Look at it between expensive steps.
  bool cancelled() const;
  // The server is shutting down: streams end with UNAVAILABLE so that clients resume elsewhere.
  bool stopping() const { return lifetime_->stopping; }
  // Waits for `time`, less when the call is cancelled or the server stops. True when the handler
  // should go on: a stream's loop is `while (ctx.Wait(…)) {…}`.
  bool Wait(absl::Duration time) const;

  const Trace& trace() const { return trace_; }
  // What ties the calls of one user action together in logs; the trace id unless the client sent
  // one.
  const std::string& correlation_id() const { return correlation_id_; }

  // Of the request, computed when first asked for. Empty for client streams: there each message has
  // its own.
  const std::string& payload_hash();

  // What must hold before anybody sees the answer, e.g. that the look-up stands in the log. When
  // the handler of a unary call has answered OK, `gate` is run, and the answer waits until it calls
  // `done` (once, from any thread); the handler's thread goes on to other calls. An error takes the
  // answer's place. Several gates are opened one after the other.
  using Done = std::function<void(const absl::Status&)>;
  using Gate = std::function<void(Done done)>;
  void AnswerAfter(Gate gate) { gates_.push_back(std::move(gate)); }

  // gRPC's own context, for propagating cancellation to child calls (client.h); null in unit tests.
  const grpc::CallbackServerContext* grpc_context() const { return grpc_; }

 private:
  friend class Call;
  CallContext(grpc::CallbackServerContext* grpc, Lifetime* lifetime);

  Caller caller_;
  individuellplan::type::v1::Action action_ = individuellplan::type::v1::ACTION_UNSPECIFIED;
  std::string service_;
  std::string method_;
  absl::Time deadline_ = absl::InfiniteFuture();
  std::atomic<bool> cancelled_ = false;
  Trace trace_;
  std::string correlation_id_;
  const google::protobuf::Message* request_ = nullptr;
  std::string payload_hash_;
  std::deque<Gate> gates_;
  const grpc::CallbackServerContext* grpc_ = nullptr;
  Lifetime* lifetime_;
};

}  // namespace ip::rpc

#endif  // LIB_RPC_CALL_CONTEXT_H_
