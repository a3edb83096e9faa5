#include <gmock/gmock.h>
#include <google/rpc/error_details.pb.h>

#include <set>
#include <thread>

#include "lib/base/errors.h"
#include "referral-service/testing/service_fixture.h"

namespace ip::referral {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::testing::UnorderedElementsAre;
using A = pb::Acceptance;
using N = pb::NeedNotice;
using testing::Feed;
using testing::Service;
using testing::ServiceTest;

TEST_F(ServiceTest, FromANeedToACoordinator) {
  replica_.worker().Start();
  const auto draft = Create();
  EXPECT_EQ(draft.state(), N::DRAFT);
  EXPECT_EQ(draft.subject().person(), kari_);
  auto sent = As("gp", &Service::Stub::SubmitNotice, For<pb::ActionRequest>(draft.name()));
  ASSERT_TRUE(sent.ok()) << sent.status();
  EXPECT_EQ(sent->state(), N::SUBMITTED);
  EXPECT_EQ(sent->clock().signal(), pb::Clock::GREEN);
  EXPECT_EQ(sent->unit(), "units/fjordvik");

  const auto taken = Take();
  ASSERT_TRUE(taken.ok()) << taken.status();
  EXPECT_EQ(taken->name(), draft.name());
  EXPECT_EQ(taken->assignee(), "persons/siri");
  const auto accepted = AcceptIt(draft.name());
  ASSERT_TRUE(accepted.ok()) << accepted.status();
  EXPECT_EQ(accepted->state(), N::ACCEPTED);
  ASSERT_TRUE(
      Eventually([&] { return Get(draft.name()).acceptance().step() == A::AWAITING_COORDINATOR; }));
  {
    std::lock_guard lock(plans_.mutex);
    plans_.answer = CoordinatorAnswer::kAccepted;
  }
  ASSERT_TRUE(Eventually([&] { return Get(draft.name()).state() == N::CLOSED_DONE; }));

  // The notifier sees that it is done, and nothing of the plan.
  pb::GetNoticeRequest get;
  get.set_name(draft.name());
  const auto seen = As("gp", &Service::Stub::GetNotice, get);
  ASSERT_TRUE(seen.ok()) << seen.status();
  EXPECT_EQ(seen->state(), N::CLOSED_DONE);
  EXPECT_EQ(seen->decision().outcome(), N::PLAN_AND_COORDINATOR);
  EXPECT_EQ(seen->DebugString().find("plans/"), std::string::npos);
  EXPECT_EQ(seen->DebugString().find("Siri"), std::string::npos);
  const auto own = As("kari", &Service::Stub::GetNotice, get);
  ASSERT_TRUE(own.ok()) << own.status();
  EXPECT_EQ(own->acceptance().plan(), "plans/p1");
  EXPECT_EQ(As("stranger", &Service::Stub::GetNotice, get).status().code(),
            absl::StatusCode::kNotFound);
  EXPECT_EQ(As("lyngnes", &Service::Stub::GetNotice, get).status().code(),
            absl::StatusCode::kNotFound);
}

TEST_F(ServiceTest, WhatIsMissingIsSaidAtOnceWithTheWayOut) {
  auto request = NewNotice();
  request.mutable_notice()->clear_consent_basis();
  request.mutable_notice()->clear_rights_information();
  const auto draft = As("gp", &Service::Stub::CreateNotice, request);
  ASSERT_TRUE(draft.ok()) << draft.status();
  const auto status =
      As("gp", &Service::Stub::SubmitNotice, For<pb::ActionRequest>(draft->name())).status();
  EXPECT_EQ(ReasonOf(status), "NOTICE_INCOMPLETE");
  google::rpc::PreconditionFailure failure;
  const auto rpc = ToRpcStatus(status);
  for (const auto& detail : rpc.details()) detail.UnpackTo(&failure);
  EXPECT_EQ(failure.violations_size(), 2);
}

TEST_F(ServiceTest, CallsAreIdempotentAndEtagsGuardEveryStep) {
  auto request = NewNotice();
  request.set_request_id("11111111-1111-4111-8111-111111111111");
  const auto first = As("gp", &Service::Stub::CreateNotice, request);
  const auto again = As("gp", &Service::Stub::CreateNotice, request);
  ASSERT_TRUE(first.ok() && again.ok());
  EXPECT_EQ(first->name(), again->name());
  request.mutable_notice()->set_need_description("Noe annet");
  EXPECT_EQ(ReasonOf(As("gp", &Service::Stub::CreateNotice, request).status()),
            "REQUEST_ID_REUSED");

  auto submit = For<pb::ActionRequest>(first->name());
  submit.set_etag("");
  EXPECT_EQ(ReasonOf(As("gp", &Service::Stub::SubmitNotice, submit).status()), "ETAG_REQUIRED");
  submit.set_etag("\"old\"");
  EXPECT_EQ(ReasonOf(As("gp", &Service::Stub::SubmitNotice, submit).status()), "ETAG_MISMATCH");
}

TEST_F(ServiceTest, ADraftIsUnseenAndCanBeChanged) {
  const auto draft = Create();
  pb::GetNoticeRequest get;
  get.set_name(draft.name());
  EXPECT_EQ(As("siri", &Service::Stub::GetNotice, get).status().code(),
            absl::StatusCode::kNotFound);
  EXPECT_EQ(As("kari", &Service::Stub::GetNotice, get).status().code(),
            absl::StatusCode::kNotFound);
  pb::UpdateNoticeRequest update;
  update.mutable_notice()->set_name(draft.name());
  update.mutable_notice()->set_need_description("Mer utfyllende");
  const auto updated = As("gp", &Service::Stub::UpdateNotice, update);
  ASSERT_TRUE(updated.ok()) << updated.status();
  EXPECT_EQ(updated->need_description(), "Mer utfyllende");
  update.mutable_notice()->set_need_description(" ");
  EXPECT_EQ(As("gp", &Service::Stub::UpdateNotice, update).status().code(),
            absl::StatusCode::kInvalidArgument);
}

TEST_F(ServiceTest, ACitizenAboutThemselfNeedsNoNumberUntilThePlanIsOpened) {
  auto request = NewNotice();
  request.clear_subject_identity();
  request.mutable_notice()->mutable_notifier()->set_source(pb::Notifier::SELF);
  request.mutable_notice()->mutable_consent_basis()->set_kind(pb::ConsentBasis::OWN_REQUEST);
  const auto draft = As("kari", &Service::Stub::CreateNotice, request);
  ASSERT_TRUE(draft.ok()) << draft.status();
  EXPECT_EQ(draft->subject().person(), kari_);
  ASSERT_TRUE(As("kari", &Service::Stub::SubmitNotice, For<pb::ActionRequest>(draft->name())).ok());
  ASSERT_TRUE(Take().ok());
  EXPECT_EQ(ReasonOf(AcceptIt(draft->name()).status()), "DECISION_INCOMPLETE");
  auto accept = For<pb::AcceptNoticeRequest>(draft->name());
  *accept.mutable_decision() = testing::Yes();
  *accept.mutable_coordinator() = testing::Amina();
  accept.mutable_subject_identity()->set_national_id(testing::kAmina);
  EXPECT_EQ(As("siri", &Service::Stub::AcceptNotice, accept).status().code(),
            absl::StatusCode::kInvalidArgument);
  accept.mutable_subject_identity()->set_national_id(testing::kKari);
  const auto accepted = As("siri", &Service::Stub::AcceptNotice, accept);
  ASSERT_TRUE(accepted.ok()) << accepted.status();
  EXPECT_EQ(accepted->DebugString().find(testing::kKari), std::string::npos);

  EXPECT_EQ(As("gp", &Service::Stub::CreateNotice, request).status().code(),
            absl::StatusCode::kInvalidArgument);
  request.mutable_subject_identity()->set_national_id(testing::kAmina);
  EXPECT_EQ(As("kari", &Service::Stub::CreateNotice, request).status().code(),
            absl::StatusCode::kInvalidArgument);
}

TEST_F(ServiceTest, AForwardedNoticeKeepsItsClockAtTheOtherUnit) {
  const std::string name = Sent();
  ASSERT_TRUE(Take().ok());
  clock_.Advance(absl::Hours(24 * 5));
  auto request = For<pb::ForwardNoticeRequest>(name);
  request.set_unit("units/lyngnes");
  request.set_reason("Bor i Lyngnes");
  const auto forwarded = As("siri", &Service::Stub::ForwardNotice, request);
  ASSERT_TRUE(forwarded.ok()) << forwarded.status();
  EXPECT_EQ(forwarded->state(), N::FORWARDED);
  pb::GetNoticeRequest get;
  get.set_name(forwarded->forwarded_to());
  const auto there = As("lyngnes", &Service::Stub::GetNotice, get);
  ASSERT_TRUE(there.ok()) << there.status();
  EXPECT_EQ(there->state(), N::SUBMITTED);
  EXPECT_EQ(there->clock().start_time().seconds(), forwarded->clock().start_time().seconds());
  EXPECT_EQ(there->forwarded_from(), name);
  EXPECT_TRUE(As("gp", &Service::Stub::GetNotice, get).ok());
  EXPECT_EQ(As("siri", &Service::Stub::GetNotice, get).status().code(),
            absl::StatusCode::kNotFound);
  EXPECT_EQ(Count("notice_work"), 0);
}

TEST_F(ServiceTest, QuestionAnswerAndPreliminaryReply) {
  const std::string name = Sent();
  ASSERT_TRUE(Take().ok());
  auto ask = For<pb::RequestInformationRequest>(name);
  ask.mutable_information_request()->set_question("Hvilke tjenester har hun?");
  *ask.mutable_information_request()->mutable_answer_due_date() =
      DateOf(absl::CivilDay(2026, 11, 9));
  ASSERT_TRUE(As("siri", &Service::Stub::RequestInformation, ask).ok());
  auto answer = For<pb::ProvideInformationRequest>(name);
  answer.set_answer("Hjemmesykepleie");
  const auto answered = As("gp", &Service::Stub::ProvideInformation, answer);
  ASSERT_TRUE(answered.ok()) << answered.status();
  EXPECT_EQ(answered->state(), N::IN_TRIAGE);
  auto reply = For<pb::SendPreliminaryReplyRequest>(name);
  reply.mutable_preliminary_reply()->set_reason("Venter på epikrise");
  *reply.mutable_preliminary_reply()->mutable_expected_date() = DateOf(absl::CivilDay(2027, 1, 4));
  EXPECT_TRUE(As("siri", &Service::Stub::SendPreliminaryReply, reply).ok());
}

TEST_F(ServiceTest, MyNoticesAreTheSendersAndThePersons) {
  for (int i = 0; i < 3; ++i) {
    Sent();
    clock_.Advance(absl::Seconds(1));
  }
  const std::string draft = Create().name();
  pb::ListMyNoticesRequest request;
  request.set_page_size(2);
  const auto first = As("gp", &Service::Stub::ListMyNotices, request);
  ASSERT_TRUE(first.ok()) << first.status();
  ASSERT_THAT(first->notices(), SizeIs(2));
  EXPECT_EQ(first->notices(0).name(), draft);
  request.set_page_token(first->next_page_token());
  EXPECT_THAT(As("gp", &Service::Stub::ListMyNotices, request)->notices(), SizeIs(2));
  EXPECT_THAT(As("kari", &Service::Stub::ListMyNotices, {})->notices(), SizeIs(3));
  EXPECT_THAT(As("stranger", &Service::Stub::ListMyNotices, {})->notices(), IsEmpty());
}

TEST_F(ServiceTest, UnitsAreListed) {
  pb::ListUnitsRequest request;
  request.set_municipality_code("4699");
  const auto units = As("kari", &Service::Stub::ListUnits, request);
  ASSERT_TRUE(units.ok()) << units.status();
  ASSERT_THAT(units->units(), SizeIs(1));
  EXPECT_EQ(units->units(0).name(), "units/fjordvik");
  request.clear_municipality_code();
  request.set_page_size(2);
  const auto page = As("kari", &Service::Stub::ListUnits, request);
  EXPECT_THAT(page->units(), SizeIs(2));
  request.set_page_token(page->next_page_token());
  const auto rest = As("kari", &Service::Stub::ListUnits, request);
  ASSERT_THAT(rest->units(), SizeIs(1));
  EXPECT_EQ(rest->units(0).kind(), pb::CoordinatingUnit::SPECIALIST);
}

TEST_F(ServiceTest, WhoMayNotMayNot) {
  pb::TakeNextNoticeRequest take;
  take.set_unit("units/fjordvik");
  EXPECT_EQ(As("gp", &Service::Stub::TakeNextNotice, take).status().code(),
            absl::StatusCode::kPermissionDenied);
  EXPECT_EQ(As("lyngnes", &Service::Stub::TakeNextNotice, take).status().code(),
            absl::StatusCode::kNotFound);
  EXPECT_EQ(ReasonOf(Take().status()), "QUEUE_EMPTY");
}

TEST_F(ServiceTest, TheFeedTellsDutiesAndContactsAreLookedUpForOpenOnesOnly) {
  const std::string name = Sent();
  grpc::ClientContext context;
  context.AddMetadata("x-ip-identity", "service");
  context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(20));
  auto reader = replica_.feed_stub().WatchEvents(&context, {});
  type::ObligationEvent event;
  ASSERT_TRUE(reader->Read(&event));
  context.TryCancel();
  reader->Finish();
  EXPECT_EQ(event.aggregate(), name);
  EXPECT_EQ(event.obligations_size(), 3);
  EXPECT_NE(event.cursor(), "");

