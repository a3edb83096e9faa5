#include "gateway/doors/grpc_proxy.h"

#include <memory>
#include <mutex>
#include <string>
#include <utility>

#include "absl/strings/match.h"
#include "gateway/doors/http_server.h"
#include "lib/base/errors.h"
#include "lib/rpc/status.h"

namespace ip::gateway {
namespace {

std::string HeaderOf(const grpc::CallbackServerContext& context, const char* key) {
  const auto found = context.client_metadata().find(key);
  if (found == context.client_metadata().end()) return {};
  return {found->second.data(), found->second.size()};
}

std::string AddressOf(const grpc::CallbackServerContext& context, bool behind_proxy) {
  const std::string said = behind_proxy ? LastWord(HeaderOf(context, "x-forwarded-for")) : "";
  return said.empty() ? context.peer() : said;
}

Credentials CredentialsOf(const grpc::GenericCallbackServerContext& context, bool behind_proxy) {
  return {HeaderOf(context, "authorization"),
          "",
          HeaderOf(context, "x-role"),
          HeaderOf(context, "x-purpose-of-use"),
          HeaderOf(context, "x-acting-for"),
          HeaderOf(context, "dpop"),
          "POST",
          context.method(),
          AddressOf(context, behind_proxy)};
}

// Metadata of the protocol itself is made anew by gRPC; x-ip-* stays inside.
bool MayLeave(const grpc::string_ref& key) {
  const absl::string_view name(key.data(), key.size());
  return !absl::StartsWith(name, "grpc-") && !absl::StartsWith(name, ":") &&
         !absl::StartsWith(name, "x-ip-") && name != "content-type" && name != "user-agent";
}

template <class Add>
void PassMetadata(const std::multimap<grpc::string_ref, grpc::string_ref>& metadata,
                  const Add& add) {
  for (const auto& [key, value] : metadata) {
    if (MayLeave(key)) add({key.data(), key.size()}, {value.data(), value.size()});
  }
}

class Refused final : public grpc::ServerGenericBidiReactor {
 public:
  explicit Refused(const grpc::Status& status) { Finish(status); }
  void OnDone() override { delete this; }
};

// One call in flight: the server's side of it. Deletes itself when gRPC is done with it.
class Call : public grpc::ServerGenericBidiReactor {
 public:
  Call(const Method& method, const Backend& backend, grpc::GenericCallbackServerContext* server)
      : method_(method),
        backend_(backend),
        server_(*server),
        record_("grpc", &method, HeaderOf(*server, "traceparent"),
                HeaderOf(*server, "x-correlation-id")) {}

  void Begin(Gate& gate, bool behind_proxy) {
    gate.Admit(method_, CredentialsOf(server_, behind_proxy), [this](absl::StatusOr<Pass> pass) {
      if (!pass.ok()) return End(rpc::ToGrpcStatus(pass.status()));
      record_.SetCaller(pass->caller);
      ticket_ = pass->ticket;
      Prepare(client_, *pass, record_,
              CapDeadline(method_, record_.arrival(), absl::FromChrono(server_.deadline())));
      Start();
    });
  }

  void OnCancel() override { client_.TryCancel(); }
  void OnDone() override { delete this; }

 protected:
  virtual void Start() = 0;

  void PassInitialMetadata() {
    PassMetadata(client_.GetServerInitialMetadata(),
                 [this](const std::string& key, const std::string& value) {
                   server_.AddInitialMetadata(key, value);
                 });
  }

  grpc::Status Record(const grpc::Status& status) {
    grpc::Status shown = Presentable(status, backend_);
    record_.Done(static_cast<absl::StatusCode>(shown.error_code()),
                 ReasonOf(rpc::FromGrpcStatus(shown)));
    return shown;
  }
  grpc::Status RecordAnswer(const grpc::Status& status) {
    ticket_->Reached(WasReached(status));
    PassMetadata(client_.GetServerTrailingMetadata(),
                 [this](const std::string& key, const std::string& value) {
                   server_.AddTrailingMetadata(key, value);
                 });
    return Record(status);
  }
  // Instead of an answer of the backend.
  void End(const grpc::Status& status) { Finish(Record(status)); }

  const Method& method_;
  const Backend& backend_;
  grpc::GenericCallbackServerContext& server_;
  grpc::ClientContext client_;
  grpc::ByteBuffer up_;    // towards the backend
  grpc::ByteBuffer down_;  // towards the client

 private:
  CallRecord record_;
  std::shared_ptr<Circuit::Ticket> ticket_;
};

class UnaryCall final : public Call {
 public:
  using Call::Call;

 private:
  struct Client final : grpc::ClientUnaryReactor {
    explicit Client(UnaryCall* owner) : call(*owner) {}
    void OnDone(const grpc::Status& status) override { call.Answer(status); }
    UnaryCall& call;
  };

  void Start() override { StartRead(&up_); }

