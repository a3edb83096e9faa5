// A connection that breaks at the worst moment: a proxy before the database that cuts at COMMIT.
#ifndef LIB_TESTING_CUTTING_PROXY_H_
#define LIB_TESTING_CUTTING_PROXY_H_

#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"

namespace ip::testing {

enum class Cut {
  kNever,
  kBeforeCommit,  // the server never sees the COMMIT
  kAfterCommit,   // the server commits, its answer is lost
};

// Listens on a unix socket of its own and forwards to `server_socket`.
class CuttingProxy {
 public:
  explicit CuttingProxy(const std::string& server_socket);
  ~CuttingProxy();

  const std::string& socket() const { return socket_; }
  // Arms the proxy for the next COMMIT on any connection; after one cut it forwards faithfully
  // again.
  void Arm(Cut cut) { cut_ = cut; }
  // Whether the armed cut has happened.
  bool done() const { return cut_ == Cut::kNever; }

 private:
  void Accept();
  void Forward(int client, int server);

  const std::string server_socket_;
  std::string dir_;
  std::string socket_;
  int listener_ = -1;
  std::atomic<Cut> cut_ = Cut::kNever;
  absl::Mutex mutex_;
  std::vector<int> open_ ABSL_GUARDED_BY(mutex_);
  std::vector<std::thread> forwarders_;
  std::thread acceptor_;
};

}  // namespace ip::testing

#endif  // LIB_TESTING_CUTTING_PROXY_H_
