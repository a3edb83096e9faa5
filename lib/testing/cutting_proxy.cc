#include "lib/testing/cutting_proxy.h"

#include <poll.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstdio>
#include <cstring>
#include <filesystem>

namespace ip::testing {
namespace {

constexpr char kCommit[] =
    "\x03"
    "COMMIT";  // COM_QUERY and its text, unlike "READ COMMITTED"

sockaddr_un Address(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::strncpy(address.sun_path, path.c_str(), sizeof address.sun_path - 1);
  return address;
}

[[noreturn]] void Die(const char* why) {
  std::perror(why);
  std::abort();
}

// What has come in; empty when the end is closed.
std::string Receive(int from) {
  char buffer[65536];
  const ssize_t n = recv(from, buffer, sizeof buffer, 0);
  return n > 0 ? std::string(buffer, static_cast<size_t>(n)) : "";
}

bool Send(int to, const std::string& data) {
  return send(to, data.data(), data.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(data.size());
}

}  // namespace

CuttingProxy::CuttingProxy(const std::string& server_socket) : server_socket_(server_socket) {
  char pattern[] = "/tmp/ip-proxy-XXXXXX";
  if (mkdtemp(pattern) == nullptr) Die("mkdtemp");
  dir_ = pattern;
  socket_ = dir_ + "/s.sock";
  listener_ = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const sockaddr_un address = Address(socket_);
  if (bind(listener_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
      listen(listener_, 64) != 0) {
    Die("listen");
  }
  acceptor_ = std::thread([this] { Accept(); });
}

CuttingProxy::~CuttingProxy() {
  shutdown(listener_, SHUT_RDWR);
  acceptor_.join();
  {
    absl::MutexLock lock(&mutex_);
    for (int fd : open_) shutdown(fd, SHUT_RDWR);
  }
  for (auto& forwarder : forwarders_) forwarder.join();
  for (int fd : open_) close(fd);
  close(listener_);
  std::filesystem::remove_all(dir_);
}

void CuttingProxy::Accept() {
  for (;;) {
    const int client = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (client < 0) return;
    const int server = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const sockaddr_un address = Address(server_socket_);
    if (connect(server, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
      Die("connect");
    }
    absl::MutexLock lock(&mutex_);
    open_.insert(open_.end(), {client, server});
    forwarders_.emplace_back([this, client, server] { Forward(client, server); });
  }
}

void CuttingProxy::Forward(int client, int server) {
  for (bool up = true; up;) {
    pollfd ends[] = {{client, POLLIN, 0}, {server, POLLIN, 0}};
    if (poll(ends, 2, -1) < 0) break;
    if (ends[0].revents != 0) {
      const std::string data = Receive(client);
      Cut cut = data.find(kCommit) == std::string::npos ? Cut::kNever : cut_.load();
      if (cut == Cut::kBeforeCommit && cut_.exchange(Cut::kNever) == cut) break;
      up = !data.empty() && Send(server, data);
      if (cut == Cut::kAfterCommit && cut_.exchange(Cut::kNever) == cut) {
        Receive(server);
        break;
      }
    }
    if (up && ends[1].revents != 0) {
      const std::string data = Receive(server);
      up = !data.empty() && Send(client, data);
    }
  }
  shutdown(client, SHUT_RDWR);
  shutdown(server, SHUT_RDWR);
}

}  // namespace ip::testing
