// What our dispatcher costs: an empty handler behind it against the same handler as a generated
// callback service without any of our wrapper.
#include "bench/child.h"
#include "bench/grpc_load.h"
#include "lib/rpc/flags.h"
#include "lib/rpc/testing/probe.pb.h"

int main(int argc, char** argv) {
  using namespace ip::bench;  // NOLINT: the benchmark's own
  ip::rpc::ParseFlags(argc, argv, "Measures lib/rpc.");
  const Child bare(ServeBare), ours(ServeDispatched), quiet(ServeDispatchedUnlogged);
  const auto contender = [](const std::string& name, const Child& child) {
    return Contender{name,
                     Loop({.address = child.address()},
                          [] {
                            const individuellplan::testing::v1::ProbeRequest request;
                            return Operation{{kProbe, Pack(request), "bench"}};
                          }),
                     {child.pid()}};
  };
  const Contender ceiling = contender("rpc.bare", bare);
  if (Wanted("rpc.dispatch")) {
    Compare("rpc.dispatch", 32, {contender("rpc.dispatch", ours), ceiling});
  }
  if (Wanted("rpc.dispatch_unlogged")) {
    Compare("rpc.dispatch_unlogged", 32, {contender("rpc.dispatch_unlogged", quiet), ceiling});
  }
}
