#include "bench/grpc_load.h"

#include <grpcpp/create_channel.h>
#include <grpcpp/impl/codegen/proto_utils.h>

#include <utility>

#include "absl/strings/str_cat.h"
#include "lib/base/clock.h"

namespace ip::bench {

struct GrpcLoad::Flight {
  Operation operation;
  absl::Time start;
  size_t stub;
  std::unique_ptr<grpc::ClientContext> context;
  Call call;
  grpc::ByteBuffer answer;
};

grpc::ByteBuffer Pack(const google::protobuf::Message& message) {
  const grpc::Slice slice(message.SerializeAsString());
  return grpc::ByteBuffer(&slice, 1);
}

void Unpack(const grpc::ByteBuffer& bytes, google::protobuf::Message& message) {
  grpc::ByteBuffer copy(bytes);
  grpc::ProtoBufferReader reader(&copy);
  if (!message.ParseFromZeroCopyStream(&reader)) Fail("an answer is not the message it should be");
}

std::vector<std::unique_ptr<grpc::GenericStub>> Stubs(const GrpcTarget& target) {
  std::vector<std::unique_ptr<grpc::GenericStub>> stubs;
  for (int i = 0; i < target.channels; ++i) {
    grpc::ChannelArguments arguments;
    arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
    stubs.push_back(std::make_unique<grpc::GenericStub>(
        grpc::CreateCustomChannel(target.address, grpc::InsecureChannelCredentials(), arguments)));
  }
  return stubs;
}

GrpcLoad::GrpcLoad(const GrpcTarget& target, std::function<Operation()> next)
    : target_(target), next_(std::move(next)), stubs_(Stubs(target)) {}

Latencies GrpcLoad::Run(absl::Time end) {
  {
    const std::lock_guard lock(mutex_);
    end_ = end;
    running_ = target_.outstanding;
  }
  for (int i = 0; i < target_.outstanding; ++i) Begin();
  std::unique_lock lock(mutex_);
  done_.wait(lock, [this] { return running_ == 0; });
  return std::exchange(micros_, {});
}

void GrpcLoad::Once() {
  {
    const std::lock_guard lock(mutex_);
    end_ = absl::InfinitePast();
    running_ = 1;
  }
  Begin();
  std::unique_lock lock(mutex_);
  done_.wait(lock, [this] { return running_ == 0; });
  micros_.clear();
}

void GrpcLoad::Begin() {
  auto* flight = new Flight;
  {
    const std::lock_guard lock(next_mutex_);
    flight->operation = next_();
    flight->stub = begun_++ % stubs_.size();
  }
  flight->start = SystemClock().Now();
  Send(flight, std::move(flight->operation.first));
}

void GrpcLoad::Send(Flight* flight, Call call) {
  flight->call = std::move(call);
  flight->context = std::make_unique<grpc::ClientContext>();
  flight->context->AddMetadata(target_.token_header, flight->call.token);
  flight->context->set_deadline(absl::ToChronoTime(SystemClock().Now() + absl::Seconds(20)));
  flight->answer.Clear();
  stubs_[flight->stub]->UnaryCall(
      flight->context.get(), flight->call.path, {}, &flight->call.request, &flight->answer,
      [this, flight](const grpc::Status& status) {
        if (!status.ok()) {
          Fail(absl::StrCat(flight->call.path, ": ", status.error_code(), " ",
                            status.error_message()));
        }
        std::optional<Call> more;
        if (flight->operation.then) more = flight->operation.then(flight->answer);
        if (more) {
          Send(flight, *std::move(more));
        } else {
          Finished(flight);
        }
      });
}

void GrpcLoad::Finished(Flight* flight) {
  const absl::Time now = SystemClock().Now();
  const int64_t took = absl::ToInt64Microseconds(now - flight->start);
  // Before anybody is told: its context keeps the channel alive, and the last channel of a process
  // must not end on a thread of gRPC, which would wait for that very thread.
  delete flight;
  bool again = false;
  {
    const std::lock_guard lock(mutex_);
    micros_.push_back(took);
    again = now < end_;
    if (!again && --running_ == 0) done_.notify_all();
  }
  if (again) Begin();
}

Work Loop(const GrpcTarget& target, std::function<Operation()> next) {
  auto load = std::make_shared<GrpcLoad>(target, std::move(next));
  return [load](absl::Time end) { return load->Run(end); };
}

}  // namespace ip::bench