  type::GetObligationsRequest get;
  get.set_aggregate(name);
  EXPECT_EQ(Ask(&Feed::Stub::GetObligations, get)->revision(), event.revision());

  type::ResolveContactRequest contact;
  contact.set_obligation(name);
  contact.set_recipient("units/fjordvik");
  EXPECT_EQ(Ask(&Feed::Stub::ResolveContact, contact)->email(), "ke@fjordvik.example");
  contact.set_capacity(type::Obligation::UNIT_LEADER);
  EXPECT_EQ(Ask(&Feed::Stub::ResolveContact, contact)->email(), "leder@fjordvik.example");
  contact.set_recipient("persons/gp");
  EXPECT_EQ(Ask(&Feed::Stub::ResolveContact, contact)->email(), "jonas.berg@legesenter.example");
  contact.set_recipient("persons/stranger");
  EXPECT_EQ(Ask(&Feed::Stub::ResolveContact, contact)->obstacle(),
            type::ResolveContactResponse::NOT_RESPONSIBLE);
  ASSERT_TRUE(As("gp", &Service::Stub::WithdrawNotice, For<pb::ActionRequest>(name)).ok());
  contact.set_recipient("units/fjordvik");
  EXPECT_EQ(Ask(&Feed::Stub::ResolveContact, contact)->obstacle(),
            type::ResolveContactResponse::NOT_RESPONSIBLE);
}

