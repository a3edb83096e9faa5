#include "gateway/doors/forward.h"

#include <grpcpp/support/client_callback.h>

#include <utility>
#include <vector>

#include "lib/rpc/status.h"

namespace ip::gateway {
namespace {

grpc::ByteBuffer ToBuffer(const std::string& bytes) {
  const grpc::Slice slice(bytes);
  return grpc::ByteBuffer(&slice, 1);
}

std::string ToString(const grpc::ByteBuffer& buffer) {
  std::string bytes;
  std::vector<grpc::Slice> slices;
  if (!buffer.Valid() || !buffer.Dump(&slices).ok()) return bytes;
  bytes.reserve(buffer.Length());
  for (const auto& slice : slices) {
    bytes.append(reinterpret_cast<const char*>(slice.begin()), slice.size());
  }
  return bytes;
}

class Unary final : public Forwarded, public grpc::ClientUnaryReactor {
 public:
  using Done = std::function<void(const absl::Status&, std::string)>;

  Unary(const ForwardOptions& options, const std::string& request, Done done)
      : backend_(options.backend),
        ticket_(options.pass.ticket),
        request_(ToBuffer(request)),
        done_(std::move(done)) {
    Prepare(context_, options.pass, options.record, options.deadline);
    backend_.stub->PrepareUnaryCall(&context_, options.method.path, {}, &request_, &response_,
                                    this);
  }
  void Start(std::shared_ptr<Unary> self) {
    self_ = std::move(self);
    StartCall();
  }
  void Cancel() override { context_.TryCancel(); }

 private:
  void OnDone(const grpc::Status& status) override {
    const auto self = std::move(self_);
    ticket_->Reached(WasReached(status));
    ticket_.reset();
    done_(rpc::FromGrpcStatus(Presentable(status, backend_)), ToString(response_));
    done_ = nullptr;
  }

  const Backend& backend_;
  std::shared_ptr<Circuit::Ticket> ticket_;
  grpc::ClientContext context_;
  grpc::ByteBuffer request_;
  grpc::ByteBuffer response_;
  Done done_;
  std::shared_ptr<Unary> self_;
};

class Stream final : public Forwarded,
                     public grpc::ClientBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer> {
 public:
  using OnMessage = std::function<void(std::string, std::function<void(bool)>)>;
  using Done = std::function<void(const absl::Status&)>;

  Stream(const ForwardOptions& options, const std::string& request, OnMessage message, Done done)
      : backend_(options.backend),
        ticket_(options.pass.ticket),
        request_(ToBuffer(request)),
        message_(std::move(message)),
        done_(std::move(done)) {
    Prepare(context_, options.pass, options.record, options.deadline);
    backend_.stub->PrepareBidiStreamingCall(&context_, options.method.path, {}, this);
  }
  void Start(std::shared_ptr<Stream> self) {
    self_ = std::move(self);
    // Reads are asked for by the door, outside of gRPC's reactions.
    AddHold();
    StartWriteLast(&request_, grpc::WriteOptions());
    StartRead(&response_);
    StartCall();
  }
  void Cancel() override { context_.TryCancel(); }

 private:
  void OnReadDone(bool ok) override {
    if (!ok) return RemoveHold();
    message_(ToString(response_), [self = self_](bool more) {
      if (more) return self->StartRead(&self->response_);
      self->context_.TryCancel();
      self->RemoveHold();
    });
  }
  void OnDone(const grpc::Status& status) override {
    const auto self = std::move(self_);
    ticket_->Reached(WasReached(status));
    ticket_.reset();
    done_(rpc::FromGrpcStatus(Presentable(status, backend_)));
    message_ = nullptr;
    done_ = nullptr;
  }

  const Backend& backend_;
  std::shared_ptr<Circuit::Ticket> ticket_;
  grpc::ClientContext context_;
  grpc::ByteBuffer request_;
  grpc::ByteBuffer response_;
  OnMessage message_;
  Done done_;
  std::shared_ptr<Stream> self_;
};

}  // namespace

std::shared_ptr<Forwarded> ForwardUnary(
    const ForwardOptions& options, const std::string& request,
    std::function<void(const absl::Status&, std::string)> done) {
  auto call = std::make_shared<Unary>(options, request, std::move(done));
  call->Start(call);
  return call;
}

std::shared_ptr<Forwarded> ForwardStream(
    const ForwardOptions& options, const std::string& request,
    std::function<void(std::string, std::function<void(bool)>)> message,
    std::function<void(const absl::Status&)> done) {
  auto call = std::make_shared<Stream>(options, request, std::move(message), std::move(done));
  call->Start(call);
  return call;
}

}  // namespace ip::gateway
