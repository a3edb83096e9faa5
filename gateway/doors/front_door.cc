#include "gateway/doors/front_door.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <boost/asio/buffer.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/strand.hpp>
#include <chrono>
#include <string_view>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"

namespace ip::gateway {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using ErrorCode = boost::system::error_code;

// How HTTP/2 begins; no HTTP/1.1 method begins so.
constexpr std::string_view kPreface = "PRI ";
constexpr std::chrono::seconds kFirstBytesTime(10);

absl::StatusOr<tcp::endpoint> ParseAddress(asio::io_context& io, const std::string& address) {
  const size_t colon = address.rfind(':');
  int port = 0;
  if (colon == address.npos || !absl::SimpleAtoi(address.substr(colon + 1), &port) || port < 0 ||
      port > 65535) {
    return absl::InvalidArgumentError(
        absl::StrCat("--listen must be host:port, not \"", address, "\""));
  }
  std::string host = address.substr(0, colon);
  if (host.size() > 2 && host.front() == '[' && host.back() == ']') {
    host = host.substr(1, host.size() - 2);
  }
  if (host.empty()) host = "0.0.0.0";
  ErrorCode error;
  const auto found = tcp::resolver(io).resolve(host, std::to_string(port), error);
  if (error || found.empty()) {
    return absl::InvalidArgumentError(absl::StrCat("--listen: there is no host \"", host, "\""));
  }
  return found.begin()->endpoint();
}

}  // namespace

// A connection of which we do not know yet what it is. Lives until that is known, or time is up.
class Newcomer : public std::enable_shared_from_this<Newcomer> {
 public:
  Newcomer(FrontDoor* door, tcp::socket socket, std::string peer, bool encrypted)
      : door_(*door),
        socket_(std::move(socket)),
        timer_(socket_.get_executor()),
        peer_(std::move(peer)),
        encrypted_(encrypted) {}

  void Look() {
    timer_.expires_after(kFirstBytesTime);
    timer_.async_wait([self = shared_from_this()](ErrorCode error) {
      ErrorCode ignored;
      if (!error) self->socket_.close(ignored);
    });
    Read();
  }

 private:
  void Read() {
    socket_.async_read_some(asio::buffer(bytes_.data() + size_, bytes_.size() - size_),
                            [self = shared_from_this()](ErrorCode error, size_t n) {
                              if (error) {
                                self->timer_.cancel();
                                return;
                              }
                              self->size_ += n;
                              self->Decide();
                            });
  }

  void Decide() {
    const std::string_view seen(bytes_.data(), size_);
    if (encrypted_) {
      timer_.cancel();
      if (!BeginsTls(seen)) return;  // closes the socket
      return door_.tls_->Take(std::move(socket_), seen, peer_,
                              [door = &door_](tcp::socket inner, const std::string& peer) {
                                door->Receive(std::move(inner), peer, false);
                              });
    }
    const size_t compare = std::min(size_, kPreface.size());
    const bool maybe = seen.substr(0, compare) == kPreface.substr(0, compare);
    if (maybe && size_ < kPreface.size()) return Read();
    timer_.cancel();
    if (!maybe) return door_.http_->Take(std::move(socket_), seen, peer_);
    GrpcAcceptor::NewConnectionParameters connection;
    connection.listener_fd = -1;
    connection.fd = socket_.release();
    grpc::Slice slice(seen.data(), seen.size());
    connection.read_buffer = grpc::ByteBuffer(&slice, 1);
    door_.grpc_->HandleNewConnection(&connection);
  }

  FrontDoor& door_;
  tcp::socket socket_;
  asio::steady_timer timer_;
  const std::string peer_;
  const bool encrypted_;
  std::array<char, 1024> bytes_;
  size_t size_ = 0;
};

absl::StatusOr<std::unique_ptr<FrontDoor>> FrontDoor::Listen(asio::io_context* io,
                                                             const std::string& address) {
  const auto endpoint = ParseAddress(*io, address);
  if (!endpoint.ok()) return endpoint.status();
  std::unique_ptr<FrontDoor> self(new FrontDoor(io));
  ErrorCode error;
  self->acceptor_.open(endpoint->protocol(), error);
  if (!error) self->acceptor_.set_option(tcp::acceptor::reuse_address(true), error);
  if (!error) self->acceptor_.bind(*endpoint, error);
  if (!error) self->acceptor_.listen(1024, error);
  if (error) {
    return absl::UnavailableError(absl::StrCat("cannot listen on ", address, " (", error.message(),
                                               "); is another server running there?"));
  }
  self->port_ = self->acceptor_.local_endpoint().port();
  return self;
}

void FrontDoor::Open(GrpcAcceptor* grpc, HttpServer* http, TlsDoor* tls) {
  grpc_ = grpc;
  http_ = http;
  tls_ = tls;
  Accept();
}

void FrontDoor::Accept() {
  acceptor_.async_accept(
      asio::make_strand(acceptor_.get_executor()), [this](ErrorCode error, tcp::socket socket) {
        if (error == asio::error::operation_aborted || !acceptor_.is_open()) return;
        if (error) {
          // Out of file descriptors, say: trying again at once would only burn the processor.
          pause_.expires_after(std::chrono::milliseconds(100));
          pause_.async_wait([this](ErrorCode stopped) {
            if (!stopped) Accept();
          });
          return;
        }
        ErrorCode ignored;
        socket.set_option(tcp::no_delay(true), ignored);
        socket.non_blocking(true, ignored);
        const auto peer = socket.remote_endpoint(ignored);
        Receive(std::move(socket), ignored ? "" : peer.address().to_string(), tls_ != nullptr);
        Accept();
      });
}

void FrontDoor::Receive(tcp::socket socket, const std::string& peer, bool encrypted) {
  std::make_shared<Newcomer>(this, std::move(socket), peer, encrypted)->Look();
}

void FrontDoor::Close() {
  asio::post(acceptor_.get_executor(), [this] {
    ErrorCode ignored;
    pause_.cancel();
    acceptor_.close(ignored);
  });
}

}  // namespace ip::gateway