TEST_F(ServiceTest, TheFeedTellsASystemOfItsOwnNoticesAndDutiesAlone) {
  const auto send = [this](const std::string& who) {
    const N draft = Create(who);
    pb::ActionRequest submit;
    submit.set_name(draft.name());
    submit.set_etag(draft.etag());
    const auto sent = As(who, &Service::Stub::SubmitNotice, submit);
    EXPECT_TRUE(sent.ok()) << sent.status();
    return draft.name();
  };
  send("lyngnes");  // another organization's
  const std::string own = send("system");
  grpc::ClientContext context;
  context.AddMetadata("x-ip-identity", "system");
  context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(20));
  auto reader = replica_.feed_stub().WatchEvents(&context, {});
  type::ObligationEvent event;
  ASSERT_TRUE(reader->Read(&event));
  EXPECT_EQ(event.aggregate(), own);
  ASSERT_EQ(event.obligations_size(), 1);  // not the unit's two
  EXPECT_EQ(event.obligations(0).kind(), type::Obligation::NOTICE_RECEIPT);
  ASSERT_EQ(event.obligations(0).parties_size(), 1);
  EXPECT_EQ(event.obligations(0).parties(0).recipient(), "organizations/999990002");

  // That it is over is told too, though nobody has anything to do then.
  ASSERT_TRUE(As("system", &Service::Stub::WithdrawNotice, For<pb::ActionRequest>(own)).ok());
  ASSERT_TRUE(reader->Read(&event));
  EXPECT_EQ(event.aggregate(), own);
  EXPECT_EQ(event.obligations_size(), 0);
  context.TryCancel();
  reader->Finish();
}

}  // namespace
}  // namespace ip::referral
