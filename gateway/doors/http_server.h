// HTTP/1.1 for browsers and curl, on Boost.Beast. It knows bytes, limits and time-outs; what a
// request means is the handler's.
#ifndef GATEWAY_DOORS_HTTP_SERVER_H_
#define GATEWAY_DOORS_HTTP_SERVER_H_

#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/string_body.hpp>
#include <functional>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <string_view>
#include <utility>  // before asio, which forgets it (Boost 1.74)

#include "absl/status/status.h"
#include "absl/time/time.h"

namespace ip::gateway {

namespace http = boost::beast::http;
using HttpRequest = http::request<http::string_body>;
using HttpResponse = http::response<http::string_body>;

struct HttpLimits {
  uint32_t header_bytes = 16 * 1024;
  // A message of 4 MiB with its envelope. JSON of that message may be larger and is refused.
  uint64_t body_bytes = (4u << 20) + 1024;
  absl::Duration header_time = absl::Seconds(10);  // also for the first byte
  absl::Duration body_time = absl::Seconds(30);
  absl::Duration idle_time = absl::Seconds(60);  // between requests
  absl::Duration write_time = absl::Seconds(30);
  size_t connections = 1000;
  // A proxy stands in front and says in X-Forwarded-For whom it calls for; its last word counts.
  bool behind_proxy = false;
  // Clients come by TLS, here or at the proxy: browsers are told to insist on it.
  bool secure = false;
};

// One request and its answer: either Reply, or BeginStream and so on. All methods may be called
// from any thread; the exchange keeps its connection alive.
class Exchange {
 public:
  virtual ~Exchange() = default;

  virtual const HttpRequest& request() const = 0;
  // "127.0.0.1", for limits.
  virtual const std::string& peer() const = 0;

  // Sends the whole answer. Length and connection headers are added.
  virtual void Reply(HttpResponse response) = 0;

  // Sends the head of an answer whose body comes in pieces.
  virtual void BeginStream(http::response_header<> head) = 0;
  // Sends one piece; `written` tells whether the client took it. One at a time.
  virtual void Write(std::string piece, std::function<void(bool ok)> written) = 0;
  virtual void EndStream() = 0;

  // `gone` is called at most once, when the client goes away before the answer is complete.
  virtual void OnGone(std::function<void()> gone) = 0;
};

using HttpHandler = std::function<void(std::shared_ptr<Exchange>)>;
// Makes the answer to a request that cannot be read: too large (413), malformed (400) and so on.
// `content_type` is the request's, as far as it was read.
using RefusalMaker = std::function<HttpResponse(http::status, std::string_view message,
                                                std::string_view content_type)>;

// The last of "a, b": what the nearest proxy wrote into X-Forwarded-For.
std::string LastWord(std::string_view list);

class HttpConnection;

// Takes connections over; runs on the executors that their sockets bring.
class HttpServer {
 public:
  HttpServer(HttpHandler handler, RefusalMaker refuse, HttpLimits limits)
      : handler_(std::move(handler)), refuse_(std::move(refuse)), limits_(limits) {}

  // `first` are the bytes that were read already, `peer` is the client's address.
  void Take(boost::asio::ip::tcp::socket socket, std::string_view first, std::string peer);

  // From now on each answer is the last of its connection.
  void BeginStop();
  // Connections that wait for a request close.
  void CloseIdle();
  // Cuts what is left.
  void Abort();
  size_t connections() const;

 private:
  friend class HttpConnection;
  void Forget(HttpConnection* connection);

  const HttpHandler handler_;
  const RefusalMaker refuse_;
  const HttpLimits limits_;
  mutable std::mutex mutex_;
  std::set<HttpConnection*> open_;
  bool stopping_ = false;
};

}  // namespace ip::gateway

#endif  // GATEWAY_DOORS_HTTP_SERVER_H_
