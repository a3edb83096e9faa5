// The gates that each call passes before its handler runs, as plain functions.
#ifndef LIB_RPC_CHECKS_H_
#define LIB_RPC_CHECKS_H_

#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "lib/rpc/router.h"

namespace ip::rpc {

// PERMISSION_DENIED unless the rule names the caller's role and, where it asks for step-up, the
// caller logged in within the last five minutes.
absl::Status CheckRule(const individuellplan::type::v1::MethodRule& rule, const Caller& caller,
                       absl::Time now);

// INVALID_ARGUMENT unless `request_id` (when set) is a UUID and `page_size` is not negative.
absl::Status CheckRequest(const Method& method, const google::protobuf::Message& request);

// RESOURCE_EXHAUSTED / SERVER_BUSY with RetryInfo.
absl::Status Busy();

// Whether clients must not see what the status says: bugs and broken data.
bool MustMask(const absl::Status& status);

// What clients see instead; support finds the log line by the id.
absl::Status Masked(const std::string& error_id);

}  // namespace ip::rpc

#endif  // LIB_RPC_CHECKS_H_
