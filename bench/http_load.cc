#include "bench/http_load.h"

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstring>
#include <memory>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"

namespace ip::bench {
namespace {

int Connect(int port) {
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (fd < 0 || connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) {
    Fail(absl::StrCat("cannot connect to port ", port, ": ", std::strerror(errno)));
  }
  const int on = 1;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  return fd;
}

// The value of content-length in a head, or -1.
long LengthIn(const std::string& head) {
  const std::string lower = absl::AsciiStrToLower(head);
  const size_t at = lower.find("\r\ncontent-length:");
  return at == lower.npos ? -1 : std::atol(lower.c_str() + at + 17);
}

}  // namespace

HttpConnection::HttpConnection(const HttpTarget& target)
    : socket_(Connect(target.port)),
      request_(absl::StrCat("POST ", target.path, " HTTP/1.1\r\nhost: localhost\r\ncontent-type: ",
                            target.content_type, "\r\nconnect-protocol-version: 1\r\n",
                            "authorization: Bearer ", target.token,
                            "\r\ncontent-length: ", target.body.size(), "\r\n\r\n", target.body)) {}

HttpConnection::~HttpConnection() { close(socket_); }

void HttpConnection::Call() {
  if (send(socket_, request_.data(), request_.size(), MSG_NOSIGNAL) !=
      static_cast<ssize_t>(request_.size())) {
    Fail("the server closed the connection");
  }
  buffer_.clear();
  size_t complete = std::string::npos;
  char chunk[16 * 1024];
  while (buffer_.size() < complete) {
    const ssize_t got = recv(socket_, chunk, sizeof chunk, 0);
    if (got <= 0) Fail("the server closed the connection before its answer was complete");
    buffer_.append(chunk, static_cast<size_t>(got));
    if (complete != std::string::npos) continue;
    const size_t end = buffer_.find("\r\n\r\n");
    if (end == buffer_.npos) continue;
    const long length = LengthIn(buffer_.substr(0, end));
    if (buffer_.compare(9, 3, "200") != 0 || length < 0) {
      Fail(absl::StrCat("unexpected answer: ", buffer_.substr(0, 600)));
    }
    complete = end + 4 + static_cast<size_t>(length);
  }
}

Work HttpLoop(const HttpTarget& target) {
  auto open = std::make_shared<std::vector<std::unique_ptr<HttpConnection>>>();
  for (int i = 0; i < target.connections; ++i) {
    open->push_back(std::make_unique<HttpConnection>(target));
  }
  return InThreads(target.connections,
                   [open](int thread) { (*open)[static_cast<size_t>(thread)]->Call(); });
}

}  // namespace ip::bench
