// The one place where absl::Status and grpc::Status meet.
#ifndef LIB_RPC_STATUS_H_
#define LIB_RPC_STATUS_H_

#include <grpcpp/support/status.h>

#include "absl/status/status.h"

namespace ip::rpc {

// With google.rpc details, inside the limits that gRPC metadata sets (message 1 KiB, details 4
// KiB). An error without a reason gets its code's name as reason, so that each error has exactly
// one.
grpc::Status ToGrpcStatus(const absl::Status& status);

// What another service answered, details kept.
absl::Status FromGrpcStatus(const grpc::Status& status);

}  // namespace ip::rpc

#endif  // LIB_RPC_STATUS_H_
