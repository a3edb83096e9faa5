// An empty handler behind our dispatcher against its ceiling: the same handler as a generated
// callback service without any of our wrapper. Client and server share the machine; the servers run
// in child processes, so that their CPU time can be told apart.
//
//   rpc_bench [--json FILE] [seconds per round] [rounds]
#include <grpcpp/create_channel.h>
#include <grpcpp/server_builder.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "lib/base/clock.h"
#include "lib/base/log.h"
#include "lib/rpc/server.h"
#include "lib/rpc/testing/probe.grpc.pb.h"

namespace ip::rpc {
namespace {

using individuellplan::testing::v1::ProbeRequest;
using individuellplan::testing::v1::ProbeResponse;
using individuellplan::testing::v1::ProbeService;

constexpr int kOutstanding = 32;

class Bare final : public ProbeService::CallbackService {
  grpc::ServerUnaryReactor* Get(grpc::CallbackServerContext* context, const ProbeRequest*,
                                ProbeResponse* response) override {
    response->set_number(1);
    auto* reactor = context->DefaultReactor();
    reactor->Finish(grpc::Status::OK);
    return reactor;
  }
};

void Tell(int pipe, int port) {
  if (write(pipe, &port, sizeof(port)) != sizeof(port)) std::abort();
}

void ServeBare(int pipe) {
  Bare service;
  int port = 0;
  grpc::ServerBuilder builder;
  builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port);
  builder.RegisterService(&service);
  const auto server = builder.BuildAndStart();
  Tell(pipe, port);
  server->Wait();
}

void ServeOurs(int pipe, bool log) {
  // The line of each call is written, to nowhere: what it costs us belongs to the measurement.
  InitLog("bench", log ? Severity::kInfo : Severity::kError);
  if (std::freopen("/dev/null", "w", stderr) == nullptr) std::abort();
  Router router;
  router.Unary<ProbeRequest, ProbeResponse>(
      "individuellplan.testing.v1.ProbeService", "Get",
      [](CallContext&, const ProbeRequest&) -> absl::StatusOr<ProbeResponse> {
        ProbeResponse response;
        response.set_number(1);
        return response;
      });
  ServerOptions options;
  options.authenticate = [](std::string_view) -> absl::StatusOr<Caller> {
    Caller caller;
    caller.person = "persons/bench";
    caller.role = individuellplan::type::v1::CITIZEN;
    return caller;
  };
  auto server = Server::Start(std::move(router), options);
  if (!server.ok()) std::abort();
  Tell(pipe, (*server)->port());
  pause();
}

struct Child {
  explicit Child(void (*serve)(int)) {
    int ends[2];
    if (pipe(ends) != 0) std::abort();
    pid = fork();
    if (pid == 0) {
      serve(ends[1]);
      _exit(0);
    }
    if (read(ends[0], &port, sizeof(port)) != sizeof(port)) std::abort();
  }
  ~Child() {
    kill(pid, SIGKILL);
    waitpid(pid, nullptr, 0);
  }
  double CpuSeconds() const {
    std::ifstream file("/proc/" + std::to_string(pid) + "/stat");
    std::string word;
    double ticks = 0;
    for (int i = 1; i <= 15 && file >> word; ++i) {
      if (i >= 14) ticks += std::atof(word.c_str());
    }
    return ticks / static_cast<double>(sysconf(_SC_CLK_TCK));
  }
  pid_t pid = 0;
  int port = 0;
};

struct Result {
  double calls_per_second = 0;
  double cpu_us = 0;
  int64_t p50_us = 0;
  int64_t p99_us = 0;
};

// A closed loop of kOutstanding calls.
class Load {
 public:
  explicit Load(int port)
      : stub_(ProbeService::NewStub(grpc::CreateChannel("127.0.0.1:" + std::to_string(port),
                                                        grpc::InsecureChannelCredentials()))) {}

  std::vector<int64_t> Run(double seconds) {
    end_ = SystemClock().Now() + absl::Seconds(seconds);
    running_ = kOutstanding;
    for (int i = 0; i < kOutstanding; ++i) Next();
    std::unique_lock lock(mutex_);
    done_.wait(lock, [this] { return running_ == 0; });
    return std::exchange(micros_, {});
  }

 private:
  struct Flight {
    grpc::ClientContext context;
    ProbeRequest request;
    ProbeResponse response;
    absl::Time start = SystemClock().Now();
  };

