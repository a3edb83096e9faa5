#include "lib/rpc/call_context.h"

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>

#include <algorithm>
#include <utility>

#include "lib/base/clock.h"
#include "lib/base/id.h"

namespace ip::rpc {
namespace {

Lifetime* NeverStopping() {
  static auto* lifetime = new Lifetime;
  return lifetime;
}

// A client's own id may stand in logs when it cannot be anything but an id.
bool IsPlainId(std::string_view s) {
  return !s.empty() && s.size() <= 64 && std::all_of(s.begin(), s.end(), [](unsigned char c) {
    return std::isalnum(c) || c == '-' || c == '_' || c == '.';
  });
}

std::string_view HeaderOf(const grpc::CallbackServerContext& context, const char* key) {
  const auto range = context.client_metadata().equal_range(key);
  if (range.first == range.second) return {};
  return {range.first->second.data(), range.first->second.size()};
}

}  // namespace

void Lifetime::Stop() {
  stopping = true;
  Ring();
}

void Lifetime::Ring() {
  // Taking the mutex puts the news before or after a waiter's check, never between check and sleep.
  { const std::lock_guard lock(mutex); }
  bell.notify_all();
}

CallContext::CallContext(Caller caller, std::string_view method,
                         individuellplan::type::v1::Action action, absl::Time deadline)
    : caller_(std::move(caller)),
      action_(action),
      method_(method),
      deadline_(deadline),
      trace_(Trace::Continue("")),
      correlation_id_(trace_.trace_id),
      lifetime_(NeverStopping()) {}

CallContext::CallContext(grpc::CallbackServerContext* grpc, Lifetime* lifetime)
    : trace_(Trace::Continue(HeaderOf(*grpc, "traceparent"))), grpc_(grpc), lifetime_(lifetime) {
  const std::string_view id = HeaderOf(*grpc, "x-correlation-id");
  correlation_id_ = IsPlainId(id) ? std::string(id) : trace_.trace_id;
}

bool CallContext::cancelled() const { return cancelled_ || SystemClock().Now() >= deadline_; }

bool CallContext::Wait(absl::Duration time) const {
  // A day stands for ever: the standard library overflows on longer waits.
  const absl::Duration at_most = std::min({time, deadline_ - SystemClock().Now(), absl::Hours(24)});
  std::unique_lock lock(lifetime_->mutex);
  lifetime_->bell.wait_for(lock, absl::ToChronoNanoseconds(at_most),
                           [this] { return cancelled_ || lifetime_->stopping; });
  return !stopping() && !cancelled();
}

std::string PayloadHash(const google::protobuf::Message& message) {
  std::string bytes;
  {
    google::protobuf::io::StringOutputStream stream(&bytes);
    google::protobuf::io::CodedOutputStream coded(&stream);
    coded.SetSerializationDeterministic(true);
    message.SerializeToCodedStream(&coded);
  }
  return Sha256(bytes);
}

const std::string& CallContext::payload_hash() {
  if (payload_hash_.empty() && request_ != nullptr) payload_hash_ = PayloadHash(*request_);
  return payload_hash_;
}

}  // namespace ip::rpc
