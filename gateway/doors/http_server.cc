#include "gateway/doors/http_server.h"

#include <boost/asio/bind_executor.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/dispatch.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/chunk_encode.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/serializer.hpp>
#include <boost/beast/http/write.hpp>
#include <chrono>
#include <optional>
#include <vector>

#include "absl/strings/ascii.h"
#include "lib/base/clock.h"

namespace ip::gateway {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
using ErrorCode = boost::system::error_code;

// Less costs Beast twice the CPU per request.
constexpr size_t kReadBuffer = 16 * 1024;
// How much of a refused body is read and thrown away, so that the client sees the answer.
constexpr size_t kLingerBytes = 64u << 20;
constexpr absl::Duration kLingerTime = absl::Seconds(5);

}  // namespace

std::string LastWord(std::string_view list) {
  const size_t comma = list.rfind(',');
  const std::string_view last = comma == list.npos ? list : list.substr(comma + 1);
  return std::string(absl::StripAsciiWhitespace({last.data(), last.size()}));
}

// A connection through its life: read a request, let it be answered, and again. Everything runs on
// the strand of its socket.
class HttpConnection : public std::enable_shared_from_this<HttpConnection> {
 public:
  HttpConnection(HttpServer* server, asio::ip::tcp::socket socket, std::string_view first,
                 std::string peer)
      : server_(*server), stream_(std::move(socket)), peer_(std::move(peer)) {
    buffer_.reserve(kReadBuffer);
    const auto bytes = buffer_.prepare(first.size());
    std::copy(first.begin(), first.end(), static_cast<char*>(bytes.data()));
    buffer_.commit(first.size());
  }
  ~HttpConnection() { server_.Forget(this); }

  void Start() {
    asio::dispatch(stream_.get_executor(), [self = shared_from_this()] {
      self->ReadHeader(self->server_.limits_.header_time);
    });
  }
  void BeginStop() {
    asio::post(stream_.get_executor(), [weak = weak_from_this()] {
      auto self = weak.lock();
      if (self == nullptr) return;
      self->last_ = true;
    });
  }
  void CloseIdle() {
    asio::post(stream_.get_executor(), [weak = weak_from_this()] {
      auto self = weak.lock();
      if (self == nullptr) return;
      self->closing_ = true;
      if (self->idle_) self->Close();
    });
  }
  void Abort() {
    asio::post(stream_.get_executor(), [weak = weak_from_this()] {
      if (auto self = weak.lock()) self->Close();
    });
  }

 private:
  friend class Turn;
  using Parser = http::request_parser<http::string_body>;

  void ExpireAfter(absl::Duration time) { stream_.expires_after(absl::ToChronoNanoseconds(time)); }

  bool secure() const { return server_.limits_.secure; }
  std::string PeerOf(const HttpRequest& request) const {
    if (!server_.limits_.behind_proxy) return peer_;
    const auto header = request["x-forwarded-for"];
    const std::string word = LastWord({header.data(), header.size()});
    return word.empty() ? peer_ : word;
  }

  void ExpireForWrite() { ExpireAfter(server_.limits_.write_time); }
  void ReadNext() { ReadHeader(server_.limits_.idle_time); }

  void Close() {
    ErrorCode ignored;
    stream_.socket().shutdown(asio::ip::tcp::socket::shutdown_both, ignored);
    stream_.close();
  }

  void ReadHeader(absl::Duration time) {
    parser_.emplace();
    parser_->header_limit(server_.limits_.header_bytes);
    parser_->body_limit(server_.limits_.body_bytes);
    idle_ = buffer_.size() == 0;
    ExpireAfter(time);
    http::async_read_header(stream_, buffer_, *parser_,
                            [self = shared_from_this()](ErrorCode error, size_t) {
                              self->idle_ = false;
                              self->HeaderRead(error);
                            });
  }

  void HeaderRead(ErrorCode error) {
    if (error) return Unreadable(error);
    const auto& request = parser_->get();
    if (request[http::field::expect] == "100-continue" && request.version() == 11) {
      auto go_on = std::make_shared<http::response<http::empty_body>>(http::status::continue_, 11);
      return http::async_write(stream_, *go_on,
                               [self = shared_from_this(), go_on](ErrorCode failed, size_t) {
                                 if (failed) return self->Close();
                                 self->ReadBody();
                               });
    }
    ReadBody();
  }

