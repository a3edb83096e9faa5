// A service behind the gateway, and what every call to it has in common.
#ifndef GATEWAY_DOORS_BACKEND_H_
#define GATEWAY_DOORS_BACKEND_H_

#include <grpcpp/client_context.h>
#include <grpcpp/generic/generic_stub.h>

#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "gateway/policy/call_record.h"
#include "gateway/policy/gate.h"
#include "gateway/policy/methods.h"
#include "lib/rpc/options.h"

namespace ip::gateway {

// The longest a unary call may take, whatever deadline the client sets.
inline constexpr absl::Duration kMaxDeadline = absl::Seconds(10);
// Streams end at the latest then; clients resume with their cursor.
inline constexpr absl::Duration kMaxStream = absl::Hours(1);
inline constexpr size_t kMaxMessageBytes = 4u << 20;

struct Backend {
  std::string name;
  std::shared_ptr<grpc::Channel> channel;
  std::unique_ptr<grpc::GenericStub> stub;
};

// One backend per route, in their order. Errors: those of rpc::MakeChannel.
absl::StatusOr<std::vector<Backend>> ConnectBackends(const std::vector<Route>& routes,
                                                     const Methods& methods,
                                                     const rpc::TlsFiles& tls);

// The earlier of the client's deadline and the longest that `method` may take.
absl::Time CapDeadline(const Method& method, absl::Time arrival, absl::Time client_deadline);

// Puts deadline, identity and trace into `context`. Nothing else that the client sent goes on.
void Prepare(grpc::ClientContext& context, const Pass& pass, const CallRecord& record,
             absl::Time deadline);

// Whether the backend was there to answer, however it answered.
bool WasReached(const grpc::Status& status);

// What a client sees of a backend's answer. Errors of our services pass as they are; those of the
// transport get a clear text without addresses.
grpc::Status Presentable(const grpc::Status& status, const Backend& backend);

}  // namespace ip::gateway

#endif  // GATEWAY_DOORS_BACKEND_H_
