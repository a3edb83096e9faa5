// plan-service as its callers meet it: in this process, over gRPC, on a real database.
#ifndef PLAN_SERVICE_SERVICE_TEST_SERVICE_H_
#define PLAN_SERVICE_SERVICE_TEST_SERVICE_H_

#include <gmock/gmock.h>
#include <grpcpp/create_channel.h>
#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_split.h"
#include "individuellplan/plan/v1/access_service.grpc.pb.h"
#include "individuellplan/plan/v1/plan_feed_service.grpc.pb.h"
#include "individuellplan/plan/v1/plan_service.grpc.pb.h"
#include "lib/base/errors.h"
#include "lib/base/id.h"
#include "lib/base/log.h"
#include "lib/crypto/base64url.h"
#include "lib/crypto/key_ring.h"
#include "lib/rpc/client.h"
#include "lib/rpc/server.h"
#include "lib/testing/mariadb.h"
#include "plan-service/domain/dates.h"
#include "plan-service/service/handlers.h"

namespace ip::plan::testing {

using Stub = pb::PlanService::Stub;
using AccessStub = pb::AccessService::Stub;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;
using type::Obligation;

inline constexpr char kReference[] = R"({
  "version": "test",
  "municipalities": [{"code": "4699", "display_name": "Fjordvik kommune"}],
  "organizations": [
    {"name": "organizations/999990001", "display_name": "Tjenestekontoret"},
    {"name": "organizations/999990003", "display_name": "Helse og mestring"},
    {"name": "organizations/999990009", "display_name": "Et annet kontor"}],
  "units": [
    {"name": "units/fjordvik", "organization": "organizations/999990001",
     "municipality_codes": ["4699"], "email": "ke@fjordvik.example",
     "leader_email": "leder@fjordvik.example"},
    {"name": "units/other", "organization": "organizations/999990009"}]})";

class TestClock : public Clock {
 public:
  absl::Time Now() const override { return absl::FromUnixMicros(micros_); }
  void Advance(absl::Duration d) { micros_ += absl::ToInt64Microseconds(d); }

 private:
  std::atomic<int64_t> micros_ =
      absl::ToUnixMicros(absl::FromCivil(absl::CivilSecond(2026, 3, 2, 10), Oslo()));
};

// Somebody who calls: the token that says who they are (role|person|organization, and at will
// |HPR number|purpose), and the number they are named by.
struct Person {
  std::string name;
  std::string number;
  std::string token;
};

// "OK", or the reason of the refusal.
template <class T>
std::string Why(const absl::StatusOr<T>& result) {
  return result.ok() ? "OK" : ReasonOf(result.status());
}

class PlanServiceTest : public ::testing::Test {
 protected:
  PlanServiceTest() : PlanServiceTest(nullptr, SomeKey()) {}
  PlanServiceTest(const ip::testing::PrivateServer* on, std::unique_ptr<crypto::Cipher> cipher)
      : database_("plan-service/migrations", on),
        cipher_(std::move(cipher)),
        ids_(std::string(32, 'p'), auth::Numbers::kSynthetic),
        reference_(*Reference::Parse(kReference)),
        rules_(*RuleBook::Load(ip::testing::SourcePath("plan-service/rules"))),
        feed_(&database_.pool()),
        questions_(&database_.pool(), cipher_.get()),
        plans_({&database_.pool(), cipher_.get(), &clock_, &feed_, "", ""}, &rules_),
        log_(&database_.pool(), cipher_.get()),
        numbers_(&database_.pool(), cipher_.get()),
        krr_(""),
        desk_({&plans_, &log_, &numbers_, &ids_, auth::Numbers::kSynthetic, &reference_, &rules_,
               &krr_, &feed_, &clock_, &questions_, &bundles_}) {
    InitLog("test", Severity::kError);
    SetErrorDomain("plan.individuellplan");
    rpc::Router router;
    ServeAll(router, desk_);
    rpc::ServerOptions options;
    options.workers = 4;
    options.authenticate = [](std::string_view token) -> absl::StatusOr<Caller> {
      const std::vector<std::string> parts =
          absl::StrSplit(absl::string_view(token.data(), token.size()), '|');
      Caller caller;
      if (parts.size() < 3 || !type::Role_Parse(parts[0], &caller.role)) {
        return absl::UnauthenticatedError("token");
      }
      caller.person = parts[1];
      caller.organization = parts[2];
      if (parts.size() > 3) caller.hpr_number = parts[3];
      if (parts.size() > 4) caller.purpose_of_use = parts[4];
      caller.display_name = "Navn Navnesen";
      caller.issuer = caller.role == type::SERVICE ? "referral-service" : "gateway";
      caller.auth_time = SystemClock().Now();
      return caller;
    };
    auto server = rpc::Server::Start(std::move(router), options);
    if (!server.ok()) ADD_FAILURE() << server.status();
    server_ = *std::move(server);
    channel_ = grpc::CreateChannel("127.0.0.1:" + std::to_string(server_->port()),
                                   grpc::InsecureChannelCredentials());
    plan_ = pb::PlanService::NewStub(channel_);
    access_ = pb::AccessService::NewStub(channel_);
    feed_stub_ = pb::PlanFeedService::NewStub(channel_);
    owner_ = Known("CITIZEN", "", 1);
    coordinator_ = Known("PRACTITIONER", "organizations/999990003", 2);
    helper_ = Known("PRACTITIONER", "organizations/999990003", 3);
    stranger_ = Known("PRACTITIONER", "organizations/999990003", 4);
    case_worker_ = Known("CASE_WORKER", "organizations/999990001", 5);
    leader_ = Known("UNIT_LEADER", "organizations/999990001", 6);
    service_ = {"", "", "SERVICE||"};
  }

