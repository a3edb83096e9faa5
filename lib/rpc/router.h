// Which handler answers which RPC. Deny by default: what the contract does not know, or what has no
// method rule, cannot be registered, and a service's other RPCs answer UNIMPLEMENTED.
//
//   Router router;
//   router.Unary<GetPlanRequest, CarePlan>(
//       "individuellplan.plan.v1.PlanService", "GetPlan",
//       [&](CallContext& ctx, const GetPlanRequest& request) { return plans.Get(ctx, request); });
#ifndef LIB_RPC_ROUTER_H_
#define LIB_RPC_ROUTER_H_

#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>
#include <grpcpp/support/byte_buffer.h>

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "individuellplan/type/v1/access.pb.h"
#include "lib/rpc/call_context.h"

namespace ip::rpc {

// Where a server stream writes its messages.
template <class Response>
class Writer {
 public:
  using Sink = std::function<bool(const Response&)>;
  // Handlers' unit tests pass a sink of their own.
  explicit Writer(Sink sink) : sink_(std::move(sink)) {}

  // Waits while the client reads more slowly than we write. False when the client is gone: return.
  bool Write(const Response& message) { return sink_(message); }

 private:
  Sink sink_;
};

// Where the messages of a client stream come from.
template <class Request>
class Reader {
 public:
  using Source = std::function<absl::StatusOr<bool>(Request&)>;
  // Handlers' unit tests pass a source of their own.
  explicit Reader(Source source) : source_(std::move(source)) {}

  // Waits for the next message; the client sends no faster than it is read. True: there is one.
  // False: the client has sent all. Errors end the call: CANCELLED; INVALID_ARGUMENT /
  // REQUEST_MALFORMED; UNAVAILABLE / STREAM_ENDED when the server stops. Fields such as request_id
  // are the handler's to check.
  absl::StatusOr<bool> Read(Request& message) { return source_(message); }

 private:
  Source source_;
};

// One RPC as the dispatcher sees it.
struct Method {
  using Unary = std::function<absl::Status(CallContext&, const google::protobuf::Message&,
                                           grpc::ByteBuffer&)>;
  using MessageSink = std::function<bool(const google::protobuf::Message&)>;
  using Stream = std::function<absl::Status(CallContext&, const google::protobuf::Message&,
                                            const MessageSink&)>;
  using MessageSource = std::function<absl::StatusOr<bool>(google::protobuf::Message&)>;
  using Bidi = std::function<absl::Status(CallContext&, const MessageSource&, const MessageSink&)>;

  std::string service;
  std::string name;
  individuellplan::type::v1::MethodRule rule;
  const google::protobuf::Message* request_prototype = nullptr;
  const google::protobuf::FieldDescriptor* request_id = nullptr;  // null: the request has none
  const google::protobuf::FieldDescriptor* page_size = nullptr;
  Unary unary;    // at most one of the three is set
  Stream stream;  // none: not implemented yet
  Bidi bidi;

  bool streaming() const { return stream || bidi; }
};

// Not thread-safe while registering, immutable afterwards. Mistakes are collected in status().
// Handlers run on many threads at once.
class Router {
 public:
  // Declares that this server serves `service` (full name): RPCs without a handler answer
  // UNIMPLEMENTED / RPC_NOT_IMPLEMENTED once the caller has passed authentication and rule.
  void AddService(std::string_view service);

  // `handler`: absl::StatusOr<Response>(CallContext&, const Request&).
  template <class Request, class Response, class Handler>
  void Unary(std::string_view service, std::string_view method, Handler handler) {
    static_assert(std::is_invocable_r_v<absl::StatusOr<Response>, const Handler&, CallContext&,
                                        const Request&>,
                  "a unary handler is absl::StatusOr<Response>(CallContext&, const Request&)");
    Method* entry = Claim(service, method, Request::descriptor(), Response::descriptor(), false);
    if (entry == nullptr) return;
    entry->unary = [handler = std::move(handler)](CallContext& context,
                                                  const google::protobuf::Message& request,
                                                  grpc::ByteBuffer& out) -> absl::Status {
      absl::StatusOr<Response> response = handler(context, static_cast<const Request&>(request));
      return response.ok() ? Serialize(*response, out) : response.status();
    };
  }

  // `handler`: absl::Status(CallContext&, const Request&, Writer<Response>&). It runs on a thread
  // of its own and returns soon after ctx.stopping() or ctx.cancelled().
  template <class Request, class Response, class Handler>
  void ServerStream(std::string_view service, std::string_view method, Handler handler) {
    static_assert(
        std::is_invocable_r_v<absl::Status, const Handler&, CallContext&, const Request&,
                              Writer<Response>&>,
        "a stream handler is absl::Status(CallContext&, const Request&, Writer<Response>&)");
    Method* entry = Claim(service, method, Request::descriptor(), Response::descriptor(), true);
    if (entry == nullptr) return;
    entry->stream = [handler = std::move(handler)](CallContext& context,
                                                   const google::protobuf::Message& request,
                                                   const Method::MessageSink& sink) {
      Writer<Response> writer([&sink](const Response& message) { return sink(message); });
      return handler(context, static_cast<const Request&>(request), writer);
    };
  }

  // `handler`: absl::Status(CallContext&, Reader<Request>&, Writer<Response>&), on a thread of its
  // own like a server stream's.
  template <class Request, class Response, class Handler>
  void BidiStream(std::string_view service, std::string_view method, Handler handler) {
    static_assert(
        std::is_invocable_r_v<absl::Status, const Handler&, CallContext&, Reader<Request>&,
                              Writer<Response>&>,
        "a bidi handler is absl::Status(CallContext&, Reader<Request>&, Writer<Response>&)");
    Method* entry =
        Claim(service, method, Request::descriptor(), Response::descriptor(), true, true);
    if (entry == nullptr) return;
    entry->bidi = [handler = std::move(handler)](CallContext& context,
                                                 const Method::MessageSource& source,
                                                 const Method::MessageSink& sink) {
      Reader<Request> reader([&source](Request& message) { return source(message); });
      Writer<Response> writer([&sink](const Response& message) { return sink(message); });
      return handler(context, reader, writer);
    };
  }

  // What is asked of every call once its role is known to be right, before its handler runs and on
  // the same thread. An error is the call's answer.
  using Guard = std::function<absl::Status(const CallContext&)>;
  void SetGuard(Guard guard) { guard_ = std::move(guard); }
  absl::Status Admit(const CallContext& context) const {
    return guard_ ? guard_(context) : absl::OkStatus();
  }

  // OK, or FAILED_PRECONDITION naming everything that is wrong with the registrations.
  absl::Status status() const;
  // The RPC at "/package.Service/Method", null when it is not served.
  const Method* Find(const std::string& path) const;
  // Full names of all services, in the order of registration.
  const std::vector<std::string>& services() const { return services_; }
  // All RPCs of those services by path.
  const std::map<std::string, Method, std::less<>>& methods() const { return methods_; }

 private:
  static absl::Status Serialize(const google::protobuf::Message& message, grpc::ByteBuffer& out);
  Method* Claim(std::string_view service, std::string_view method,
                const google::protobuf::Descriptor* request,
                const google::protobuf::Descriptor* response, bool streaming,
                bool client_streaming = false);

  std::map<std::string, Method, std::less<>> methods_;
  std::vector<std::string> services_;
  std::vector<std::string> mistakes_;
  Guard guard_;
};

}  // namespace ip::rpc

#endif  // LIB_RPC_ROUTER_H_
