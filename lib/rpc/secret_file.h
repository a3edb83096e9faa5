// Secrets come from files (mounted by Kubernetes, made by scripts/run), never from flags or the
// environment, where process lists and crash reports would show them.
#ifndef LIB_RPC_SECRET_FILE_H_
#define LIB_RPC_SECRET_FILE_H_

#include <string>

#include "absl/status/statusor.h"

namespace ip::rpc {

// The content of `file` without the line end.
// Errors: FAILED_PRECONDITION when it cannot be read or is empty, or, in production, when everybody
// on the machine may read it.
absl::StatusOr<std::string> ReadSecretFile(const std::string& file, bool production);

}  // namespace ip::rpc

#endif  // LIB_RPC_SECRET_FILE_H_
