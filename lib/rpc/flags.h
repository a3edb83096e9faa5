// The flags that every server of the suite has, and how they are read. A part's own flags are
// ABSL_FLAGs in its main.cc.
#ifndef LIB_RPC_FLAGS_H_
#define LIB_RPC_FLAGS_H_

#include <string>
#include <string_view>

#include "absl/flags/declare.h"
#include "absl/status/status.h"
#include "lib/rpc/options.h"

ABSL_DECLARE_FLAG(std::string, listen);
ABSL_DECLARE_FLAG(int, workers);
ABSL_DECLARE_FLAG(int, max_streams);
ABSL_DECLARE_FLAG(bool, reflection);
ABSL_DECLARE_FLAG(std::string, metrics_address);
ABSL_DECLARE_FLAG(std::string, otlp_endpoint);
ABSL_DECLARE_FLAG(std::string, tls_cert_file);
ABSL_DECLARE_FLAG(std::string, tls_key_file);
ABSL_DECLARE_FLAG(std::string, tls_client_ca_file);
ABSL_DECLARE_FLAG(std::string, tls_server_ca_file);
ABSL_DECLARE_FLAG(int, drain_seconds);
ABSL_DECLARE_FLAG(int, detection_seconds);
ABSL_DECLARE_FLAG(std::string, env);
ABSL_DECLARE_FLAG(std::string, log_level);
ABSL_DECLARE_FLAG(std::string, internal_jwks_file);
ABSL_DECLARE_FLAG(std::string, clock_shift_file);

namespace ip::rpc {

// Reads the environment (IP_LISTEN for --listen), then --name=value, --name value, --bool, --nobool
// and --flagfile=FILE (a flag per line, # comments); what comes later wins.
// --help prints `usage` and all flags with meaning and default, and exits 0. A mistake prints one
// message and exits 2.
void ParseFlags(int argc, char** argv, std::string_view usage);

// The same without exits, for tests: `help` becomes true when --help was among the arguments.
// Errors: INVALID_ARGUMENT naming the argument and what is wrong with it.
absl::Status ReadFlags(int argc, char** argv, bool& help);
std::string HelpText(std::string_view program, std::string_view usage);

// --env=prod (or IP_ENV=prod): developer conveniences are refused.
bool InProduction();

// Whether an address ("127.0.0.1:7101", "dns:///localhost:7101", "unix:/path") stays on this
// machine.
bool IsLocalAddress(std::string_view address);

// What the flags above say. `authenticate` and `ready` are the service's own.
ServerOptions ServerOptionsFromFlags();

// For channels to other services: our certificate, and the CA of --tls_server_ca_file.
TlsFiles ClientTlsFromFlags();

}  // namespace ip::rpc

#endif  // LIB_RPC_FLAGS_H_