  void ReadBody() {
    ExpireAfter(server_.limits_.body_time);
    http::async_read(stream_, buffer_, *parser_,
                     [self = shared_from_this()](ErrorCode error, size_t) {
                       if (error) return self->Unreadable(error);
                       self->Handle();
                     });
  }

  void Handle();

  // The client broke the rules of HTTP, or just left.
  void Unreadable(ErrorCode error) {
    if (error == http::error::body_limit) {
      return Refuse(http::status::payload_too_large,
                    "The body is too large; the limit is 4 MiB. Send less at once.");
    }
    if (error == http::error::header_limit || error == http::error::buffer_overflow) {
      return Refuse(http::status::request_header_fields_too_large,
                    "The request's headers are too large; the limit is 16 KiB.");
    }
    if (error.category() == http::make_error_code(http::error::bad_method).category() &&
        error != http::error::end_of_stream && error != http::error::partial_message) {
      return Refuse(http::status::bad_request, "This is not a well-formed HTTP/1.1 request.");
    }
    Close();
  }

  void Refuse(http::status status, std::string_view message) {
    const auto type = parser_->get()[http::field::content_type];
    auto response = std::make_shared<HttpResponse>(
        server_.refuse_(status, message, {type.data(), type.size()}));
    response->keep_alive(false);
    response->prepare_payload();
    ExpireForWrite();
    http::async_write(
        stream_, *response, [self = shared_from_this(), response](ErrorCode error, size_t) {
          if (error) return self->Close();
          ErrorCode ignored;
          self->stream_.socket().shutdown(asio::ip::tcp::socket::shutdown_send, ignored);
          self->ExpireAfter(kLingerTime);
          self->drain_.resize(kReadBuffer);
          self->Linger(0);
        });
  }

  // Closing while the client still sends would reset the connection before it reads our answer.
  void Linger(size_t drained) {
    stream_.async_read_some(asio::buffer(drain_),
                            [self = shared_from_this(), drained](ErrorCode error, size_t n) {
                              if (error || drained + n > kLingerBytes) return self->Close();
                              self->Linger(drained + n);
                            });
  }

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

// One exchange on a connection. Its public methods only post to the strand.
class Turn final : public Exchange, public std::enable_shared_from_this<Turn> {
 public:
  Turn(std::shared_ptr<HttpConnection> connection, HttpRequest request)
      : connection_(std::move(connection)),
        request_(std::move(request)),
        peer_(connection_->PeerOf(request_)) {}

  const HttpRequest& request() const override { return request_; }
  const std::string& peer() const override { return peer_; }

  void Reply(HttpResponse response) override {
    response.version(request_.version());
    response.keep_alive(request_.keep_alive());
    response.prepare_payload();
    if (connection_->secure()) {
      response.set(http::field::strict_transport_security, "max-age=31536000; includeSubDomains");
    }
    Post([this, response = std::make_shared<HttpResponse>(std::move(response))]() mutable {
      StopWatching();
      if (connection_->last_) response->keep_alive(false);
      if (request_.method() == http::verb::head) response->body().clear();
      const bool close = response->need_eof();
      connection_->ExpireForWrite();
      http::async_write(connection_->stream_, *response,
                        [self = shared_from_this(), response, close](ErrorCode error, size_t) {
                          self->Finish(!error && !close);
                        });
    });
  }

  void BeginStream(http::response_header<> head) override {
    auto response = std::make_shared<http::response<http::empty_body>>(std::move(head));
    response->version(request_.version());
    response->keep_alive(request_.keep_alive());
    chunked_ = request_.version() == 11;
    response->chunked(chunked_);
    if (!chunked_) response->keep_alive(false);
    Post([this, response] {
      connection_->ExpireForWrite();
      auto serializer = std::make_shared<http::response_serializer<http::empty_body>>(*response);
      http::async_write_header(connection_->stream_, *serializer,
                               [self = shared_from_this(), response, serializer](
                                   ErrorCode error, size_t) { self->HeadWritten(!error); });
    });
  }