  void Next() {
    auto* flight = new Flight;
    flight->context.AddMetadata("x-ip-identity", "bench");
    flight->context.set_deadline(absl::ToChronoTime(flight->start + absl::Seconds(5)));
    stub_->async()->Get(&flight->context, &flight->request, &flight->response,
                        [this, flight](grpc::Status status) {
                          if (!status.ok()) std::abort();
                          const absl::Time now = SystemClock().Now();
                          {
                            const std::lock_guard lock(mutex_);
                            micros_.push_back(absl::ToInt64Microseconds(now - flight->start));
                            if (now >= end_ && --running_ == 0) done_.notify_all();
                          }
                          if (now < end_) Next();
                          delete flight;
                        });
  }

  std::unique_ptr<ProbeService::Stub> stub_;
  absl::Time end_;
  std::mutex mutex_;
  std::condition_variable done_;
  int running_ = 0;
  std::vector<int64_t> micros_;
};

Result Measure(const Child& child, Load& load, double seconds) {
  const double cpu = child.CpuSeconds();
  std::vector<int64_t> micros = load.Run(seconds);
  const double used = child.CpuSeconds() - cpu;
  std::sort(micros.begin(), micros.end());
  const auto count = static_cast<double>(micros.size());
  return {count / seconds, used / count * 1e6, micros[micros.size() / 2],
          micros[micros.size() * 99 / 100]};
}

Result Median(std::vector<Result> results) {
  std::sort(results.begin(), results.end(),
            [](const auto& a, const auto& b) { return a.calls_per_second < b.calls_per_second; });
  return results[results.size() / 2];
}

int Main(int argc, char** argv) {
  std::string json;
  std::vector<double> numbers;
  for (int i = 1; i < argc; ++i) {
    if (std::string(argv[i]) == "--json" && i + 1 < argc) {
      json = argv[++i];
    } else {
      numbers.push_back(std::atof(argv[i]));
    }
  }
  const double seconds = !numbers.empty() ? numbers[0] : 2;
  const int rounds = numbers.size() > 1 ? static_cast<int>(numbers[1]) : 5;

  // Children first: gRPC does not survive a fork.
  const Child bare(ServeBare);
  const Child ours([](int pipe) { ServeOurs(pipe, true); });
  const Child quiet([](int pipe) { ServeOurs(pipe, false); });
  const char* names[] = {"rpc.bare", "rpc.dispatch", "rpc.dispatch_unlogged"};
  const Child* children[] = {&bare, &ours, &quiet};
  std::vector<std::unique_ptr<Load>> loads;
  std::vector<std::vector<Result>> results(3);
  for (const Child* child : children) {
    loads.push_back(std::make_unique<Load>(child->port));
    loads.back()->Run(0.3);
  }
  for (int round = 0; round < rounds; ++round) {
    for (size_t i = 0; i < 3; ++i) {
      results[i].push_back(Measure(*children[i], *loads[i], seconds));
    }
  }
  const Result ceiling = Median(results[0]);
  std::printf("%-24s %10s %8s %8s %10s %6s\n", "name", "calls/s", "p50 us", "p99 us", "cpu us/call",
              "ratio");
  for (size_t i = 0; i < 3; ++i) {
    const Result r = Median(results[i]);
    const double ratio = r.calls_per_second / ceiling.calls_per_second;
    std::printf("%-24s %10.0f %8lld %8lld %10.1f %6.2f\n", names[i], r.calls_per_second,
                static_cast<long long>(r.p50_us), static_cast<long long>(r.p99_us), r.cpu_us,
                ratio);
    if (json.empty()) continue;
    std::ofstream(json, std::ios::app)
        << "{\"name\":\"" << names[i] << "\",\"size\":" << kOutstanding
        << ",\"value\":" << r.calls_per_second << ",\"unit\":\"calls/s\",\"ceiling\":\"rpc.bare\""
        << ",\"ceiling_value\":" << ceiling.calls_per_second << ",\"ratio\":" << ratio
        << ",\"p50_us\":" << r.p50_us << ",\"p99_us\":" << r.p99_us
        << ",\"server_cpu_us\":" << r.cpu_us << "}\n";
  }
  return 0;
}

}  // namespace
}  // namespace ip::rpc

int main(int argc, char** argv) { return ip::rpc::Main(argc, argv); }
