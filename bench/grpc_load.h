// A closed loop of gRPC calls: as many as wanted are always under way.
#ifndef BENCH_GRPC_LOAD_H_
#define BENCH_GRPC_LOAD_H_

#include <google/protobuf/message.h>
#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/support/byte_buffer.h>

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "bench/harness.h"

namespace ip::bench {

struct Call {
  std::string path;  // "/package.Service/Method"
  grpc::ByteBuffer request;
  std::string token;
};

// One operation: a call, and maybe more that follow from the answers.
struct Operation {
  Call first;
  // The next call after an answer, or nothing when the operation is complete; may be empty.
  std::function<std::optional<Call>(const grpc::ByteBuffer& answer)> then = nullptr;
};

// Bytes and back. Unpack ends the program when the bytes are no such message.
grpc::ByteBuffer Pack(const google::protobuf::Message& message);
void Unpack(const grpc::ByteBuffer& bytes, google::protobuf::Message& message);

struct GrpcTarget {
  std::string address;
  int outstanding = 32;
  int channels = 2;
  std::string token_header = "x-ip-identity";
};

// A stub for each of the target's channels, with connections of their own.
std::vector<std::unique_ptr<grpc::GenericStub>> Stubs(const GrpcTarget& target);

// `next` is called for each operation, from gRPC's threads, one at a time. A call that fails ends
// the program.
class GrpcLoad {
 public:
  GrpcLoad(const GrpcTarget& target, std::function<Operation()> next);

  Latencies Run(absl::Time end);
  // One operation, for what is done once.
  void Once();

 private:
  struct Flight;
  void Begin();
  void Send(Flight* flight, Call call);
  void Finished(Flight* flight);

  const GrpcTarget target_;
  const std::function<Operation()> next_;
  std::vector<std::unique_ptr<grpc::GenericStub>> stubs_;
  std::mutex next_mutex_;
  std::mutex mutex_;
  std::condition_variable done_;
  absl::Time end_;
  size_t begun_ = 0;
  int running_ = 0;
  Latencies micros_;
};

// A loop as a contender's work. It lives as long as the work.
Work Loop(const GrpcTarget& target, std::function<Operation()> next);

}  // namespace ip::bench

#endif  // BENCH_GRPC_LOAD_H_
