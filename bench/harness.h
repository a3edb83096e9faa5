// What all benchmarks share: contenders that take turns, and lines that say how they did.
//
// A benchmark runs beside its ceiling in one process, round by round, so that whatever else the
// machine does meets both; figures are medians over the rounds. Each line of JSON on standard
// output is one comparison (docs/performance.md explains the fields).
#ifndef BENCH_HARNESS_H_
#define BENCH_HARNESS_H_

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "absl/time/time.h"

namespace ip::bench {

// Microseconds that each operation took.
using Latencies = std::vector<int64_t>;

// Does operations until `end`.
using Work = std::function<Latencies(absl::Time end)>;

struct Contender {
  std::string name;
  Work work;
  std::vector<int> watched = {};            // processes whose CPU time counts as the server's
  std::function<void()> prepare = nullptr;  // before each round, not measured
  int amount = 1;                           // what one operation counts for
};

// How a contender did in one round.
struct Sample {
  double rate = 0;  // operations per second
  double p50_us = 0;
  double p99_us = 0;
  double cpu_us = 0;  // of the watched processes, per operation
};

// What a comparison is held to.
struct Aim {
  enum class Measure { kRatio, kServerCpu, kP99Growth };
  Measure measure = Measure::kRatio;
  double bound = 0;  // at least for kRatio, at most for the others
};

struct Plan {
  double seconds = 2;  // each contender in each round
  int rounds = 3;
};

// True when --only names nothing or this benchmark ("plan.get" or "plan").
bool Wanted(const std::string& name);
// From --seconds and --rounds.
Plan PlanFromFlags();

// Runs the contenders in turns. The first is the one measured; for every other one, its ceiling, a
// line is printed. `aims` belong to the first ceiling. `size` is what the benchmark grows with.
void Compare(const std::string& name, int64_t size, const std::vector<Contender>& contenders,
             const std::vector<Aim>& aims = {}, const std::string& unit = "calls/s");

// The same for samples that were taken in another way, one of each round.
using Samples = std::vector<Sample>;
void Judge(const std::string& name, int64_t size, const Samples& ours, const std::string& ceiling,
           const Samples& its, const std::vector<Aim>& aims, const std::string& unit);

// A figure without a ceiling.
void Tell(const std::string& name, int64_t size, double value, const std::string& unit);

// Progress for people, on standard error: "what 40 %".
void Progress(const std::string& what, int64_t done, int64_t all);
// Ends the program with one message.
[[noreturn]] void Fail(const std::string& why);

// CPU seconds that a process has used, and the memory it holds now.
double CpuSeconds(int pid);
double ResidentMegabytes(int pid);

// Runs one operation after the other in each of `threads` threads; `operation(thread)` is not told
// apart from others of its thread.
Work InThreads(int threads, std::function<void(int thread)> operation);

}  // namespace ip::bench

#endif  // BENCH_HARNESS_H_
