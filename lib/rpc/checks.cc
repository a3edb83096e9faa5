#include "lib/rpc/checks.h"

#include <algorithm>

#include "absl/strings/cord.h"
#include "absl/strings/str_cat.h"
#include "lib/base/errors.h"
#include "lib/base/id.h"

namespace ip::rpc {
namespace {

constexpr absl::Duration kStepUpAge = absl::Minutes(5);

}  // namespace

absl::Status CheckRule(const individuellplan::type::v1::MethodRule& rule, const Caller& caller,
                       absl::Time now) {
  const auto& roles = rule.roles();
  if (caller.role == individuellplan::type::v1::ROLE_UNSPECIFIED ||
      std::find(roles.begin(), roles.end(), caller.role) == roles.end()) {
    return PermissionDenied("ROLE_NOT_ALLOWED",
                            "Your role may not do this. Choose another role at login if you have "
                            "one, or ask somebody who has it.");
  }
  if (rule.step_up() && now - caller.auth_time > kStepUpAge) {
    return PermissionDenied("STEP_UP_REQUIRED",
                            "This needs a login within the last five minutes. Log in again and "
                            "repeat the request.");
  }
  return absl::OkStatus();
}

absl::Status CheckRequest(const Method& method, const google::protobuf::Message& request) {
  Violations violations;
  const auto* reflection = request.GetReflection();
  if (method.request_id != nullptr) {
    const std::string id = reflection->GetString(request, method.request_id);
    if (!id.empty() && !IsUuid(id)) {
      violations.Add("request_id",
                     "must be a UUID such as 3f2b8c1e-6d0a-4c55-9a3e-2f1d7b9c0e4a; make a new one "
                     "for each new request.");
    }
  }
  if (method.page_size != nullptr && reflection->GetInt32(request, method.page_size) < 0) {
    violations.Add("page_size", "must not be negative; leave it out for the default.");
  }
  return violations.ToStatus();
}

absl::Status Busy() {
  absl::Status status = Error(absl::StatusCode::kResourceExhausted, "SERVER_BUSY",
                              "The server has too much to do. Try again in a moment.");
  google::rpc::RetryInfo retry;
  retry.mutable_retry_delay()->set_seconds(1);
  status.SetPayload("type.googleapis.com/google.rpc.RetryInfo",
                    absl::Cord(retry.SerializeAsString()));
  return status;
}

bool MustMask(const absl::Status& status) {
  return status.code() == absl::StatusCode::kInternal ||
         status.code() == absl::StatusCode::kUnknown ||
         status.code() == absl::StatusCode::kDataLoss;
}

absl::Status Masked(const std::string& error_id) {
  return Error(absl::StatusCode::kInternal, "INTERNAL_ERROR",
               absl::StrCat("Something went wrong on our side. Error id ", error_id),
               {{"error_id", error_id}});
}

}  // namespace ip::rpc
