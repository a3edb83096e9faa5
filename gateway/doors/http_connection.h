// One HTTP/1.1 connection of an HttpServer, and the exchanges on it. Private to the server.
#ifndef GATEWAY_DOORS_HTTP_CONNECTION_H_
#define GATEWAY_DOORS_HTTP_CONNECTION_H_

#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/parser.hpp>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/doors/http_server.h"
#include "lib/base/clock.h"

namespace ip::gateway {

namespace asio = boost::asio;
namespace beast = boost::beast;
using ErrorCode = boost::system::error_code;

// A connection through its life: read a request, let it be answered, and again. Everything runs on
// the strand of its socket; the public methods may be called from elsewhere.
class HttpConnection : public std::enable_shared_from_this<HttpConnection> {
 public:
  HttpConnection(HttpServer* server, asio::ip::tcp::socket socket, std::string_view first,
                 std::string peer);
  ~HttpConnection() { server_.Forget(this); }

  void Start();
  // The next answer is the last.
  void BeginStop();
  // Closes now, or when the answer under way is sent.
  void CloseIdle();
  void Abort();

 private:
  friend class Turn;
  using Parser = http::request_parser<http::string_body>;

  void ExpireAfter(absl::Duration time) { stream_.expires_after(absl::ToChronoNanoseconds(time)); }
  void ExpireForWrite() { ExpireAfter(server_.limits_.write_time); }
  bool secure() const { return server_.limits_.secure; }
  std::string PeerOf(const HttpRequest& request) const;

  void ReadNext() { ReadHeader(server_.limits_.idle_time); }
  void ReadHeader(absl::Duration time);
  void HeaderRead(ErrorCode error);
  void ReadBody();
  void Handle();
  void Close();

  // The client broke the rules of HTTP, or just left.
  void Unreadable(ErrorCode error);
  void Refuse(http::status status, std::string_view message);
  // Closing while the client still sends would reset the connection before it reads our answer.
  void Linger(size_t drained);

  HttpServer& server_;
  beast::tcp_stream stream_;
  beast::flat_buffer buffer_;
  std::optional<Parser> parser_;
  std::vector<char> drain_;
  const std::string peer_;
  bool idle_ = false;
  bool last_ = false;
  bool closing_ = false;
};

// What becomes of one request on the connection, which it keeps alive.
std::shared_ptr<Exchange> NewTurn(std::shared_ptr<HttpConnection> connection, HttpRequest request);

}  // namespace ip::gateway

#endif  // GATEWAY_DOORS_HTTP_CONNECTION_H_
