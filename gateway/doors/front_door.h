// One port for everything: looks at the first bytes of a connection and hands it to gRPC (HTTP/2)
// or to the HTTP/1.1 server.
#ifndef GATEWAY_DOORS_FRONT_DOOR_H_
#define GATEWAY_DOORS_FRONT_DOOR_H_

#include <grpcpp/server_builder.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <memory>
#include <string>
#include <utility>  // before asio, which forgets it (Boost 1.74)

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "gateway/doors/http_server.h"
#include "gateway/doors/tls_door.h"

namespace ip::gateway {

using GrpcAcceptor = grpc::experimental::ExternalConnectionAcceptor;

class FrontDoor {
 public:
  // Listens at once on `address` ("host:port", "[::1]:port"; port 0 takes a free one), accepts when
  // `Open` is called. Errors: INVALID_ARGUMENT for the address, UNAVAILABLE when it is taken.
  static absl::StatusOr<std::unique_ptr<FrontDoor>> Listen(boost::asio::io_context* io,
                                                           const std::string& address);

  // All must outlive the running of `io`. With `tls`, which may be null, only TLS is taken.
  void Open(GrpcAcceptor* grpc, HttpServer* http, TlsDoor* tls = nullptr);
  // No new connections.
  void Close();

  int port() const { return port_; }

 private:
  explicit FrontDoor(boost::asio::io_context* io) : acceptor_(*io), pause_(*io) {}
  void Accept();
  // Finds out who has come and hands them on. `encrypted`: what comes may or must be TLS.
  void Receive(boost::asio::ip::tcp::socket socket, const std::string& peer, bool encrypted);

  friend class Newcomer;
  boost::asio::ip::tcp::acceptor acceptor_;
  boost::asio::steady_timer pause_;
  GrpcAcceptor* grpc_ = nullptr;
  HttpServer* http_ = nullptr;
  TlsDoor* tls_ = nullptr;
  int port_ = 0;
};

}  // namespace ip::gateway

#endif  // GATEWAY_DOORS_FRONT_DOOR_H_
