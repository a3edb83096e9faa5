#include "gateway/doors/http_server.h"

#include "absl/strings/ascii.h"
#include "gateway/doors/http_connection.h"

namespace ip::gateway {

std::string LastWord(std::string_view list) {
  const size_t comma = list.rfind(',');
  const std::string_view last = comma == list.npos ? list : list.substr(comma + 1);
  return std::string(absl::StripAsciiWhitespace({last.data(), last.size()}));
}

void HttpServer::Take(asio::ip::tcp::socket socket, std::string_view first, std::string peer) {
  std::shared_ptr<HttpConnection> connection;
  {
    const std::lock_guard lock(mutex_);
    if (stopping_ || open_.size() >= limits_.connections) return;  // closes the socket
    connection = std::make_shared<HttpConnection>(this, std::move(socket), first, std::move(peer));
    open_.insert(connection.get());
  }
  connection->Start();
}

void HttpServer::Forget(HttpConnection* connection) {
  const std::lock_guard lock(mutex_);
  open_.erase(connection);
}

void HttpServer::BeginStop() {
  const std::lock_guard lock(mutex_);
  stopping_ = true;
  for (auto* connection : open_) connection->BeginStop();
}

void HttpServer::CloseIdle() {
  const std::lock_guard lock(mutex_);
  for (auto* connection : open_) connection->CloseIdle();
}

void HttpServer::Abort() {
  const std::lock_guard lock(mutex_);
  for (auto* connection : open_) connection->Abort();
}

size_t HttpServer::connections() const {
  const std::lock_guard lock(mutex_);
  return open_.size();
}

}  // namespace ip::gateway
