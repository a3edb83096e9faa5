#include "notification-service/testing/fake_services.h"

#include <cstdlib>
#include <iostream>
#include <iterator>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"

namespace ip::notification {
namespace {

using individuellplan::type::v1::ResolveContactRequest;
using individuellplan::type::v1::WatchEventsRequest;

// A stand-in for the tokens of lib/auth, which have their own tests: the token must be there.
absl::StatusOr<Caller> AnyService(std::string_view token) {
  if (token.empty()) return absl::UnauthenticatedError("no token");
  Caller caller;
  caller.role = individuellplan::type::v1::SERVICE;
  caller.issuer = "notification-service";
  return caller;
}

}  // namespace

FakeServices::FakeServices() {
  rpc::Router router;
  const std::pair<const char*, const char*> feeds[] = {
      {"individuellplan.plan.v1.PlanFeedService", "plans/"},
      {"individuellplan.referral.v1.ReferralFeedService", "notices/"}};
  for (const auto& [service, prefix] : feeds) {
    router.AddService(service);
    router.ServerStream<WatchEventsRequest, Event>(
        service, "WatchEvents",
        [this, prefix = std::string(prefix)](
            rpc::CallContext& ctx, const WatchEventsRequest& request, rpc::Writer<Event>& writer) {
          return Watch(ctx, prefix, request.after(), writer);
        });
    router.Unary<individuellplan::type::v1::GetObligationsRequest, Event>(
        service, "GetObligations", [this](rpc::CallContext&, const auto& request) {
          return Obligations(request.aggregate());
        });
    router.Unary<ResolveContactRequest, Contact>(
        service, "ResolveContact",
        [this](rpc::CallContext&, const ResolveContactRequest& request) -> absl::StatusOr<Contact> {
          return Resolve(request);
        });
  }
  rpc::ServerOptions options;
  options.authenticate = AnyService;
  options.drain = absl::Seconds(1);
  auto server = rpc::Server::Start(std::move(router), options);
  if (!server.ok()) {
    std::cerr << server.status() << "\n";
    abort();
  }
  server_ = *std::move(server);
}

FakeServices::~FakeServices() { server_->Stop(); }

std::string FakeServices::address() const { return absl::StrCat("127.0.0.1:", server_->port()); }

void FakeServices::Tell(const Event& event) {
  const absl::MutexLock lock(&mutex_);
  events_.push_back(event);
  events_.back().set_cursor(absl::StrCat(events_.size()));
}

void FakeServices::SetContact(const std::string& recipient, const Contact& contact) {
  const absl::MutexLock lock(&mutex_);
  contacts_[recipient] = contact;
}

void FakeServices::CutStreams() {
  const absl::MutexLock lock(&mutex_);
  ++cuts_;
}

void FakeServices::CutAfter(int events) {
  const absl::MutexLock lock(&mutex_);
  cut_after_ = events;
}

int FakeServices::streams() const {
  const absl::MutexLock lock(&mutex_);
  return streams_;
}

absl::Status FakeServices::Watch(rpc::CallContext& ctx, const std::string& prefix,
                                 const std::string& after, rpc::Writer<Event>& writer) {
  size_t next = 0;
  if (!after.empty() && !absl::SimpleAtoi(after, &next))
    return absl::InvalidArgumentError("cursor");
  int cuts = 0, written = 0, cut_after = 0;
  {
    const absl::MutexLock lock(&mutex_);
    cuts = cuts_;
    ++streams_;
  }
  while (ctx.Wait(absl::Milliseconds(5))) {
    std::vector<Event> ready;
    {
      const absl::MutexLock lock(&mutex_);
      if (cuts != cuts_) return absl::UnavailableError("cut");
      cut_after = cut_after_;
      // No more than will be written: with thousands of cuts, copying the rest each time is what
      // takes long.
      const auto full = [&] { return cut_after > 0 && std::ssize(ready) == cut_after; };
      for (; next < events_.size() && !full(); ++next) {
        if (absl::StartsWith(events_[next].aggregate(), prefix)) ready.push_back(events_[next]);
      }
    }
    for (const Event& event : ready) {
      if (!writer.Write(event)) return absl::OkStatus();
      if (++written == cut_after) return absl::UnavailableError("cut");
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<FakeServices::Event> FakeServices::Obligations(const std::string& aggregate) const {
  const absl::MutexLock lock(&mutex_);
  for (auto event = events_.rbegin(); event != events_.rend(); ++event) {
    if (event->aggregate() == aggregate) return *event;
  }
  return absl::NotFoundError("aggregate");
}

FakeServices::Contact FakeServices::Resolve(const ResolveContactRequest& request) const {
  const absl::MutexLock lock(&mutex_);
  const auto found = contacts_.find(request.recipient());
  if (found != contacts_.end()) return found->second;
  Contact contact;
  const std::string id = request.recipient().substr(request.recipient().find('/') + 1);
  const bool leader = request.capacity() == individuellplan::type::v1::Obligation::UNIT_LEADER;
  contact.set_email(absl::StrCat(leader ? "leder." : "", id, "@example.no"));
  contact.set_language(individuellplan::type::v1::NB);
  contact.set_audience(Contact::PRIVATE_PERSON);
  return contact;
}

}  // namespace ip::notification
