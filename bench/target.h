// The service that a benchmark measures, and what stands beside it; started by bench/parts.py.
#ifndef BENCH_TARGET_H_
#define BENCH_TARGET_H_

#include <cstdint>
#include <string>
#include <vector>

#include "bench/harness.h"

namespace ip::bench {

struct Server {
  std::string address;    // host:port; empty when there is none
  std::vector<int> pids;  // whose CPU time counts
};

// What the flags say.
struct Target {
  std::string schema;  // of the service
  Server service;
  int64_t size = 0;  // how many plans or notices it holds
  Server small;      // the same service with few of them
  int64_t small_size = 0;
  Server twin;          // the same calls on Node, on the same tables (bench/node/twin)
  int connections = 0;  // of each raw loop: as many as the service has workers
};
Target TargetFromFlags();

// "1,2,3" as numbers.
std::vector<int> Pids(const std::string& list);

// Adds the twin to those who take turns, when there is one; `work` makes its load.
void AddTwin(const Server& twin, const Work& work, std::vector<Contender>& contenders);

}  // namespace ip::bench

#endif  // BENCH_TARGET_H_
