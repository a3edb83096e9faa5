#include "gateway/doors/http_connection.h"

#include <algorithm>
#include <boost/asio/buffer.hpp>
#include <boost/asio/dispatch.hpp>
#include <boost/asio/post.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/write.hpp>
#include <utility>

namespace ip::gateway {
namespace {

// Less costs Beast twice the CPU per request.
constexpr size_t kReadBuffer = size_t{16} * 1024;
// How much of a refused body is read and thrown away, so that the client sees the answer.
constexpr size_t kLingerBytes = 64u << 20;
constexpr absl::Duration kLingerTime = absl::Seconds(5);

}  // namespace

HttpConnection::HttpConnection(HttpServer* server, asio::ip::tcp::socket socket,
                               std::string_view first, std::string peer)
    : server_(*server), stream_(std::move(socket)), peer_(std::move(peer)) {
  buffer_.reserve(kReadBuffer);
  const auto bytes = buffer_.prepare(first.size());
  std::copy(first.begin(), first.end(), static_cast<char*>(bytes.data()));
  buffer_.commit(first.size());
}

void HttpConnection::Start() {
  asio::dispatch(stream_.get_executor(), [self = shared_from_this()] {
    self->ReadHeader(self->server_.limits_.header_time);
  });
}

void HttpConnection::BeginStop() {
  asio::post(stream_.get_executor(), [weak = weak_from_this()] {
    auto self = weak.lock();
    if (self == nullptr) return;
    self->last_ = true;
  });
}

void HttpConnection::CloseIdle() {
  asio::post(stream_.get_executor(), [weak = weak_from_this()] {
    auto self = weak.lock();
    if (self == nullptr) return;
    self->closing_ = true;
    if (self->idle_) self->Close();
  });
}

void HttpConnection::Abort() {
  asio::post(stream_.get_executor(), [weak = weak_from_this()] {
    if (auto self = weak.lock()) self->Close();
  });
}

std::string HttpConnection::PeerOf(const HttpRequest& request) const {
  if (!server_.limits_.behind_proxy) return peer_;
  const auto header = request["x-forwarded-for"];
  const std::string word = LastWord({header.data(), header.size()});
  return word.empty() ? peer_ : word;
}

void HttpConnection::Close() {
  ErrorCode ignored;
  stream_.socket().shutdown(asio::ip::tcp::socket::shutdown_both, ignored);
  stream_.close();
}

void HttpConnection::ReadHeader(absl::Duration time) {
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

void HttpConnection::HeaderRead(ErrorCode error) {
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

void HttpConnection::ReadBody() {
  ExpireAfter(server_.limits_.body_time);
  http::async_read(stream_, buffer_, *parser_,
                   [self = shared_from_this()](ErrorCode error, size_t) {
                     if (error) return self->Unreadable(error);
                     self->Handle();
                   });
}

void HttpConnection::Handle() {
  stream_.expires_never();
  HttpRequest request = parser_->release();
  parser_.reset();
  server_.handler_(NewTurn(shared_from_this(), std::move(request)));
}

void HttpConnection::Unreadable(ErrorCode error) {
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

void HttpConnection::Refuse(http::status status, std::string_view message) {
  const auto type = parser_->get()[http::field::content_type];
  auto response =
      std::make_shared<HttpResponse>(server_.refuse_(status, message, {type.data(), type.size()}));
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

void HttpConnection::Linger(size_t drained) {
  stream_.async_read_some(asio::buffer(drain_),
                          [self = shared_from_this(), drained](ErrorCode error, size_t n) {
                            if (error || drained + n > kLingerBytes) return self->Close();
                            self->Linger(drained + n);
                          });
}

}  // namespace ip::gateway
