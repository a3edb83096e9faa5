// The service over gRPC, in process, on a real database; plan-service is played.
#ifndef REFERRAL_SERVICE_TESTING_SERVICE_FIXTURE_H_
#define REFERRAL_SERVICE_TESTING_SERVICE_FIXTURE_H_

#include <grpcpp/create_channel.h>
#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <string>
#include <thread>

#include "absl/strings/str_cat.h"
#include "individuellplan/referral/v1/referral_feed_service.grpc.pb.h"
#include "individuellplan/referral/v1/referral_service.grpc.pb.h"
#include "lib/base/errors.h"
#include "lib/base/log.h"
#include "lib/rpc/client.h"
#include "lib/rpc/server.h"
#include "referral-service/service/handlers.h"
#include "referral-service/testing/fixture.h"
#include "referral-service/worker/acceptance_worker.h"

namespace ip::referral::testing {

using Feed = pb::ReferralFeedService;
using Service = pb::ReferralService;

// rules/letters.json as it is shipped.
inline const LetterRules& ShippedLetters() {
  static const LetterRules letters =
      *LetterRules::Load(ip::testing::SourcePath("referral-service/rules"));
  return letters;
}

// plan-service's word on who acts for whom.
class FakeMandates : public Mandates {
 public:
  using Mandate = individuellplan::plan::v1::Mandate;
  absl::StatusOr<Mandate> Find(const rpc::CallContext& ctx) override {
    if (!up) return Error(absl::StatusCode::kUnavailable, "BACKEND_UNAVAILABLE", "away");
    const auto found = by_pair.find({ctx.caller().person, ctx.caller().acting_for});
    return found == by_pair.end() ? Mandate() : found->second;
  }

  bool up = true;
  std::map<std::pair<std::string, std::string>, Mandate> by_pair;  // representative, represented
};

// What a replica shares with the others.
struct World {
  const crypto::Cipher* cipher;
  const Clock* clock;
  PlanClient* plans;
  Mandates* mandates;
  const std::map<std::string, Caller>* callers;  // by token
};

// One instance of the service: the server and all behind it, on a database of its own choice.
class Replica {
 public:
  Replica(sql::Pool& pool, const World& world)
      : feed_(&pool, absl::Milliseconds(20)),
        repositories_(MakeMysqlRepositories({&pool, world.cipher, world.clock, &feed_, "", ""})),
        worker_({repositories_.notices.get(), repositories_.work.get(), world.plans, world.clock,
                 absl::Milliseconds(20)}),
        handlers_({repositories_.notices.get(), repositories_.work.get(),
                   repositories_.statistics.get(), &feed_, world.clock, &TestReference(),
                   &TestRules(), &ShippedLetters(), &persons_, world.plans, world.mandates,
                   [this] { worker_.Nudge(); }}) {
    rpc::Router router;
    handlers_.Register(router);
    rpc::ServerOptions options;
    options.workers = 8;
    options.drain = absl::Seconds(2);
    options.authenticate = [callers =
                                world.callers](std::string_view token) -> absl::StatusOr<Caller> {
      const auto found = callers->find(std::string(token));
      if (found == callers->end()) return absl::UnauthenticatedError("nobody");
      return found->second;
    };
    server_ = *rpc::Server::Start(std::move(router), options);
    auto channel = grpc::CreateChannel(absl::StrCat("127.0.0.1:", server_->port()),
                                       grpc::InsecureChannelCredentials());
    stub_ = Service::NewStub(channel);
    feed_stub_ = Feed::NewStub(channel);
  }
  ~Replica() {
    server_->Stop();
    worker_.Stop();
  }

  Service::Stub& stub() { return *stub_; }
  Feed::Stub& feed_stub() { return *feed_stub_; }
  AcceptanceWorker& worker() { return worker_; }
  const auth::PersonIds& persons() const { return persons_; }

  template <class Request, class Response>
  absl::StatusOr<Response> As(const std::string& who,
                              grpc::Status (Service::Stub::*method)(grpc::ClientContext*,
                                                                    const Request&, Response*),
                              const Request& request) {
    return rpc::Invoke(*stub_, method, request,
                       {.identity = [&] { return who; }, .budget = absl::Seconds(20)});
  }

