#include "bench/open_load.h"

#include <random>
#include <thread>
#include <utility>

#include "lib/base/clock.h"

namespace ip::bench {
namespace {

constexpr absl::Duration kPatience = absl::Seconds(10);

}  // namespace

struct OpenLoad::Flight {
  Operation operation;
  absl::Time due;
  size_t stub = 0;
  std::unique_ptr<grpc::ClientContext> context;
  Call call;
  grpc::ByteBuffer answer;
};

OpenLoad::OpenLoad(const GrpcTarget& target, std::function<Operation()> next)
    : target_(target), next_(std::move(next)), stubs_(Stubs(target)) {}

Outcome OpenLoad::Run(double rate, absl::Time end) {
  outcome_ = {};
  std::mt19937_64 random(static_cast<uint64_t>(rate * 1000));
  std::exponential_distribution<double> gap(rate);
  absl::Time due = SystemClock().Now();
  while ((due += absl::Seconds(gap(random))) < end) {
    if (const absl::Duration wait = due - SystemClock().Now(); wait > absl::ZeroDuration()) {
      std::this_thread::sleep_for(absl::ToChronoNanoseconds(wait));
    }
    {
      const std::lock_guard lock(mutex_);
      if (running_ >= target_.outstanding) {
        ++outcome_.given_up;
        continue;
      }
      ++running_;
      ++outcome_.begun;
    }
    Begin(due);
  }
  std::unique_lock lock(mutex_);
  done_.wait(lock, [this] { return running_ == 0; });
  return std::exchange(outcome_, {});
}

void OpenLoad::Begin(absl::Time due) {
  auto* flight = new Flight;
  flight->operation = next_();
  flight->due = due;
  flight->stub = static_cast<size_t>(absl::ToUnixNanos(due)) % stubs_.size();
  Send(flight, std::move(flight->operation.first));
}

void OpenLoad::Send(Flight* flight, Call call) {
  flight->call = std::move(call);
  flight->context = std::make_unique<grpc::ClientContext>();
  flight->context->AddMetadata(target_.token_header, flight->call.token);
  flight->context->set_deadline(absl::ToChronoTime(SystemClock().Now() + kPatience));
  flight->answer.Clear();
  stubs_[flight->stub]->UnaryCall(flight->context.get(), flight->call.path, {},
                                  &flight->call.request, &flight->answer,
                                  [this, flight](const grpc::Status& status) {
                                    std::optional<Call> more;
                                    if (status.ok() && flight->operation.then)
                                      more = flight->operation.then(flight->answer);
                                    if (more) return Send(flight, *std::move(more));
                                    Finished(flight, status.error_code());
                                  });
}

void OpenLoad::Finished(Flight* flight, int code) {
  const int64_t micros = absl::ToInt64Microseconds(SystemClock().Now() - flight->due);
  delete flight;
  const std::lock_guard lock(mutex_);
  ++outcome_.ended[code];
  if (code == 0) outcome_.micros.push_back(micros);
  if (--running_ == 0) done_.notify_all();
}

}  // namespace ip::bench
