// TLS 1.3 in front of both faces: takes the encryption off and hands what is inside to the front
// door, as if it had come in the clear.
#ifndef GATEWAY_DOORS_TLS_DOOR_H_
#define GATEWAY_DOORS_TLS_DOOR_H_

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>  // before asio, which forgets it (Boost 1.74)

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "lib/rpc/options.h"

namespace ip::gateway {

class TlsDoor {
 public:
  // The inner end of a connection: a local socket, and the client's address.
  using Inside = std::function<void(boost::asio::ip::tcp::socket, const std::string& peer)>;

  // `files.cert_file` and `key_file` are read again when they change, for new connections; a pair
  // that does not fit is reported and the old one kept.
  // Errors: FAILED_PRECONDITION when they cannot be used.
  static absl::StatusOr<std::unique_ptr<TlsDoor>> Open(const rpc::TlsFiles& files);

  // Shakes hands (within 10 s), then calls `inside` and carries bytes until either side ends.
  // `first` are the bytes that were read already. ALPN: "http/1.1" for whoever offers it, "h2" for
  // the others, which are gRPC clients.
  void Take(boost::asio::ip::tcp::socket socket, std::string_view first, std::string peer,
            Inside inside);

 private:
  explicit TlsDoor(rpc::TlsFiles files) : files_(std::move(files)) {}
  using Context = std::shared_ptr<boost::asio::ssl::context>;
  absl::StatusOr<Context> Load() const;
  Context Current();

  const rpc::TlsFiles files_;
  std::mutex mutex_;
  Context context_;
  std::filesystem::file_time_type changed_{};
  absl::Time looked_ = absl::InfinitePast();
};

// Whether a connection that begins so speaks TLS.
inline bool BeginsTls(std::string_view first) { return !first.empty() && first[0] == 0x16; }

}  // namespace ip::gateway

#endif  // GATEWAY_DOORS_TLS_DOOR_H_
