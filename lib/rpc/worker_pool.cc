#include "lib/rpc/worker_pool.h"

#include <utility>

namespace ip::rpc {

WorkerPool::WorkerPool(int workers, size_t queue_limit) : limit_(queue_limit) {
  for (int i = 0; i < workers; ++i) threads_.emplace_back([this] { Work(); });
}

bool WorkerPool::Submit(std::function<void()> task) {
  {
    const std::lock_guard lock(mutex_);
    if (stopped_ || queue_.size() >= limit_) return false;
    queue_.push_back(std::move(task));
    WakeOne();
  }
  return true;
}

void WorkerPool::WakeOne() {
  if (waking_ || idle_ == 0 || queue_.empty()) return;
  waking_ = true;
  wake_.notify_one();
}

void WorkerPool::Stop() {
  {
    const std::lock_guard lock(mutex_);
    stopped_ = true;
  }
  wake_.notify_all();
  for (auto& thread : threads_) {
    if (thread.joinable()) thread.join();
  }
}

size_t WorkerPool::depth() const {
  const std::lock_guard lock(mutex_);
  return queue_.size();
}

void WorkerPool::Work() {
  std::unique_lock lock(mutex_);
  for (;;) {
    if (queue_.empty() && !stopped_) {
      ++idle_;
      wake_.wait(lock, [this] { return stopped_ || waking_; });
      --idle_;
      waking_ = false;
      if (queue_.empty() && !stopped_) continue;  // a busy worker was faster
    }
    if (queue_.empty()) return;
    std::function<void()> task = std::move(queue_.front());
    queue_.pop_front();
    WakeOne();
    lock.unlock();
    task();
    task = nullptr;
    lock.lock();
  }
}

bool StreamThreads::Start(std::function<void()> task) {
  std::unique_lock lock(mutex_);
  JoinFinished(lock);
  if (stopped_ || running_.size() >= limit_) return false;
  std::thread thread([this, task = std::move(task)] {
    task();
    const std::lock_guard done(mutex_);
    const auto self = running_.find(std::this_thread::get_id());
    finished_.push_back(std::move(self->second));
    running_.erase(self);
    ended_.notify_all();
  });
  running_.emplace(thread.get_id(), std::move(thread));
  return true;
}

void StreamThreads::Stop() {
  std::unique_lock lock(mutex_);
  stopped_ = true;
  ended_.wait(lock, [this] { return running_.empty(); });
  JoinFinished(lock);
}

void StreamThreads::JoinFinished(std::unique_lock<std::mutex>& lock) {
  std::vector<std::thread> finished = std::exchange(finished_, {});
  lock.unlock();
  for (auto& thread : finished) thread.join();
  lock.lock();
}

}  // namespace ip::rpc
