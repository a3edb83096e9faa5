#include "notification-service/worker/sources.h"

#include "absl/strings/match.h"
#include "absl/synchronization/mutex.h"
#include "individuellplan/plan/v1/plan_feed_service.grpc.pb.h"
#include "individuellplan/referral/v1/referral_feed_service.grpc.pb.h"

namespace ip::notification {
namespace {

using individuellplan::plan::v1::PlanFeedService;
using individuellplan::referral::v1::ReferralFeedService;

template <class Service>
class GrpcSource final : public Source {
 public:
  GrpcSource(std::string name, std::string prefix, std::shared_ptr<grpc::Channel> channel,
             auth::TokenSigner* signer)
      : name_(std::move(name)),
        audience_(name_ + "-service"),
        prefix_(std::move(prefix)),
        signer_(*signer),
        stub_(channel) {}

  const std::string& name() const override { return name_; }
  bool Owns(const std::string& aggregate) const override {
    return absl::StartsWith(aggregate, prefix_);
  }

  absl::Status Watch(const std::string& after, const std::function<void()>& heard,
                     const std::function<bool(const Event&)>& take) override {
    rpc::ClientCall call({.identity = Identity(), .budget = absl::InfiniteDuration()});
    {
      const absl::MutexLock lock(&mutex_);
      if (cancelled_) return absl::CancelledError();
      running_ = call.context();
    }
    individuellplan::type::v1::WatchEventsRequest request;
    request.set_after(after);
    auto reader = stub_.WatchEvents(call.context(), request);
    reader->WaitForInitialMetadata();
    heard();
    Event event;
    while (reader->Read(&event)) {
      if (!take(event)) call.context()->TryCancel();
    }
    const grpc::Status status = reader->Finish();
    const absl::MutexLock lock(&mutex_);
    running_ = nullptr;
    return rpc::FromGrpcStatus(status);
  }

  void Cancel() override {
    const absl::MutexLock lock(&mutex_);
    cancelled_ = true;
    if (running_ != nullptr) running_->TryCancel();
  }

  absl::StatusOr<Event> Obligations(const std::string& aggregate) override {
    individuellplan::type::v1::GetObligationsRequest request;
    request.set_aggregate(aggregate);
    return rpc::Invoke(static_cast<typename Service::StubInterface&>(stub_),
                       &Service::StubInterface::GetObligations, request,
                       {.identity = Identity(), .budget = absl::Seconds(5)});
  }

  absl::StatusOr<ResolveContactResponse> Resolve(const ResolveContactRequest& request) override {
    return rpc::Invoke(static_cast<typename Service::StubInterface&>(stub_),
                       &Service::StubInterface::ResolveContact, request,
                       {.identity = Identity(), .budget = absl::Seconds(5)});
  }

 private:
  std::function<std::string()> Identity() {
    return [this] { return signer_.SignAsService(audience_).value_or(""); };
  }

  const std::string name_, audience_, prefix_;
  auth::TokenSigner& signer_;
  typename Service::Stub stub_;
  absl::Mutex mutex_;
  grpc::ClientContext* running_ ABSL_GUARDED_BY(mutex_) = nullptr;
  bool cancelled_ ABSL_GUARDED_BY(mutex_) = false;
};

template <class Service>
absl::StatusOr<std::unique_ptr<Source>> Make(const std::string& name, const std::string& prefix,
                                             const std::string& target, auth::TokenSigner* signer,
                                             const rpc::TlsFiles& tls) {
  auto channel = rpc::MakeChannel(target, {Service::service_full_name()}, tls);
  if (!channel.ok()) return channel.status();
  return std::make_unique<GrpcSource<Service>>(name, prefix, *channel, signer);
}

}  // namespace

absl::StatusOr<Sources> MakeSources(const std::string& plan_service,
                                    const std::string& referral_service, auth::TokenSigner* signer,
                                    const rpc::TlsFiles& tls) {
  auto plans = Make<PlanFeedService>("plan", "plans/", plan_service, signer, tls);
  if (!plans.ok()) return plans.status();
  auto notices = Make<ReferralFeedService>("referral", "notices/", referral_service, signer, tls);
  if (!notices.ok()) return notices.status();
  Sources sources;
  sources.push_back(*std::move(plans));
  sources.push_back(*std::move(notices));
  return sources;
}

}  // namespace ip::notification
