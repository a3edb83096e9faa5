// The door for browsers and curl: the Connect protocol in JSON and binary (unary and server
// streams), and gRPC-Web in binary, all at POST /package.Service/Method.
#ifndef GATEWAY_DOORS_CONNECT_H_
#define GATEWAY_DOORS_CONNECT_H_

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/doors/backend.h"
#include "gateway/doors/http_server.h"
#include "gateway/doors/json.h"
#include "gateway/policy/gate.h"
#include "gateway/policy/methods.h"

namespace ip::gateway {

class ConnectDoor {
 public:
  // All must outlive the door.
  ConnectDoor(const Methods* methods, const std::vector<Backend>* backends, Gate* gate,
              std::string session_cookie)
      : methods_(*methods),
        backends_(*backends),
        gate_(*gate),
        session_cookie_(std::move(session_cookie)),
        codec_(&methods->pool()) {}

  // Whether `path` looks like that of an RPC, known or not.
  static bool Serves(std::string_view path);

  void Handle(std::shared_ptr<Exchange> exchange);

 private:
  friend class ConnectCall;

  const Methods& methods_;
  const std::vector<Backend>& backends_;
  Gate& gate_;
  const std::string session_cookie_;
  const JsonCodec codec_;
};

}  // namespace ip::gateway

#endif  // GATEWAY_DOORS_CONNECT_H_
