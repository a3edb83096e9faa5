// The whole suite behind its gateway, under the mix of calls of a working day: where it bends, what
// happens beyond that, and how it is afterwards.
#include <algorithm>
#include <filesystem>
#include <iostream>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "absl/flags/flag.h"
#include "absl/strings/str_cat.h"
#include "bench/calls.h"
#include "bench/open_load.h"
#include "bench/target.h"
#include "lib/base/clock.h"
#include "lib/rpc/flags.h"

ABSL_FLAG(std::string, gateway, "", "Where the gateway listens: host:port.");
ABSL_FLAG(std::string, suite_pids, "", "The suite's processes, the gateway first.");
ABSL_FLAG(double, knee_from, 50, "The rate to begin with, in operations per second.");
ABSL_FLAG(double, phase_seconds, 10, "How long each rate is held.");
ABSL_FLAG(double, soak_rate, 20, "The rate of a soak.");
ABSL_FLAG(double, soak_minutes, 0, "Soak for so long instead of searching the knee.");

namespace ip::bench {
namespace {

using nlohmann::json;

// Where people begin to wait: one in a hundred operations takes longer, or one is refused.
constexpr int64_t kPatienceMicros = 250'000;
constexpr double kStep = 1.3;
constexpr int kMostUnderWay = 4000;

int64_t At(Latencies& micros, double part) {
  if (micros.empty()) return 0;
  const auto n = static_cast<long>(static_cast<double>(micros.size() - 1) * part);
  std::nth_element(micros.begin(), micros.begin() + n, micros.end());
  return micros[static_cast<size_t>(n)];
}

int OpenFiles(int pid) {
  const std::filesystem::directory_iterator files(absl::StrCat("/proc/", pid, "/fd"));
  return static_cast<int>(std::distance(begin(files), end(files)));
}

class MixBench {
 public:
  // The rate is raised until people begin to wait; then twice the knee, then half of it.
  void Knee(const Calls::Mix& mix) {
    double knee = 0;
    for (double rate = absl::GetFlag(FLAGS_knee_from);; rate *= kStep) {
      if (!Phase(mix, rate, "rising")) break;
      knee = rate;
    }
    Phase(mix, 2 * knee, "twice the knee");
    Phase(mix, 5 * knee, "five times the knee");
    Phase(mix, knee / 2, "afterwards");
    Tell(absl::StrCat("mix.", mix.name), 0, knee, "operations/s at the knee");
  }

  // A line each minute: rate, latencies, memory and open files of each process.
  void Soak(const Calls::Mix& mix) {
    const absl::Time end = SystemClock().Now() + absl::Minutes(absl::GetFlag(FLAGS_soak_minutes));
    while (SystemClock().Now() < end) {
      Hold(mix, absl::GetFlag(FLAGS_soak_rate), absl::Minutes(1), "soak");
    }
  }

 private:
  // Whether nobody had to wait.
  bool Phase(const Calls::Mix& mix, double rate, const std::string& phase) {
    return Hold(mix, rate, absl::Seconds(absl::GetFlag(FLAGS_phase_seconds)), phase);
  }

  bool Hold(const Calls::Mix& mix, double rate, absl::Duration time, const std::string& phase) {
    OpenLoad load({.address = absl::GetFlag(FLAGS_gateway),
                   .outstanding = kMostUnderWay,
                   .channels = 64,
                   .token_header = "authorization"},
                  [&] { return calls_.Next(mix); });
    double cpu = 0;
    for (const int pid : pids_) cpu -= CpuSeconds(pid);
    const absl::Time begin = SystemClock().Now();
    Outcome outcome = load.Run(rate, begin + time);
    const double took = absl::ToDoubleSeconds(SystemClock().Now() - begin);
    for (const int pid : pids_) cpu += CpuSeconds(pid);
    const int64_t p99 = At(outcome.micros, 0.99);
    const int64_t done = outcome.Count(0);
    json line{{"name", absl::StrCat("mix.", mix.name)},
              {"phase", phase},
              {"rate", rate},
              {"value", static_cast<double>(done) / took},
              {"unit", "operations/s"},
              {"begun", outcome.begun},
              {"done", done},
              {"given_up", outcome.given_up},
              {"p50_us", At(outcome.micros, 0.5)},
              {"p99_us", p99},
              {"server_cpu_us", done == 0 ? 0 : cpu / static_cast<double>(done) * 1e6}};
    for (const auto& [code, count] : outcome.ended) {
      if (code != 0) line["ended"][absl::StrCat(code)] = count;
    }
    for (const int pid : pids_) {
      line["rss_mb"].push_back(ResidentMegabytes(pid));
      line["files"].push_back(OpenFiles(pid));
    }
    std::cout << line.dump() << std::endl;
    return done == outcome.begun && outcome.given_up == 0 && p99 <= kPatienceMicros;
  }

  Calls calls_;
  const std::vector<int> pids_ = Pids(absl::GetFlag(FLAGS_suite_pids));
};

}  // namespace
}  // namespace ip::bench

int main(int argc, char** argv) {
  using namespace ip::bench;  // NOLINT: the benchmark's own
  ip::rpc::ParseFlags(argc, argv, "Loads the whole suite as a working day does.");
  MixBench bench;
  if (absl::GetFlag(FLAGS_soak_minutes) > 0) {
    bench.Soak(kMondayMorning);
    return 0;
  }
  if (Wanted("mix.monday")) bench.Knee(kMondayMorning);
  if (Wanted("mix.peak")) bench.Knee(kNationalPeak);
}
