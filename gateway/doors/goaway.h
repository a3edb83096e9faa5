// Sends clients elsewhere before a server stops.
#ifndef GATEWAY_DOORS_GOAWAY_H_
#define GATEWAY_DOORS_GOAWAY_H_

#include <grpcpp/server.h>

#include "absl/time/time.h"

namespace ip::gateway {

// How long clients get between GOAWAY and Shutdown: more than a round trip to any of them.
inline constexpr absl::Duration kGoawaySettles = absl::Milliseconds(300);

// Asks every connected client to take its next call elsewhere; calls in flight and those on their
// way are served as ever. grpc::Server::Shutdown alone begins to refuse calls before it tells the
// clients: what they send in between ends in CANCELLED, about one call in a thousand under load
// (docs/adr/0020). Does nothing with a gRPC that cannot do it. False then.
bool SendGoaways(grpc::Server& server);

}  // namespace ip::gateway

#endif  // GATEWAY_DOORS_GOAWAY_H_
