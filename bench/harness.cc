#include "bench/harness.h"

#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <nlohmann/json.hpp>
#include <sstream>
#include <thread>

#include "absl/flags/flag.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "lib/base/clock.h"

ABSL_FLAG(std::string, only, "", "Benchmarks to run, separated by commas; all when empty.");
ABSL_FLAG(double, seconds, 2, "How long each contender runs in each round.");
ABSL_FLAG(int, rounds, 3, "How often the contenders take turns.");

namespace ip::bench {
namespace {

using nlohmann::json;

constexpr double kWarmUp = 0.3;  // seconds

double At(const Latencies& sorted, double part) {
  if (sorted.empty()) return 0;
  const auto last = static_cast<double>(sorted.size() - 1);
  return static_cast<double>(sorted[static_cast<size_t>(last * part)]);
}

double Median(std::vector<double> values) {
  if (values.empty()) return 0;
  std::sort(values.begin(), values.end());
  const size_t middle = values.size() / 2;
  return values.size() % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
}

template <class F>
double MedianOf(const std::vector<Sample>& samples, const F& field) {
  std::vector<double> values;
  for (const Sample& sample : samples) values.push_back(field(sample));
  return Median(values);
}

// The median of what the rounds say, each round for itself.
template <class F>
double MedianRatio(const std::vector<Sample>& a, const std::vector<Sample>& b, const F& field) {
  std::vector<double> ratios;
  for (size_t i = 0; i < a.size(); ++i) {
    if (field(b[i]) > 0) ratios.push_back(field(a[i]) / field(b[i]));
  }
  return Median(ratios);
}

double CpuOf(const Contender& contender) {
  double seconds = 0;
  for (const int pid : contender.watched) seconds += CpuSeconds(pid);
  return seconds;
}

Sample Measure(const Contender& contender, double seconds) {
  if (contender.prepare) contender.prepare();
  const double cpu = CpuOf(contender);
  const absl::Time begin = SystemClock().Now();
  Latencies latencies = contender.work(begin + absl::Seconds(seconds));
  const double took = absl::ToDoubleSeconds(SystemClock().Now() - begin);
  const double used = CpuOf(contender) - cpu;
  if (latencies.empty()) Fail(absl::StrCat(contender.name, ": not one operation was done"));
  std::sort(latencies.begin(), latencies.end());
  const auto count = static_cast<double>(latencies.size()) * contender.amount;
  return {count / took, At(latencies, 0.5), At(latencies, 0.99), used / count * 1e6};
}

double Rounded(double value) {
  // Three digits say all that such measurements know.
  char text[32];
  std::snprintf(text, sizeof text, "%.4g", value);
  return std::atof(text);
}

const auto kRate = [](const Sample& s) { return s.rate; };
const auto kP50 = [](const Sample& s) { return s.p50_us; };
const auto kP99 = [](const Sample& s) { return s.p99_us; };
const auto kCpu = [](const Sample& s) { return s.cpu_us; };

json JudgementOf(const Aim& aim, double ratio, double cpu, double growth) {
  switch (aim.measure) {
    case Aim::Measure::kRatio:
      return {{"measure", "ratio"}, {"at_least", aim.bound}, {"met", ratio >= aim.bound}};
    case Aim::Measure::kServerCpu:
      return {{"measure", "server_cpu_us"}, {"at_most", aim.bound}, {"met", cpu <= aim.bound}};
    case Aim::Measure::kP99Growth:
      return {{"measure", "p99_growth"}, {"at_most", aim.bound}, {"met", growth <= aim.bound}};
  }
  return {};
}

}  // namespace

bool Wanted(const std::string& name) {
  const std::string only = absl::GetFlag(FLAGS_only);
  if (only.empty()) return true;
  for (const absl::string_view word : absl::StrSplit(only, ',')) {
    if (name == word || absl::StartsWith(name, absl::StrCat(word, "."))) return true;
  }
  return false;
}

Plan PlanFromFlags() { return {absl::GetFlag(FLAGS_seconds), absl::GetFlag(FLAGS_rounds)}; }

void Compare(const std::string& name, int64_t size, const std::vector<Contender>& contenders,
             const std::vector<Aim>& aims, const std::string& unit) {
  const Plan plan = PlanFromFlags();
  for (const Contender& contender : contenders) {
    if (contender.prepare) contender.prepare();
    contender.work(SystemClock().Now() + absl::Seconds(kWarmUp));
  }
  std::vector<Samples> samples(contenders.size());
  for (int round = 0; round < plan.rounds; ++round) {
    for (size_t i = 0; i < contenders.size(); ++i) {
      Progress(absl::StrCat(name, ": ", contenders[i].name), round + 1, plan.rounds);
      samples[i].push_back(Measure(contenders[i], plan.seconds));
    }
  }
  for (size_t i = 1; i < contenders.size(); ++i) {
    Judge(name, size, samples[0], contenders[i].name, samples[i],
          i == 1 ? aims : std::vector<Aim>(), unit);
  }
}

void Judge(const std::string& name, int64_t size, const Samples& ours, const std::string& ceiling,
           const Samples& its, const std::vector<Aim>& aims, const std::string& unit) {
  const double ratio = MedianRatio(ours, its, kRate);
  const double growth = MedianRatio(ours, its, kP99);
  const double cpu = MedianOf(ours, kCpu);
  json line{{"name", name},
            {"size", size},
            {"value", Rounded(MedianOf(ours, kRate))},
            {"unit", unit},
            {"ceiling", ceiling},
            {"ceiling_value", Rounded(MedianOf(its, kRate))},
            {"ratio", Rounded(ratio)}};
  const auto add = [&](const char* key, double value) {
    if (value > 0) line[key] = Rounded(value);
  };
  add("p50_us", MedianOf(ours, kP50));
  add("p99_us", MedianOf(ours, kP99));
  add("ceiling_p50_us", MedianOf(its, kP50));
  add("ceiling_p99_us", MedianOf(its, kP99));
  add("p99_growth", growth);
  add("server_cpu_us", cpu);
  add("ceiling_cpu_us", MedianOf(its, kCpu));
  for (const Aim& aim : aims) line["aims"].push_back(JudgementOf(aim, ratio, cpu, growth));
  std::cout << line.dump() << std::endl;
}

void Tell(const std::string& name, int64_t size, double value, const std::string& unit) {
  std::cout
      << json{{"name", name}, {"size", size}, {"value", Rounded(value)}, {"unit", unit}}.dump()
      << std::endl;
}

void Progress(const std::string& what, int64_t done, int64_t all) {
  static const bool tty = isatty(STDERR_FILENO) == 1;
  static std::string last;
  const std::string text =
      absl::StrCat("  ", what, " ", done * 100 / std::max<int64_t>(1, all), " %");
  if (text == last) return;
  // In a file only the beginning and the end are worth a line.
  if (tty) {
    std::cerr << "\r" << text << "\x1b[K" << (done >= all ? "\n" : "") << std::flush;
  } else if (done >= all) {
    std::cerr << text << std::endl;
  }
  last = text;
}

void Fail(const std::string& why) {
  std::cerr << "error: " << why << std::endl;
  std::_Exit(1);
}

double CpuSeconds(int pid) {
  std::ifstream file(absl::StrCat("/proc/", pid, "/stat"));
  std::string line;
  std::getline(file, line);
  // The second field is the program's name in brackets and may hold blanks.
  std::istringstream rest(line.substr(line.rfind(')') + 1));
  std::string word;
  double ticks = 0;
  for (int field = 3; field <= 15 && rest >> word; ++field) {
    if (field >= 14) ticks += std::atof(word.c_str());
  }
  return ticks / static_cast<double>(sysconf(_SC_CLK_TCK));
}

double ResidentMegabytes(int pid) {
  std::ifstream file(absl::StrCat("/proc/", pid, "/status"));
  for (std::string line; std::getline(file, line);) {
    if (absl::StartsWith(line, "VmRSS:")) return std::atof(line.c_str() + 6) / 1024;
  }
  return 0;
}

Work InThreads(int threads, std::function<void(int thread)> operation) {
  return [threads, operation = std::move(operation)](absl::Time end) {
    std::vector<Latencies> each(static_cast<size_t>(threads));
    std::vector<std::thread> running;
    for (int i = 0; i < threads; ++i) {
      running.emplace_back([&, i] {
        Latencies& mine = each[static_cast<size_t>(i)];
        for (absl::Time now = SystemClock().Now(); now < end;) {
          operation(i);
          const absl::Time after = SystemClock().Now();
          mine.push_back(absl::ToInt64Microseconds(after - now));
          now = after;
        }
      });
    }
    for (std::thread& thread : running) thread.join();
    Latencies all;
    for (const Latencies& mine : each) all.insert(all.end(), mine.begin(), mine.end());
    return all;
  };
}

}  // namespace ip::bench
