#include "gateway/doors/tls_door.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/ssl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>
#include <chrono>
#include <cstring>
#include <vector>

#include "absl/strings/str_cat.h"
#include "lib/base/clock.h"
#include "lib/base/log.h"

namespace ip::gateway {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using Local = asio::local::stream_protocol;
using ErrorCode = boost::system::error_code;

constexpr std::chrono::seconds kHandshakeTime(10);
constexpr unsigned kUnackedTime = 30'000;  // ms; a client that reads nothing is cut
constexpr absl::Duration kBetweenLooks = absl::Seconds(5);
constexpr size_t kBuffer = size_t{16} * 1024;

int ChooseProtocol(SSL*, const unsigned char** out, unsigned char* out_size,
                   const unsigned char* offered, unsigned int offered_size, void*) {
  static constexpr unsigned char kOurs[] = "\x08http/1.1\x02h2";
  unsigned char* chosen = nullptr;
  const int result =
      SSL_select_next_proto(&chosen, out_size, kOurs, sizeof(kOurs) - 1, offered, offered_size);
  *out = chosen;
  return result == OPENSSL_NPN_NEGOTIATED ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_ALERT_FATAL;
}

// Two ends of a local connection. The outer end is named after the client, so that whoever asks the
// inner end for its peer learns the address.
bool MakePair(const std::string& peer, int ends[2]) {
  static std::atomic<uint64_t> number = 0;
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends) != 0) return false;
  sockaddr_un name = {};
  name.sun_family = AF_UNIX;
  // Abstract: no file. The name has to be unique.
  const std::string text = absl::StrCat("ip-tls|", peer, "|", getpid(), "|", ++number);
  const size_t size = std::min(text.size(), sizeof(name.sun_path) - 1);
  std::memcpy(name.sun_path + 1, text.data(), size);
  const auto length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + 1 + size);
  if (bind(ends[0], reinterpret_cast<const sockaddr*>(&name), length) == 0) return true;
  close(ends[0]);
  close(ends[1]);
  return false;
}

// Carries bytes both ways. Everything runs on the strand of the client's socket.
class Relay : public std::enable_shared_from_this<Relay> {
 public:
  Relay(tcp::socket socket, std::shared_ptr<asio::ssl::context> context, std::string_view first,
        std::string peer, TlsDoor::Inside inside)
      : context_(std::move(context)),
        outer_(std::move(socket), *context_),
        inner_(outer_.get_executor()),
        timer_(outer_.get_executor()),
        first_(first.begin(), first.end()),
        peer_(std::move(peer)),
        inside_(std::move(inside)) {}

  void Begin() {
    const int fd = outer_.next_layer().native_handle();
    setsockopt(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &kUnackedTime, sizeof(kUnackedTime));
    timer_.expires_after(kHandshakeTime);
    timer_.async_wait([self = shared_from_this()](ErrorCode error) {
      if (!error) self->Close();
    });
    outer_.async_handshake(asio::ssl::stream_base::server, asio::buffer(first_),
                           [self = shared_from_this()](ErrorCode error, size_t) {
                             self->timer_.cancel();
                             if (error) return self->Close();
                             self->Connect();
                           });
  }

 private:
  void Connect() {
    int ends[2];
    if (!MakePair(peer_, ends)) return Close();
    ErrorCode error;
    inner_.assign(Local(), ends[0], error);
    tcp::socket inside(outer_.get_executor());
    if (!error) inside.assign(tcp::v4(), ends[1], error);  // only reads and writes are asked of it
    if (error) return Close();
    inside_(std::move(inside), peer_);
    In();
    Out();
  }

  void In() {
    outer_.async_read_some(asio::buffer(in_), [self = shared_from_this()](ErrorCode e, size_t n) {
      if (e) return self->EndIn();
      asio::async_write(self->inner_, asio::buffer(self->in_.data(), n),
                        [self](ErrorCode failed, size_t) {
                          if (failed) return self->Close();
                          self->In();
                        });
    });
  }
  // The client says no more; it may still wait for answers.
  void EndIn() {
    ErrorCode ignored;
    inner_.shutdown(Local::socket::shutdown_send, ignored);
  }

  void Out() {
    inner_.async_read_some(asio::buffer(out_), [self = shared_from_this()](ErrorCode e, size_t n) {
      if (e) return self->EndOut();
      asio::async_write(self->outer_, asio::buffer(self->out_.data(), n),
                        [self](ErrorCode failed, size_t) {
                          if (failed) return self->Close();
                          self->Out();
                        });
    });
  }
  void EndOut() {
    outer_.async_shutdown([self = shared_from_this()](ErrorCode) { self->Close(); });
    timer_.expires_after(kHandshakeTime);
    timer_.async_wait([self = shared_from_this()](ErrorCode error) {
      if (!error) self->Close();
    });
  }

  void Close() {
    ErrorCode ignored;
    timer_.cancel();
    outer_.next_layer().close(ignored);
    inner_.close(ignored);
  }

  const std::shared_ptr<asio::ssl::context> context_;
  asio::ssl::stream<tcp::socket> outer_;
  Local::socket inner_;
  asio::steady_timer timer_;
  const std::vector<char> first_;
  const std::string peer_;
  const TlsDoor::Inside inside_;
  std::array<char, kBuffer> in_;
  std::array<char, kBuffer> out_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<TlsDoor>> TlsDoor::Open(const rpc::TlsFiles& files) {
  std::unique_ptr<TlsDoor> self(new TlsDoor(files));
  auto context = self->Load();
  if (!context.ok()) return context.status();
  self->context_ = *std::move(context);
  std::error_code error;
  self->changed_ = std::filesystem::last_write_time(files.cert_file, error);
  return self;
}

absl::StatusOr<TlsDoor::Context> TlsDoor::Load() const {
  auto context = std::make_shared<asio::ssl::context>(asio::ssl::context::tls_server);
  SSL_CTX_set_min_proto_version(context->native_handle(), TLS1_3_VERSION);
  SSL_CTX_set_alpn_select_cb(context->native_handle(), ChooseProtocol, nullptr);
  ErrorCode error;
  context->use_certificate_chain_file(files_.cert_file, error);
  if (!error) context->use_private_key_file(files_.key_file, asio::ssl::context::pem, error);
  if (error || SSL_CTX_check_private_key(context->native_handle()) != 1) {
    return absl::FailedPreconditionError(absl::StrCat("the TLS files ", files_.cert_file, " and ",
                                                      files_.key_file,
                                                      " are no certificate with its key"));
  }
  return context;
}

TlsDoor::Context TlsDoor::Current() {
  const std::lock_guard lock(mutex_);
  const absl::Time now = SystemClock().Now();
  if (now < looked_ + kBetweenLooks) return context_;
  looked_ = now;
  std::error_code error;
  const auto changed = std::filesystem::last_write_time(files_.cert_file, error);
  if (error || changed == changed_) return context_;
  auto fresh = Load();
  if (fresh.ok()) {
    context_ = *std::move(fresh);
    changed_ = changed;
    Log(Severity::kInfo, "certificate_renewed");
  } else {  // the key may still be on its way
    Log(Severity::kWarning, "certificate_unusable",
        {{"why", std::string(fresh.status().message())}});
  }
  return context_;
}

void TlsDoor::Take(tcp::socket socket, std::string_view first, std::string peer, Inside inside) {
  std::make_shared<Relay>(std::move(socket), Current(), first, std::move(peer), std::move(inside))
      ->Begin();
}

}  // namespace ip::gateway
