// The frame of every server's main.cc, which then is composition only:
//
//   ABSL_FLAG(std::string, database, "", "Where the database is: user@host:port/schema.");
//
//   absl::Status Serve() {
//     auto clock = ip::MakeBusinessClock(absl::GetFlag(FLAGS_clock_shift_file),
//     ip::rpc::InProduction()); if (!clock.ok()) return clock.status(); auto verifier = …; //
//     lib/auth auto pool = …;                                         // lib/sql
//     ip::plan::PlanHandlers handlers(pool, **clock);
//
//     ip::rpc::Router router;
//     handlers.Register(router);
//     auto options = ip::rpc::ServerOptionsFromFlags();
//     options.authenticate = [&](std::string_view token) { return verifier.Verify(token,
//     "plan-service"); }; options.ready = [&] { return pool.Ping(); }; return
//     ip::rpc::ServeUntilStopped(std::move(router), std::move(options));
//   }
//
//   int main(int argc, char** argv) {
//     return ip::rpc::ServiceMain(argc, argv, "plan-service", "Keeps individual plans.", Serve);
//   }
#ifndef LIB_RPC_SERVICE_MAIN_H_
#define LIB_RPC_SERVICE_MAIN_H_

#include <functional>
#include <string_view>

#include "absl/status/status.h"
#include "lib/rpc/options.h"
#include "lib/rpc/router.h"

namespace ip::rpc {

// Blocks the stop signals before any thread starts, reads the flags (--help and mistakes exit
// here), names log lines and error domain ("<service>.individuellplan", without "-service"), and
// runs `serve`. Returns the exit code: 0 after a clean stop, 1 with one message when serving
// failed.
int ServiceMain(int argc, char** argv, std::string_view service, std::string_view usage,
                const std::function<absl::Status()>& serve);

// Server::Start, then Server::Run until SIGTERM or SIGINT.
absl::Status ServeUntilStopped(Router router, ServerOptions options);

}  // namespace ip::rpc

#endif  // LIB_RPC_SERVICE_MAIN_H_