  static std::unique_ptr<crypto::Cipher> SomeKey() {
    return *crypto::KeyRing::Parse("1 " + crypto::ToBase64Url(std::string(32, 'k')));
  }

  Person Known(const std::string& role, const std::string& organization, int serial) {
    const auto number = *auth::MakeSynthetic(absl::CivilDay(1987, 4, 21), serial);
    const std::string name = ids_.PersonName(number);
    return {name, std::string(number.Reveal()), role + "|" + name + "|" + organization};
  }

  template <class Stub, class Request, class Response>
  absl::StatusOr<Response> Call(Stub& stub,
                                grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&,
                                                             Response*),
                                const Request& request, const Person& who) {
    return rpc::Invoke(stub, method, request,
                       {.identity = [&] { return who.token; }, .budget = absl::Seconds(20)});
  }
  // Of PlanService.
  template <class Request, class Response>
  absl::StatusOr<Response> Plan(grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&,
                                                             Response*),
                                const Request& request, const Person& who) {
    return Call(*plan_, method, request, who);
  }
  // Of AccessService.
  template <class Request, class Response>
  absl::StatusOr<Response> Access(grpc::Status (pb::AccessService::Stub::*method)(
                                      grpc::ClientContext*, const Request&, Response*),
                                  const Request& request, const Person& who) {
    return Call(*access_, method, request, who);
  }

  template <class T>
  static T Must(absl::StatusOr<T> result) {
    EXPECT_TRUE(result.ok()) << result.status();
    return result.ok() ? *std::move(result) : T();
  }

  static pb::ActionRequest Action(const std::string& name, const std::string& etag,
                                  const std::string& reason = "fordi") {
    pb::ActionRequest request;
    request.set_name(name);
    request.set_etag(etag);
    request.set_reason(reason);
    return request;
  }

  pb::CreatePlanRequest NewPlanRequest() const {
    pb::CreatePlanRequest request;
    request.mutable_plan()->mutable_subject()->set_display_name("Kari Nordli");
    request.mutable_plan()->set_municipality_code("4699");
    request.mutable_plan()->set_unit("units/fjordvik");
    request.mutable_subject_identity()->set_national_id(owner_.number);
    request.mutable_consent()->set_kind(pb::Consent::CREATE_PLAN);
    request.mutable_consent()->set_form(pb::Consent::ELECTRONIC);
    request.mutable_consent()->set_informed(true);
    return request;
  }

  static pb::Participant Professional(const std::string& name, const std::string& email) {
    pb::Participant participant;
    participant.set_kind(pb::Participant::PROFESSIONAL);
    participant.set_display_name(name);
    participant.set_role_title("Ergoterapeut");
    participant.set_organization("organizations/999990003");
    participant.set_work_email(email);
    return participant;
  }

  CarePlan Opened() { return OpenedFor(owner_); }
  CarePlan OpenedFor(const Person& subject) {
    pb::CreatePlanRequest request = NewPlanRequest();
    request.mutable_subject_identity()->set_national_id(subject.number);
    return Must(Plan(&Stub::CreatePlan, request, service_));
  }

  pb::CoordinatorAppointment Nominated(const std::string& plan) {
    pb::NominateCoordinatorRequest request;
    request.set_plan(plan);
    request.set_kind(pb::CoordinatorAppointment::COORDINATOR);
    *request.mutable_candidate() = Professional("Amina Lie", "amina.lie@fjordvik.example");
    request.mutable_candidate_identity()->set_national_id(coordinator_.number);
    return Must(Plan(&Stub::NominateCoordinator, request, service_));
  }

  void Accepted(const pb::CoordinatorAppointment& appointment) {
    Must(Plan(&Stub::AcceptCoordinatorAppointment, Action(appointment.name(), appointment.etag()),
              coordinator_));
  }

  pb::Goal Wished(const std::string& plan) {
    pb::CreateGoalRequest request;
    request.set_parent(plan);
    request.mutable_goal()->mutable_own_words()->set_text("Jeg vil handle selv");
    return Must(Plan(&Stub::CreateGoal, request, owner_));
  }

  pb::Participant Invited(const std::string& plan) {
    pb::CreateParticipantRequest request;
    request.set_parent(plan);
    *request.mutable_participant() = Professional("Per Vik", "per.vik@fjordvik.example");
    request.mutable_identity()->set_national_id(helper_.number);
    return Must(Plan(&Stub::CreateParticipant, request, coordinator_));
  }

  pb::Consent Shared(const std::string& plan, const std::string& participant,
                     std::initializer_list<type::Section> sections) {
    pb::CreateConsentRequest request;
    request.set_parent(plan);
    request.mutable_consent()->set_kind(pb::Consent::SHARE);
    request.mutable_consent()->set_participant(participant);
    for (const auto section : sections) request.mutable_consent()->add_sections(section);
    request.mutable_consent()->set_informed(true);
    return Must(Access(&AccessStub::GiveConsent, request, owner_));
  }

  pb::Activity Asked(const std::string& plan, const std::string& responsible) {
    pb::CreateActivityRequest request;
    request.set_parent(plan);
    request.mutable_activity()->set_title("Følge til butikken");
    request.mutable_activity()->set_extent("2 timer hver uke");
    request.mutable_activity()->set_implementation("Per møter Kari hjemme");
    request.mutable_activity()->set_responsible(responsible);
    return Must(Plan(&Stub::CreateActivity, request, coordinator_));
  }

  pb::Evaluation Dated(const std::string& plan, int days) {
    pb::CreateEvaluationRequest request;
    request.set_parent(plan);
    *request.mutable_evaluation()->mutable_due_date() = ToDate(OsloDay(clock_.Now()) + days);
    return Must(Plan(&Stub::CreateEvaluation, request, coordinator_));
  }

  absl::StatusOr<CarePlan> Read(const std::string& plan, const Person& who) {
    pb::GetPlanRequest request;
    request.set_name(plan);
    return Plan(&Stub::GetPlan, request, who);
  }

  void FilledIn(const std::string& plan) {
    pb::UpdatePlanRequest update;
    update.mutable_plan()->set_name(plan);
    *update.mutable_plan()->mutable_period()->mutable_start_date() = ToDate(OsloDay(clock_.Now()));
    update.mutable_plan()->set_strengths_none_stated(true);
    update.mutable_plan()->set_collaboration_none_needed(true);
    auto* need = update.mutable_plan()->add_needs();
    need->set_text("Noen å gå sammen med");
    need->set_life_area(type::DAILY_LIVING);
    Must(Plan(&Stub::UpdatePlan, update, coordinator_));
  }

  // The main job from an opened plan to an active one; answers the plan as its owner sees it.
  CarePlan Active() {
    const std::string plan = Opened().name();
    Accepted(Nominated(plan));
    Wished(plan);
    const std::string helper = Invited(plan).name();
    share_ = Shared(plan, helper, {type::GOALS, type::ACTIVITIES});
    Asked(plan, helper);
    Dated(plan, 60);
    FilledIn(plan);
    const CarePlan draft = Must(Read(plan, owner_));
    const CarePlan approved = Must(Plan(&Stub::ApprovePlan, Action(plan, draft.etag()), owner_));
    return Must(Plan(&Stub::ActivatePlan, Action(plan, approved.etag()), coordinator_));
  }

  int64_t Count(const std::string& sql) {
    auto session = database_.pool().Acquire(SystemClock().Now() + absl::Seconds(10));
    EXPECT_TRUE(session.ok());
    auto count = session->QueryOne(sql, {}, [](const sql::Row& row) { return row.Int64(0); });
    EXPECT_TRUE(count.ok()) << count.status();
    return count->value_or(-1);
  }

  ip::testing::TestDatabase database_;
  TestClock clock_;
  const std::unique_ptr<crypto::Cipher> cipher_;
  const auth::PersonIds ids_;
  const Reference reference_;
  const RuleBook rules_;
  outbox::Feed feed_;
  const PlanQuestions questions_;
  const auth::Jwk bundle_key_ = *auth::Jwk::Parse(auth::NewSigningKey("organizations/999990001"));
  const Bundles bundles_{bundle_key_, {bundle_key_}};
  const PlanRepository plans_;
  AccessLog log_;
  const PersonNumbers numbers_;
  const Krr krr_;
  const Desk desk_;
  std::unique_ptr<rpc::Server> server_;
  std::shared_ptr<grpc::Channel> channel_;
  std::unique_ptr<pb::PlanService::Stub> plan_;
  std::unique_ptr<pb::AccessService::Stub> access_;
  std::unique_ptr<pb::PlanFeedService::Stub> feed_stub_;
  Person owner_, coordinator_, helper_, stranger_, case_worker_, leader_, service_;
  pb::Consent share_;
};

}  // namespace ip::plan::testing

#endif  // PLAN_SERVICE_SERVICE_TEST_SERVICE_H_