  void OnReadDone(bool ok) override {
    if (!ok) {
      return End(rpc::ToGrpcStatus(
          server_.IsCancelled()
              ? Error(absl::StatusCode::kCancelled, "CANCELLED", "The client cancelled the call.")
              : Error(absl::StatusCode::kInvalidArgument, "REQUEST_MISSING",
                      "The call carries no request message.")));
    }
    backend_.stub->PrepareUnaryCall(&client_, method_.path, {}, &up_, &down_, &reactor_);
    reactor_.StartCall();
  }

  void Answer(const grpc::Status& status) {
    PassInitialMetadata();
    const grpc::Status shown = RecordAnswer(status);
    if (shown.ok()) {
      StartWriteAndFinish(&down_, grpc::WriteOptions(), shown);
    } else {
      Finish(shown);
    }
  }

  Client reactor_{this};
};

// Streams of all kinds. Two loops run side by side: messages up and messages down. Each holds the
// client call (a hold of gRPC), because its steps come from reactions of the server's side.
class StreamCall final : public Call {
 public:
  using Call::Call;

 private:
  struct Client final : grpc::ClientBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer> {
    explicit Client(StreamCall* owner) : call(*owner) {}
    void OnReadInitialMetadataDone(bool ok) override { call.BackendStarted(ok); }
    void OnReadDone(bool ok) override { call.BackendSaid(ok); }
    void OnWriteDone(bool ok) override { call.BackendTook(ok); }
    void OnDone(const grpc::Status& status) override { call.BackendEnded(status); }
    StreamCall& call;
  };

  void Start() override {
    backend_.stub->PrepareBidiStreamingCall(&client_, method_.path, {}, &reactor_);
    reactor_.AddMultipleHolds(2);
    reactor_.StartCall();
    StartRead(&up_);
  }

  // Up.
  void OnReadDone(bool ok) override {
    if (!TakeUp()) return;  // the backend has ended the call meanwhile
    if (ok) return reactor_.StartWrite(&up_);
    // The end of the client's messages and a cancelled call look the same here; the backend must
    // not take a cancelled upload for a complete one.
    if (server_.IsCancelled()) {
      client_.TryCancel();
    } else {
      reactor_.StartWritesDone();
    }
    reactor_.RemoveHold();
  }
  void BackendTook(bool ok) {
    if (ok && LeaveUpWithClient()) return StartRead(&up_);
    reactor_.RemoveHold();
  }

  // Down. The first read waits for the initial metadata: reading earlier would send messages ahead
  // of them.
  void BackendStarted(bool ok) {
    if (!ok) return EndDown();
    PassInitialMetadata();
    StartSendInitialMetadata();
    reactor_.StartRead(&down_);
  }
  void BackendSaid(bool ok) {
    if (!ok) return EndDown();
    StartWrite(&down_);
  }
  void OnWriteDone(bool ok) override {
    if (ok) return reactor_.StartRead(&down_);
    client_.TryCancel();
    EndDown();
  }

  void BackendEnded(const grpc::Status& status) { Finish(RecordAnswer(status)); }

  // The loop upwards waits either for the client (then the backend may end the call without it) or
  // for the backend.
  bool TakeUp() {
    const std::lock_guard lock(mutex_);
    waits_for_client_ = false;
    return !backend_ended_;
  }
  bool LeaveUpWithClient() {
    const std::lock_guard lock(mutex_);
    waits_for_client_ = !backend_ended_;
    return waits_for_client_;
  }
  void EndDown() {
    bool release_up = false;
    {
      const std::lock_guard lock(mutex_);
      backend_ended_ = true;
      release_up = waits_for_client_;
    }
    if (release_up) reactor_.RemoveHold();
    reactor_.RemoveHold();
  }

  std::mutex mutex_;
  bool waits_for_client_ = true;
  bool backend_ended_ = false;
  Client reactor_{this};
};

}  // namespace

grpc::ServerGenericBidiReactor* GrpcProxy::CreateReactor(
    grpc::GenericCallbackServerContext* context) {
  const Method* method = methods_.Find(context->method());
  if (method == nullptr) {
    if (reflection_ != nullptr && rpc::Reflection::Serves(context->method())) {
      return reflection_->NewReactor();
    }
    CallRecord record("grpc", nullptr, HeaderOf(*context, "traceparent"), "");
    record.Done(absl::StatusCode::kUnimplemented, "RPC_UNKNOWN");
    return new Refused(
        rpc::ToGrpcStatus(Error(absl::StatusCode::kUnimplemented, "RPC_UNKNOWN",
                                "There is no such RPC here. Reflection lists those there are.")));
  }
  const Backend& backend = backends_[method->route];
  Call* call;
  if (method->unary) {
    call = new UnaryCall(*method, backend, context);
  } else {
    call = new StreamCall(*method, backend, context);
  }
  call->Begin(gate_, behind_proxy_);
  return call;
}

}  // namespace ip::gateway
