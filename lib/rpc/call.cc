#include "lib/rpc/call.h"

#include <grpcpp/impl/codegen/proto_utils.h>

#include <algorithm>
#include <chrono>
#include <exception>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "lib/base/clock.h"
#include "lib/base/errors.h"
#include "lib/base/id.h"
#include "lib/base/log.h"
#include "lib/rpc/checks.h"
#include "lib/rpc/peers.h"
#include "lib/rpc/spans.h"
#include "lib/rpc/status.h"

namespace ip::rpc {
namespace {

constexpr size_t kMaxResponseBytes = 4u << 20;
// How soon a stream that waits for its client sees that the server is stopping.
constexpr auto kStopCheck = std::chrono::milliseconds(200);
constexpr const char* kIdentityHeader = "x-ip-identity";

absl::Time Now() { return SystemClock().Now(); }

absl::Status Expired() {
  return Error(absl::StatusCode::kDeadlineExceeded, "DEADLINE_EXCEEDED",
               "The deadline passed before the call was run. Nothing was changed.");
}

absl::Status Cancelled() {
  return Error(absl::StatusCode::kCancelled, "CANCELLED", "The client cancelled the call.");
}

absl::Status Malformed() {
  return Error(absl::StatusCode::kInvalidArgument, "REQUEST_MALFORMED",
               "The request is not a valid message of its type (texts must be UTF-8).");
}

absl::Status StreamEnded() {
  return Error(absl::StatusCode::kUnavailable, "STREAM_ENDED",
               "The server is stopping. Call again and send what you have no answer for.");
}

absl::Status Unauthenticated() {
  return Error(absl::StatusCode::kUnauthenticated, "UNAUTHENTICATED",
               "The call carries no valid identity. Log in, or renew the token, and try again.");
}

// With mTLS a workload shows its certificate and calls with its own tokens: another's, stolen, are
// of no use to it.
absl::Status CheckPeer(const grpc::CallbackServerContext& context, const Caller& caller,
                       const std::string& rpc) {
  const auto auth = context.auth_context();
  if (auth == nullptr || !auth->IsPeerAuthenticated()) return absl::OkStatus();
  const auto peers = PeerNames(*auth);
  if (std::find(peers.begin(), peers.end(), caller.issuer) == peers.end()) {
    Log(Severity::kWarning, "identity_refused",
        {{"rpc", rpc}, {"why", "the token is not the peer's own"}});
    return Unauthenticated();
  }
  if (PeerRulesFromFlags().Allows(peers, rpc)) return absl::OkStatus();
  return PermissionDenied("PEER_NOT_ALLOWED", "This process may not call that; see --peer_rpcs.");
}

// Tells callers apart in logs without saying who they are.
std::string Pseudonym(const std::string& subject) {
  return subject.empty() ? "" : std::string(absl::BytesToHexString(Sha256(subject).substr(0, 6)));
}

}  // namespace

Call::Call(Dispatcher* server, grpc::GenericCallbackServerContext* grpc, const Method* method)
    : server_(*server),
      method_(method),
      arrival_(Now()),
      peer_(grpc->peer()),
      context_(grpc, &server->lifetime_) {
  if (method == nullptr) {
    Answer(Error(absl::StatusCode::kUnimplemented, "RPC_UNKNOWN",
                 "There is no such RPC here. Look at the service's contract."));
    return;
  }
  context_.service_ = method->service;
  context_.method_ = method->name;
  context_.action_ = method->rule.action();
  context_.deadline_ = absl::FromChrono(grpc->deadline());
  if (!method->streaming()) {
    context_.deadline_ = std::min(context_.deadline_, arrival_ + server_.options_.max_deadline);
  }
  StartRead(&in_);
}

void Call::OnReadDone(bool ok) {
  if (started_) {  // a later message of a client stream
    const std::lock_guard lock(io_mutex_);
    read_ok_ = ok;
    reading_ = false;
    io_done_.notify_all();
    return;
  }
  started_ = true;
  read_ok_ = ok;
  if (!ok && !method_->bidi) {
    return Answer(context_.cancelled_ ? Cancelled()
                                      : Error(absl::StatusCode::kInvalidArgument, "REQUEST_MISSING",
                                              "The call carries no request message."));
  }
  bool taken;
  if (method_->streaming()) {
    taken = server_.streams_.Start([this] { Run(); });
  } else {
    QueueDepth().Increment();
    taken = server_.workers_.Submit([this] {
      QueueDepth().Decrement();
      QueueWait().Observe(absl::ToDoubleSeconds(Now() - arrival_));
      Run();
    });
    if (!taken) QueueDepth().Decrement();
  }
  if (!taken) Answer(Busy());
}

void Call::OnCancel() {
  context_.cancelled_ = true;
  server_.lifetime_.Ring();
}

void Call::OnDone() { delete this; }

void Call::Release(const absl::Status& status) {
  if (!status.ok() || context_.gates_.empty()) return Answer(status);
  const CallContext::Gate gate = std::move(context_.gates_.front());
  context_.gates_.pop_front();
  gate([this](const absl::Status& opened) { Release(opened); });
}

absl::Status Call::Guarded() {
  try {
    return Handle();
  } catch (const std::exception& e) {
    return absl::InternalError(absl::StrCat("exception: ", e.what()));
  } catch (...) {
    return absl::InternalError("exception of an unknown type");
  }
}

absl::Status Call::Handle() {
  if (context_.cancelled_) return Cancelled();
  if (context_.cancelled()) return Expired();
  if (auto status = Authenticate(); !status.ok()) return status;
  if (auto status = CheckRule(method_->rule, context_.caller_, Now()); !status.ok()) return status;
  if (!method_->unary && !method_->streaming()) {
    return Error(absl::StatusCode::kUnimplemented, "RPC_NOT_IMPLEMENTED",
                 absl::StrCat(method_->name, " is not ready yet; it is coming later."));
  }
  if (auto status = server_.router_.Admit(context_); !status.ok()) return status;
  const Method::MessageSink sink = [this](const auto& message) { return Write(message); };
  if (method_->bidi) {
    const Method::MessageSource source = [this](auto& message) { return Read(message); };
    return RunStream([&] { return method_->bidi(context_, source, sink); });
  }
  request_.reset(method_->request_prototype->New());
  if (!Parse(*request_)) return Malformed();
  if (auto status = CheckRequest(*method_, *request_); !status.ok()) return status;
  context_.request_ = request_.get();

  if (method_->stream) {
    return RunStream([&] { return method_->stream(context_, *request_, sink); });
  }
  absl::Status status = method_->unary(context_, *request_, out_);
  if (status.ok() && out_.Length() > kMaxResponseBytes) {
    return Error(absl::StatusCode::kResourceExhausted, "RESPONSE_TOO_LARGE",
                 "The answer is larger than 4 MiB. Ask for a smaller page.");
  }
  return status;
}

absl::Status Call::Authenticate() {
  const auto range = context_.grpc_->client_metadata().equal_range(kIdentityHeader);
  // Two identities in one call is somebody trying something.
  if (std::distance(range.first, range.second) != 1) return Unauthenticated();
  const auto& token = range.first->second;
  auto caller = server_.options_.authenticate({token.data(), token.size()});
  if (!caller.ok()) {
    Log(Severity::kWarning, "identity_refused",
        {{"rpc", method_->name},
         {"trace_id", context_.trace_.trace_id},
         {"why", std::string(caller.status().message())}});
    return Unauthenticated();
  }
  if (auto status = CheckPeer(*context_.grpc_, *caller, RpcName()); !status.ok()) return status;
  context_.caller_ = *std::move(caller);
  authenticated_ = true;
  return absl::OkStatus();
}

bool Call::Parse(google::protobuf::Message& message) {
  bool parsed;
  {
    grpc::ProtoBufferReader reader(&in_);
    parsed = reader.status().ok() && message.ParseFromZeroCopyStream(&reader);
  }
  in_.Clear();
  return parsed;
}

absl::Status Call::RunStream(const std::function<absl::Status()>& handler) {
  OpenStreams().Increment();
  // Tells the client that it is heard, though there may be nothing to say for hours.
  StartSendInitialMetadata();
  absl::Status status;
  try {
    status = handler();
  } catch (...) {
    OpenStreams().Decrement();
    WaitForWrite();
    throw;
  }
  OpenStreams().Decrement();
  if (WaitForWrite()) return status;
  return status.ok() ? Cancelled() : status;
}

absl::StatusOr<bool> Call::Read(google::protobuf::Message& message) {
  std::unique_lock lock(io_mutex_);
  if (first_taken_) {
    reading_ = true;
    lock.unlock();
    StartRead(&in_);
    lock.lock();
    while (!io_done_.wait_for(lock, kStopCheck, [this] { return !reading_; })) {
      if (context_.stopping()) return StreamEnded();
    }
  }
  first_taken_ = true;
  // A failed read is the end of the client's messages or of the call; a cancelled upload must not
  // be taken for a complete one.
  if (context_.cancelled_ || (!read_ok_ && context_.grpc_->IsCancelled())) return Cancelled();
  if (!read_ok_) return false;
  lock.unlock();
  if (!Parse(message)) return Malformed();
  return true;
}

bool Call::Write(const google::protobuf::Message& message) {
  if (!WaitForWrite()) return false;
  bool own = false;
  out_.Clear();
  if (!grpc::SerializationTraits<google::protobuf::Message>::Serialize(message, &out_, &own).ok()) {
    return false;
  }
  {
    const std::lock_guard lock(io_mutex_);
    writing_ = true;
  }
  StartWrite(&out_);
  return true;
}

bool Call::WaitForWrite() {
  std::unique_lock lock(io_mutex_);
  io_done_.wait(lock, [this] { return !writing_; });
  return !broken_ && !context_.cancelled_;
}

void Call::OnWriteDone(bool ok) {
  const std::lock_guard lock(io_mutex_);
  writing_ = false;
  broken_ = broken_ || !ok;
  io_done_.notify_all();
}

void Call::Answer(const absl::Status& status) {
  std::string error_id;
  absl::Status shown = status;
  if (MustMask(status)) {
    error_id = NewId(Now());
    shown = Masked(error_id);
  }
  const absl::Time end = Now();
  const absl::Duration took = end - arrival_;
  LogCall(status, took, error_id);
  if (context_.trace_.sampled) {
    RecordSpan({context_.trace_, RpcName(), arrival_, end, static_cast<int>(shown.code())});
  }
  CallMetrics& metrics = method_ == nullptr ? server_.unknown_ : *server_.metrics_.at(method_);
  metrics.Done(shown.code(), took);
  if (shown.ok() && method_->unary) {
    StartWriteAndFinish(&out_, grpc::WriteOptions(), grpc::Status::OK);
  } else {
    Refuse(ToGrpcStatus(shown));
  }
}

void Call::Refuse(const grpc::Status& status) {
  if (status.error_code() != grpc::StatusCode::NOT_FOUND) return Finish(status);
  const absl::Time now = Now();
  const absl::Duration took = now - arrival_;
  beat_.emplace();
  // Without a thread that waits.
  beat_->Set(absl::ToChronoTime(now + (absl::Ceil(took, kNotFoundBeat) - took)),
             [this, status](bool) { Finish(status); });
}

std::string Call::RpcName() const {
  return method_ == nullptr ? "unknown" : absl::StrCat(method_->service, "/", method_->name);
}

void Call::LogCall(const absl::Status& status, absl::Duration took,
                   const std::string& error_id) const {
  if (!error_id.empty()) {
    Log(Severity::kError, "internal_error",
        {{"error_id", error_id},
         {"trace_id", context_.trace_.trace_id},
         {"code", absl::StatusCodeToString(status.code())},
         {"detail", std::string(status.message())}});
  }
  const bool bounded = context_.deadline_ < arrival_ + absl::Hours(24);
  const Caller& caller = context_.caller_;
  Log(Severity::kInfo, "rpc",
      {{"rpc", RpcName()},
       {"code", absl::StatusCodeToString(status.code())},
       {"reason", ReasonOf(status)},
       {"error_id", error_id},
       {"dur_us", absl::ToInt64Microseconds(took)},
       {"role", authenticated_ ? individuellplan::type::v1::Role_Name(caller.role) : ""},
       {"subject", authenticated_ ? Pseudonym(caller.Subject()) : ""},
       {"peer", peer_},
       {"trace_id", context_.trace_.trace_id},
       {"span_id", context_.trace_.span_id},
       {"parent_span", context_.trace_.parent_span},
       {"correlation_id", context_.correlation_id_},
       {"deadline_left_ms",
        bounded ? absl::ToInt64Milliseconds(context_.deadline_ - Now()) : int64_t{-1}}});
}

}  // namespace ip::rpc
