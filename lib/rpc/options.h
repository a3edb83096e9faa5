#ifndef LIB_RPC_OPTIONS_H_
#define LIB_RPC_OPTIONS_H_

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "lib/auth/caller.h"

namespace ip::rpc {

// Files in PEM; empty `cert_file` (server) or `ca_file` (client) means no TLS. Read again when they
// change on disk, so certificates rotate without a restart.
struct TlsFiles {
  std::string cert_file;
  std::string key_file;
  // Server: the CA whose clients may connect (mTLS); "" lets any client connect.
  // Client: the CA that vouches for the server.
  std::string ca_file;
};

struct ServerOptions {
  // "127.0.0.1:0" takes a free port; "unix:/path" works too.
  std::string listen = "127.0.0.1:0";
  TlsFiles tls;
  // Turns the internal token of the `x-ip-identity` metadata into the caller. Required. Its error
  // texts stay in the server; clients see UNAUTHENTICATED.
  std::function<absl::StatusOr<Caller>(std::string_view token)> authenticate;
  // OK when the service can do its work; otherwise names the dependency that is missing. Asked
  // every `ready_interval` on a thread of its own; after three misses health says NOT_SERVING.
  // Absent: ready.
  std::function<absl::Status()> ready;
  absl::Duration ready_interval = absl::Seconds(2);

  int workers = 16;
  size_t queue_limit = 1024;                        // calls that wait for a worker
  size_t max_streams = 256;                         // server streams at once
  absl::Duration max_deadline = absl::Seconds(30);  // for unary calls
  bool reflection = true;
  std::string metrics_address;  // "127.0.0.1:9100" serves /metrics; "" nothing
  // Serves grpc.health.v1 without TLS, and nothing else, beside `listen`: kubelet's probes have no
  // certificate. "" serves none.
  std::string health_address;

  // From "health says NOT_SERVING" to "no new calls": what load balancers need to notice.
  absl::Duration detection = absl::ZeroDuration();
  // From "no new calls" to "calls in flight are cancelled".
  absl::Duration drain = absl::Seconds(10);
};

}  // namespace ip::rpc

#endif  // LIB_RPC_OPTIONS_H_
