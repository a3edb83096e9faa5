// A backend for tests, and a gateway in front of it.
#ifndef GATEWAY_TESTING_ECHO_BACKEND_H_
#define GATEWAY_TESTING_ECHO_BACKEND_H_

#include <grpcpp/create_channel.h>
#include <grpcpp/server.h>
#include <grpcpp/server_builder.h>
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gateway/gateway.h"
#include "gateway/testing/echo.grpc.pb.h"
#include "lib/base/clock.h"
#include "lib/base/errors.h"
#include "lib/base/log.h"
#include "lib/rpc/status.h"

namespace ip::gateway {

using individuellplan::testing::gateway::v1::Echo;
using individuellplan::testing::gateway::v1::EchoService;

inline constexpr char kEcho[] = "/individuellplan.testing.gateway.v1.EchoService/";

// True when `condition` became so within ten seconds.
template <class F>
bool Eventually(const F& condition) {
  const absl::Time give_up = SystemClock().Now() + absl::Seconds(10);
  while (!condition()) {
    if (SystemClock().Now() > give_up) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  return true;
}

// Answers what the proto says; tells what it saw.
class EchoBackend final : public EchoService::Service {
 public:
  explicit EchoBackend(int port = 0) {
    grpc::ServerBuilder builder;
    builder.AddListeningPort(absl::StrCat("127.0.0.1:", port), grpc::InsecureServerCredentials(),
                             &port_);
    builder.SetMaxReceiveMessageSize(64 << 20);
    builder.RegisterService(this);
    server_ = builder.BuildAndStart();
  }
  ~EchoBackend() override { Stop(); }
  void Stop() {
    if (server_ != nullptr) server_->Shutdown(std::chrono::system_clock::now());
    server_.reset();
  }
  int port() const { return port_; }

  grpc::Status Secret(grpc::ServerContext*, const Echo*, Echo*) override {
    return grpc::Status::OK;
  }

  grpc::Status Get(grpc::ServerContext* context, const Echo* request, Echo* response) override {
    See(*context);
    if (request->text() == "wait") {
      const bool cancelled = Eventually([&] { return context->IsCancelled(); });
      ++(cancelled ? cancelled_ : missed_);
      return grpc::Status::CANCELLED;
    }
    if (request->text() == "large") {
      response->set_content(std::string(5 << 20, 'x'));
      return grpc::Status::OK;
    }
    *response = *request;
    context->AddInitialMetadata("x-first", "1");
    context->AddTrailingMetadata("x-last", "2");
    context->AddTrailingMetadata("x-ip-secret", "3");
    if (request->text() == "fail") {
      return rpc::ToGrpcStatus(InvalidField("text", "must not be fail."));
    }
    return grpc::Status::OK;
  }

  grpc::Status Watch(grpc::ServerContext* context, const Echo* request,
                     grpc::ServerWriter<Echo>* writer) override {
    See(*context);
    for (int i = 0; i < request->number(); ++i) {
      Echo echo;
      echo.set_number(i);
      writer->Write(echo);
    }
    if (request->text() == "wait") {
      ++(Eventually([&] { return context->IsCancelled(); }) ? cancelled_ : missed_);
    }
    if (request->text() == "fail") return rpc::ToGrpcStatus(InvalidField("text", "is fail."));
    return grpc::Status::OK;
  }

  grpc::Status Collect(grpc::ServerContext* context, grpc::ServerReader<Echo>* reader,
                       Echo* response) override {
    Echo echo;
    while (reader->Read(&echo)) *response->mutable_text() += echo.text();
    ++(context->IsCancelled() ? cancelled_ : completed_);
    return grpc::Status::OK;
  }

  grpc::Status Chat(grpc::ServerContext*, grpc::ServerReaderWriter<Echo, Echo>* stream) override {
    Echo echo;
    while (stream->Read(&echo)) {
      if (echo.text() == "enough") return rpc::ToGrpcStatus(InvalidField("text", "is enough."));
      stream->Write(echo);
    }
    return grpc::Status::OK;
  }

  std::map<std::string, std::string> seen() const {
    const std::lock_guard lock(mutex_);
    return seen_;
  }
  absl::Duration time_left() const {
    const std::lock_guard lock(mutex_);
    return time_left_;
  }

  std::atomic<int> cancelled_ = 0;
  std::atomic<int> completed_ = 0;
  std::atomic<int> missed_ = 0;

 private:
  void See(const grpc::ServerContext& context) {
    const std::lock_guard lock(mutex_);
    seen_.clear();
    for (const auto& [key, value] : context.client_metadata()) {
      seen_[{key.data(), key.size()}] = {value.data(), value.size()};
    }
    time_left_ = absl::FromChrono(context.deadline()) - SystemClock().Now();
  }

  int port_ = 0;
  std::unique_ptr<grpc::Server> server_;
  mutable std::mutex mutex_;
  std::map<std::string, std::string> seen_;
  absl::Duration time_left_;
};

// Knows one token and one session; answers from another thread when the token is "slow". A token
// that is "narrow" lacks the scope.
class TestIdentities final : public Identities {
 public:
  void Identify(Credentials credentials, Done done) override {
    if (credentials.authorization == "Bearer slow") {
      std::thread([done] { done(Identity{Citizen(), Scopes()}); }).detach();
      return;
    }
    if (credentials.authorization == "Bearer good") return done(Identity{Citizen(), Scopes()});
    if (credentials.authorization == "Bearer narrow") {
      return done(Identity{Citizen(), std::vector<std::string>{"individuellplan/notices.read"}});
    }
    if (credentials.session == "good") return done(Identity{Citizen(), std::nullopt});
    done(Error(absl::StatusCode::kUnauthenticated, "LOGIN_REQUIRED", "Log in at /login."));
  }

 private:
  static std::vector<std::string> Scopes() { return {"openid", "individuellplan/plans.read"}; }
  static Caller Citizen() {
    Caller caller;
    caller.person = "persons/test";
    caller.role = individuellplan::type::v1::CITIZEN;
    return caller;
  }
};

class TestSigner final : public auth::TokenSigner {
 public:
  const std::string& issuer() const override { return issuer_; }
  absl::StatusOr<std::string> Sign(const Caller& caller, std::string_view audience) override {
    return absl::StrCat(caller.person, " for ", std::string(audience));
  }

 private:
  std::string issuer_ = "gateway";
};

// A file of protos with its imports.
inline google::protobuf::FileDescriptorSet ProtosOf(const google::protobuf::FileDescriptor* of) {
  google::protobuf::FileDescriptorSet set;
  std::set<std::string> seen;
  const std::function<void(const google::protobuf::FileDescriptor*)> add = [&](const auto* file) {
    if (!seen.insert(file->name()).second) return;
    for (int i = 0; i < file->dependency_count(); ++i) add(file->dependency(i));
    file->CopyTo(set.add_file());
  };
  add(of);
  return set;
}
inline google::protobuf::FileDescriptorSet EchoProtos() {
  return ProtosOf(Echo::descriptor()->file());
}

// A backend with a gateway in front.
struct Gated {
  explicit Gated(GatewayOptions options = Hasty()) {
    InitLog("test", Severity::kError);
    SetErrorDomain("gateway.individuellplan");
    options.protos = EchoProtos();
    options.routes = {
        {"individuellplan.testing.", "echo-service", absl::StrCat("127.0.0.1:", backend.port())}};
    auto started = Gateway::Start(std::move(options), &identities, &signer);
    EXPECT_TRUE(started.ok()) << started.status();
    gateway = *std::move(started);
    channel = grpc::CreateChannel(absl::StrCat("127.0.0.1:", gateway->port()),
                                  grpc::InsecureChannelCredentials());
    stub = EchoService::NewStub(channel);
  }

  // Most tests have nothing to drain.
  static GatewayOptions Hasty() {
    GatewayOptions options;
    options.settle = absl::ZeroDuration();
    return options;
  }

  static void LogIn(grpc::ClientContext& context, const char* token = "Bearer good") {
    context.AddMetadata("authorization", token);
    context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(20));
  }

  EchoBackend backend;
  TestIdentities identities;
  TestSigner signer;
  std::unique_ptr<Gateway> gateway;
  std::shared_ptr<grpc::Channel> channel;
  std::unique_ptr<EchoService::Stub> stub;
};

}  // namespace ip::gateway

#endif  // GATEWAY_TESTING_ECHO_BACKEND_H_
