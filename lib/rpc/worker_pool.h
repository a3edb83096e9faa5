// Threads for handlers: a bounded pool for unary calls, a thread each for streams. Handlers block
// (on the database), and blocking in gRPC's own threads starves all other calls.
#ifndef LIB_RPC_WORKER_POOL_H_
#define LIB_RPC_WORKER_POOL_H_

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <thread>
#include <vector>

namespace ip::rpc {

class WorkerPool {
 public:
  WorkerPool(int workers, size_t queue_limit);
  ~WorkerPool() { Stop(); }

  // False when `queue_limit` tasks wait already, or after Stop: the task is not taken.
  bool Submit(std::function<void()> task);
  // Runs what is queued, then ends the threads.
  void Stop();
  size_t depth() const;

 private:
  void Work();
  // One worker is woken at a time, and wakes the next when there is more to do: waking one per task
  // costs more than short tasks do.
  void WakeOne();

  const size_t limit_;
  mutable std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<std::function<void()>> queue_;
  int idle_ = 0;
  bool waking_ = false;
  bool stopped_ = false;
  std::vector<std::thread> threads_;
};

class StreamThreads {
 public:
  explicit StreamThreads(size_t limit) : limit_(limit) {}
  ~StreamThreads() { Stop(); }

  // False when `limit` streams run already, or after Stop: the task is not taken.
  bool Start(std::function<void()> task);
  // Waits for all streams to end; they are told to by Lifetime::Stop.
  void Stop();

 private:
  void JoinFinished(std::unique_lock<std::mutex>& lock);

  const size_t limit_;
  std::mutex mutex_;
  std::condition_variable ended_;
  std::map<std::thread::id, std::thread> running_;
  std::vector<std::thread> finished_;
  bool stopped_ = false;
};

}  // namespace ip::rpc

#endif  // LIB_RPC_WORKER_POOL_H_
