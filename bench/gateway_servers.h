// What stands around the gateway in its benchmarks.
#ifndef BENCH_GATEWAY_SERVERS_H_
#define BENCH_GATEWAY_SERVERS_H_

namespace ip::bench {

// A backend that answers every call with one plan of about 2.4 KB, without any wrapper of ours.
// Serves until it is killed.
void ServeBackend(int port);

// What nginx asks by auth_request: GET /auth with the client's access token answers 204 with the
// internal token for plan-service as x-ip-identity, made of the gateway's own parts (its flags).
// Serves until it is told to stop.
void ServeAuth(int port);

}  // namespace ip::bench

#endif  // BENCH_GATEWAY_SERVERS_H_
