// An open loop of gRPC calls: operations begin when their time has come, however the server does.
// That is how people and systems call; a closed loop would spare a server that is overrun.
#ifndef BENCH_OPEN_LOAD_H_
#define BENCH_OPEN_LOAD_H_

#include <grpcpp/generic/generic_stub.h>

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <vector>

#include "bench/grpc_load.h"

namespace ip::bench {

// What came of the operations that were begun in a stretch of time.
struct Outcome {
  int64_t begun = 0;
  // By status code of the call that ended the operation; 0 for those that were completed.
  std::map<int, int64_t> ended;
  // Of completed ones, from the time they were due.
  Latencies micros;
  // Not begun: as many were under way as a client can hold.
  int64_t given_up = 0;

  int64_t Count(int code) const { return ended.contains(code) ? ended.at(code) : 0; }
};

class OpenLoad {
 public:
  OpenLoad(const GrpcTarget& target, std::function<Operation()> next);

  // Begins `rate` operations a second (at times of a Poisson process) until `end`, and waits for
  // all answers. `target.outstanding` bounds how many are under way.
  Outcome Run(double rate, absl::Time end);

 private:
  struct Flight;
  void Begin(absl::Time due);
  void Send(Flight* flight, Call call);
  void Finished(Flight* flight, int code);

  const GrpcTarget target_;
  const std::function<Operation()> next_;
  std::vector<std::unique_ptr<grpc::GenericStub>> stubs_;
  std::mutex mutex_;
  std::condition_variable done_;
  int running_ = 0;
  Outcome outcome_;
};

}  // namespace ip::bench

#endif  // BENCH_OPEN_LOAD_H_
