#include <boost/asio/buffer.hpp>
#include <boost/asio/dispatch.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/http/chunk_encode.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/serializer.hpp>
#include <boost/beast/http/write.hpp>
#include <utility>

#include "gateway/doors/http_connection.h"

namespace ip::gateway {

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

std::shared_ptr<Exchange> NewTurn(std::shared_ptr<HttpConnection> connection, HttpRequest request) {
  return std::make_shared<Turn>(std::move(connection), std::move(request));
}

}  // namespace ip::gateway
