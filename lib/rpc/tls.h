// Credentials from PEM files that are watched, so that rotated certificates are taken up by running
// processes within seconds.
#ifndef LIB_RPC_TLS_H_
#define LIB_RPC_TLS_H_

#include <grpcpp/security/credentials.h>
#include <grpcpp/security/server_credentials.h>

#include <memory>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "lib/rpc/options.h"

namespace ip::rpc {

// Between looks at the files; whole seconds.
inline constexpr absl::Duration kTlsRefresh = absl::Seconds(5);

// Insecure when `cert_file` is empty; with a `ca_file` clients must show a certificate of that CA.
// Errors: FAILED_PRECONDITION naming a file that cannot be read or a file that is missing.
absl::StatusOr<std::shared_ptr<grpc::ServerCredentials>> ServerCredentials(
    const TlsFiles& files, absl::Duration refresh = kTlsRefresh);

// Insecure when `ca_file` is empty; shows our own certificate when `cert_file` is set.
absl::StatusOr<std::shared_ptr<grpc::ChannelCredentials>> ClientCredentials(
    const TlsFiles& files, absl::Duration refresh = kTlsRefresh);

}  // namespace ip::rpc

#endif  // LIB_RPC_TLS_H_