  absl::StatusOr<pb::NeedNotice> Take(const std::string& who, const std::string& request_id = "") {
    pb::TakeNextNoticeRequest request;
    request.set_unit("units/fjordvik");
    request.set_request_id(request_id);
    return As(who, &Service::Stub::TakeNextNotice, request);
  }

 private:
  auth::PersonIds persons_{std::string(32, 'p'), auth::Numbers::kSynthetic};
  outbox::Feed feed_;
  Repositories repositories_;
  AcceptanceWorker worker_;
  Handlers handlers_;
  std::unique_ptr<rpc::Server> server_;
  std::unique_ptr<Service::Stub> stub_;
  std::unique_ptr<Feed::Stub> feed_stub_;
};

// Tokens and who they stand for; w0 to w7 are case workers.
inline std::map<std::string, Caller> TestCallers(const std::string& kari) {
  std::map<std::string, Caller> callers = {
      {"gp", Gp()},
      {"siri", CaseWorker()},
      {"kari", Citizen(kari)},
      {"stranger", Citizen("persons/stranger")},
      {"lyngnes",
       testing::As(type::CASE_WORKER, "persons/mette", "organizations/999990040", "Mette Ulvund")},
      {"system", System("organizations/999990002")},
      {"service", testing::As(type::SERVICE, "", "", "")}};
  for (int i = 0; i < 8; ++i) {
    callers[absl::StrCat("w", i)] = CaseWorker(absl::StrCat("persons/w", i));
  }
  return callers;
}

class ServiceTest : public DatabaseTest {
 protected:
  ServiceTest() {
    InitLog("test", Severity::kError);
    kari_ = *replica_.persons().PersonName(kKari);
    callers_ = TestCallers(kari_);
  }

  template <class Request, class Response>
  absl::StatusOr<Response> As(const std::string& who,
                              grpc::Status (Service::Stub::*method)(grpc::ClientContext*,
                                                                    const Request&, Response*),
                              const Request& request) {
    return replica_.As(who, method, request);
  }
  template <class Request, class Response>
  absl::StatusOr<Response> Ask(grpc::Status (Feed::Stub::*method)(grpc::ClientContext*,
                                                                  const Request&, Response*),
                               const Request& request) {
    return rpc::Invoke(replica_.feed_stub(), method, request,
                       {.identity = [] { return "service"; }, .budget = absl::Seconds(20)});
  }

  // A request that names the notice as it is now.
  template <class Request>
  Request For(const std::string& name) {
    Request request;
    request.set_name(name);
    request.set_etag(Get(name).etag());
    return request;
  }

  pb::CreateNoticeRequest NewNotice() {
    pb::CreateNoticeRequest request;
    *request.mutable_notice() = Request();
    request.mutable_subject_identity()->set_national_id(kKari);
    return request;
  }

  pb::NeedNotice Create(const std::string& who = "gp") {
    auto created = As(who, &Service::Stub::CreateNotice, NewNotice());
    EXPECT_TRUE(created.ok()) << created.status();
    return created.value_or(pb::NeedNotice());
  }

  std::string Sent() {
    const std::string name = Create().name();
    auto sent = As("gp", &Service::Stub::SubmitNotice, For<pb::ActionRequest>(name));
    EXPECT_TRUE(sent.ok()) << sent.status();
    return name;
  }

  absl::StatusOr<pb::NeedNotice> Take(const std::string& who = "siri") {
    return replica_.Take(who);
  }

  absl::StatusOr<pb::NeedNotice> AcceptIt(const std::string& name) {
    auto request = For<pb::AcceptNoticeRequest>(name);
    *request.mutable_decision() = Yes();
    *request.mutable_coordinator() = Amina();
    return As("siri", &Service::Stub::AcceptNotice, request);
  }

  bool Eventually(const std::function<bool()>& condition) {
    const absl::Time give_up = Soon();
    while (!condition()) {
      if (SystemClock().Now() > give_up) return false;
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    return true;
  }

  std::string kari_;
  std::map<std::string, Caller> callers_;
  FakePlans plans_;
  FakeMandates mandates_;
  Replica replica_{database_.pool(), {cipher_.get(), &clock_, &plans_, &mandates_, &callers_}};
};

}  // namespace ip::referral::testing

#endif  // REFERRAL_SERVICE_TESTING_SERVICE_FIXTURE_H_
