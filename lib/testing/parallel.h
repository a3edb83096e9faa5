// The same work on many threads at once.
#ifndef LIB_TESTING_PARALLEL_H_
#define LIB_TESTING_PARALLEL_H_

#include <functional>
#include <thread>
#include <vector>

namespace ip::testing {

// Runs `work` with 0, 1, … on so many threads, and returns when all have ended.
inline void InParallel(int threads, const std::function<void(int)>& work) {
  std::vector<std::thread> all;
  for (int i = 0; i < threads; ++i) all.emplace_back(work, i);
  for (auto& thread : all) thread.join();
}

}  // namespace ip::testing

#endif  // LIB_TESTING_PARALLEL_H_
