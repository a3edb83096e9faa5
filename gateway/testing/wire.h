// HTTP by hand, byte by byte, at a gateway of a test.
#ifndef GATEWAY_TESTING_WIRE_H_
#define GATEWAY_TESTING_WIRE_H_

#include <boost/asio/connect.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>
#include <string>

#include "gateway/testing/echo_backend.h"

namespace ip::gateway {

namespace asio = boost::asio;

struct Answer {
  int status = 0;
  std::string head;
  std::string body;
};

// One connection, used by hand.
class Wire {
 public:
  explicit Wire(const Gated& gated) : socket_(io_) {
    socket_.connect(
        {asio::ip::make_address("127.0.0.1"), static_cast<unsigned short>(gated.gateway->port())});
  }
  void Send(const std::string& bytes) {
    boost::system::error_code ignored;
    asio::write(socket_, asio::buffer(bytes), ignored);
  }
  std::string ReadToEnd() {
    std::string all;
    boost::system::error_code ignored;
    asio::read(socket_, asio::dynamic_buffer(all), ignored);
    return all;
  }
  std::string ReadSome() {
    std::string some(4096, 0);
    boost::system::error_code ignored;
    some.resize(socket_.read_some(asio::buffer(some), ignored));
    return some;
  }

 private:
  asio::io_context io_;
  asio::ip::tcp::socket socket_;
};

inline Answer Parse(const std::string& text) {
  Answer answer;
  const size_t end = text.find("\r\n\r\n");
  if (end == text.npos) return answer;
  answer.head = text.substr(0, end);
  answer.body = text.substr(end + 4);
  answer.status = std::stoi(answer.head.substr(9, 3));
  return answer;
}

inline Answer Post(const Gated& gated, const std::string& path, const std::string& type,
                   const std::string& body,
                   const std::string& more = "authorization: Bearer good\r\n") {
  Wire wire(gated);
  wire.Send(absl::StrCat("POST ", path, " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n",
                         type.empty() ? "" : "Content-Type: " + type + "\r\n", more,
                         "Content-Length: ", body.size(), "\r\n\r\n", body));
  return Parse(wire.ReadToEnd());
}

inline std::string Path(const char* method) { return absl::StrCat(kEcho, method); }

inline Answer PostJson(const Gated& gated, const std::string& body) {
  return Post(gated, Path("Get"), "application/json", body);
}

// The pieces of a chunked body, joined.
inline std::string Dechunk(std::string_view body) {
  std::string out;
  while (!body.empty()) {
    const size_t size = std::stoul(std::string(body.substr(0, body.find("\r\n"))), nullptr, 16);
    body.remove_prefix(body.find("\r\n") + 2);
    out.append(body.substr(0, size));
    body.remove_prefix(size + 2);
  }
  return out;
}

}  // namespace ip::gateway

#endif  // GATEWAY_TESTING_WIRE_H_
