// A server in a process of its own, so that its CPU time can be told apart.
#ifndef BENCH_CHILD_H_
#define BENCH_CHILD_H_

#include <functional>
#include <string>

namespace ip::bench {

// Lives until the object dies. Make all children before the first use of gRPC, which does not
// survive a fork.
class Child {
 public:
  // `serve` runs in the child: it calls `listening(port)` once and then serves for ever.
  using Listening = std::function<void(int port)>;
  explicit Child(const std::function<void(const Listening& listening)>& serve);
  ~Child();
  Child(const Child&) = delete;

  int pid() const { return pid_; }
  int port() const { return port_; }
  std::string address() const;

 private:
  int pid_ = 0;
  int port_ = 0;
};

// An empty handler (ProbeService.Get) as a generated callback service, without any wrapper of ours.
void ServeBare(const Child::Listening& listening);
// The same behind our dispatcher; the line that is logged for each call goes nowhere.
void ServeDispatched(const Child::Listening& listening);
void ServeDispatchedUnlogged(const Child::Listening& listening);

inline constexpr char kProbe[] = "/individuellplan.testing.v1.ProbeService/Get";

}  // namespace ip::bench

#endif  // BENCH_CHILD_H_
