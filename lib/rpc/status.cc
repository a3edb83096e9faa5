#include "lib/rpc/status.h"

#include "lib/base/errors.h"

namespace ip::rpc {

grpc::Status ToGrpcStatus(const absl::Status& status) {
  if (status.ok()) return grpc::Status::OK;
  if (ReasonOf(status).empty()) {
    const std::string reason = absl::StatusCodeToString(status.code());
    absl::Status named = Error(status.code(), reason, std::string(status.message()));
    status.ForEachPayload([&named](absl::string_view type_url, const absl::Cord& payload) {
      named.SetPayload(type_url, payload);
    });
    return ToGrpcStatus(named);
  }
  const google::rpc::Status wire = ToRpcStatus(status);
  return {static_cast<grpc::StatusCode>(wire.code()), wire.message(), wire.SerializeAsString()};
}

absl::Status FromGrpcStatus(const grpc::Status& status) {
  if (status.ok()) return absl::OkStatus();
  google::rpc::Status wire;
  if (wire.ParseFromString(status.error_details()) &&
      wire.code() == static_cast<int>(status.error_code())) {
    return FromRpcStatus(wire);
  }
  return absl::Status(static_cast<absl::StatusCode>(status.error_code()), status.error_message());
}

}  // namespace ip::rpc