  void Write(std::string piece, std::function<void(bool)> written) override {
    Post([this, piece = std::make_shared<std::string>(std::move(piece)),
          written = std::move(written)]() mutable {
      if (broken_) return written(false);
      if (!head_written_) {
        waiting_ = [this, piece, written] { WritePiece(piece, written); };
        return;
      }
      WritePiece(piece, written);
    });
  }

  void EndStream() override {
    Post([this] {
      if (broken_) return Finish(false);
      if (!head_written_) {
        waiting_ = [this] { WriteEnd(); };
        return;
      }
      WriteEnd();
    });
  }

  void OnGone(std::function<void()> gone) override {
    Post([this, gone = std::move(gone)]() mutable {
      if (ended_) return;
      if (broken_) return gone();
      gone_ = std::move(gone);
      Watch();
    });
  }

 private:
  template <class F>
  void Post(F f) {
    asio::dispatch(connection_->stream_.get_executor(),
                   [self = shared_from_this(), f = std::move(f)]() mutable { f(); });
  }

  void HeadWritten(bool ok) {
    head_written_ = true;
    if (!ok) {
      Broken();
      if (waiting_) std::exchange(waiting_, nullptr)();
      return;
    }
    // A stream may be silent for long.
    connection_->stream_.expires_never();
    if (waiting_) std::exchange(waiting_, nullptr)();
  }

  void WritePiece(const std::shared_ptr<std::string>& piece, std::function<void(bool)> written) {
    if (broken_) return written(false);
    connection_->ExpireForWrite();
    auto done = [self = shared_from_this(), piece, written = std::move(written)](ErrorCode error,
                                                                                 size_t) {
      if (error) {
        self->Broken();
      } else {
        self->connection_->stream_.expires_never();
      }
      written(!error);
    };
    if (chunked_) {
      asio::async_write(connection_->stream_, http::make_chunk(asio::buffer(*piece)),
                        std::move(done));
    } else {
      asio::async_write(connection_->stream_, asio::buffer(*piece), std::move(done));
    }
  }

  void WriteEnd() {
    StopWatching();
    if (broken_) return Finish(false);
    if (!chunked_) return Finish(false);
    connection_->ExpireForWrite();
    asio::async_write(connection_->stream_, http::make_chunk_last(),
                      [self = shared_from_this()](ErrorCode error, size_t) {
                        self->Finish(!error && self->request_.keep_alive());
                      });
  }

  // Waits for the client to say something while it is our turn: it can only mean that it has gone,
  // or sends its next request already.
  void Watch() {
    watching_ = true;
    connection_->stream_.socket().async_wait(
        asio::ip::tcp::socket::wait_read, [self = shared_from_this()](ErrorCode error) {
          if (error || !self->watching_) return;
          char byte;
          ErrorCode failed;
          const size_t n = self->connection_->stream_.socket().receive(
              asio::buffer(&byte, 1), asio::socket_base::message_peek, failed);
          if (!failed && n > 0) return;
          if (failed == asio::error::would_block) return self->Watch();
          self->Broken();
        });
  }
  void StopWatching() {
    ended_ = true;
    watching_ = false;
    gone_ = nullptr;
  }
  void Broken() {
    broken_ = true;
    watching_ = false;
    if (gone_) std::exchange(gone_, nullptr)();
  }

  void Finish(bool go_on) {
    if (finished_) return;
    finished_ = true;
    StopWatching();
    ErrorCode ignored;
    connection_->stream_.socket().cancel(ignored);
    // Not `last_`: an answer that promised to go on, just before the stop, is held to it.
    if (!go_on || connection_->closing_) return connection_->Close();
    connection_->ReadNext();
  }

  const std::shared_ptr<HttpConnection> connection_;
  const HttpRequest request_;
  const std::string peer_;
  std::function<void()> gone_;
  std::function<void()> waiting_;  // for the head of the stream
  bool chunked_ = true;
  bool head_written_ = false;
  bool watching_ = false;
  bool broken_ = false;
  bool ended_ = false;  // nothing more will come
  bool finished_ = false;
};

void HttpConnection::Handle() {
  stream_.expires_never();
  auto turn = std::make_shared<Turn>(shared_from_this(), parser_->release());
  parser_.reset();
  server_.handler_(std::move(turn));
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
