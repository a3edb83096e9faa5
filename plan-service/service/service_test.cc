// The main job through plan-service; the acceptance checks of the law stand in files of their own.
#include <gtest/gtest.h>

#include "plan-service/service/test_service.h"

namespace ip::plan::testing {
namespace {

TEST_F(PlanServiceTest, TheMainJobEndsInAnActivePlanWithDuties) {
  const CarePlan plan = Active();
  EXPECT_EQ(plan.state(), CarePlan::ACTIVE);
  EXPECT_THAT(plan.alarms(), IsEmpty());

  grpc::ClientContext context;
  context.AddMetadata("x-ip-identity", service_.token);
  auto stream = feed_stub_->WatchEvents(&context, type::WatchEventsRequest());
  type::ObligationEvent event;
  while (event.revision() < plan.revision()) ASSERT_TRUE(stream->Read(&event));
  context.TryCancel();
  EXPECT_EQ(event.aggregate(), plan.name());
  std::vector<std::string> parties;
  for (const auto& duty : event.obligations()) {
    if (duty.kind() != Obligation::PLAN_EVALUATION) continue;
    for (const auto& party : duty.parties()) parties.push_back(party.recipient());
  }
  EXPECT_THAT(parties, Contains(coordinator_.name));
  EXPECT_THAT(parties, Contains(helper_.name));
  EXPECT_THAT(parties, Contains(owner_.name));
}

TEST_F(PlanServiceTest, WhoeverAskedSeesWhereANominationStands) {
  const CarePlan plan = Active();
  pb::GetCoordinatorAppointmentRequest request;
  request.set_name(plan.coordinator_appointments(0).name());
  const auto ask = [&] {
    return Call(*feed_stub_, &pb::PlanFeedService::Stub::GetCoordinatorAppointment, request,
                service_);
  };
  EXPECT_EQ(Must(ask()).state(), pb::CoordinatorAppointment::ACTIVE);
  auto end = Action(request.name(), plan.coordinator_appointments(0).etag());
  end.set_reason("Sluttet");
  Must(Plan(&Stub::EndCoordinatorAppointment, end, case_worker_));
  EXPECT_EQ(Must(ask()).state(), pb::CoordinatorAppointment::ENDED);
  EXPECT_EQ(Must(ask()).reason(), "");
  request.set_name(plan.name() + "/coordinatorAppointments/none");
  EXPECT_TRUE(absl::IsNotFound(ask().status()));
}

TEST_F(PlanServiceTest, AServiceFindsTheOpenPlanOfAPersonAndNobodyElseDoes) {
  const CarePlan plan = Opened();
  pb::FindOpenPlanRequest request;
  request.set_person(owner_.name);
  const auto find = [&](const Person& who) {
    return Call(*feed_stub_, &pb::PlanFeedService::Stub::FindOpenPlan, request, who);
  };
  EXPECT_EQ(Must(find(service_)).plan(), plan.name());
  EXPECT_EQ(Must(find(service_)).unit(), "units/fjordvik");
  EXPECT_EQ(Why(find(case_worker_)), "ROLE_NOT_ALLOWED");
  Must(Plan(&Stub::RevokePlan, Action(plan.name(), plan.etag()), case_worker_));
  EXPECT_EQ(Must(find(service_)).plan(), "");
}

TEST_F(PlanServiceTest, OutsidersLearnNothing) {
  const CarePlan plan = Active();
  const std::string missing = "plans/none-at-all";
  EXPECT_EQ(Read(plan.name(), stranger_).status(), Read(missing, stranger_).status());
  pb::CreateGoalRequest goal;
  goal.set_parent(plan.name());
  EXPECT_TRUE(absl::IsNotFound(Plan(&Stub::CreateGoal, goal, stranger_).status()));
  EXPECT_THAT(Must(Plan(&Stub::ListPlans, pb::ListPlansRequest(), stranger_)).plans(), IsEmpty());
  Person elsewhere = case_worker_;
  elsewhere.token = "CASE_WORKER|" + case_worker_.name + "|organizations/999990009";
  EXPECT_TRUE(absl::IsNotFound(Read(plan.name(), elsewhere).status()));
  EXPECT_EQ(Why(Plan(&Stub::CreatePlan, NewPlanRequest(), elsewhere)), "NOT_YOUR_UNIT");
}

TEST_F(PlanServiceTest, UnitSeesTheOverviewAlone) {
  const CarePlan plan = Active();
  const CarePlan seen = Must(Read(plan.name(), case_worker_));
  EXPECT_EQ(seen.subject().display_name(), "Kari Nordli");
  EXPECT_THAT(seen.goals(), IsEmpty());
  EXPECT_THAT(seen.participants(), IsEmpty());
  EXPECT_THAT(seen.redacted_sections(), Contains(type::GOALS));
}

TEST_F(PlanServiceTest, WhoIsAskedWithoutAShareIsToldWhatIsMissing) {
  const std::string plan = Opened().name();
  Accepted(Nominated(plan));
  const std::string helper = Invited(plan).name();
  EXPECT_TRUE(absl::IsNotFound(Read(plan, helper_).status()));
  const pb::Activity activity = Asked(plan, helper);
  EXPECT_EQ(activity.commitment(), pb::Activity::REQUESTED);
  EXPECT_EQ(Why(Read(plan, helper_)), "SHARE_CONSENT_MISSING");
  EXPECT_EQ(Why(Plan(&Stub::AcceptActivity, Action(activity.name(), activity.etag()), helper_)),
            "SHARE_CONSENT_MISSING");
  Shared(plan, helper, {type::ACTIVITIES});
  EXPECT_EQ(Why(Plan(&Stub::AcceptActivity, Action(activity.name(), activity.etag()), helper_)),
            "OK");
  pb::CreateGoalRequest goal;
  goal.set_parent(plan);
  goal.mutable_goal()->set_professional_wording("Trygg i butikken");
  EXPECT_EQ(Why(Plan(&Stub::CreateGoal, goal, helper_)), "SECTION_NOT_SHARED");
}

TEST_F(PlanServiceTest, ARepeatedRequestIsCarriedOutOnce) {
  const std::string plan = Opened().name();
  pb::CreateGoalRequest request;
  request.set_parent(plan);
  request.mutable_goal()->mutable_own_words()->set_text("Ro i huset");
  request.set_request_id("3f2b8c1e-6d0a-4c55-9a3e-2f1d7b9c0e4a");
  const pb::Goal first = Must(Plan(&Stub::CreateGoal, request, owner_));
  EXPECT_EQ(Must(Plan(&Stub::CreateGoal, request, owner_)).name(), first.name());
  EXPECT_THAT(Must(Read(plan, owner_)).goals(), SizeIs(1));
  request.mutable_goal()->mutable_own_words()->set_text("Noe annet");
  EXPECT_EQ(Why(Plan(&Stub::CreateGoal, request, owner_)), "REQUEST_ID_REUSED");
}

TEST_F(PlanServiceTest, ARepeatedAnswerToANominationIsTheSameAnswer) {
  const std::string plan = Opened().name();
  const auto nomination = Nominated(plan);
  pb::ActionRequest request = Action(nomination.name(), nomination.etag());
  request.set_request_id("7d1f0a52-90c3-4b1e-8f64-5f0c1f6c2b11");
  const auto first = Must(Plan(&Stub::AcceptCoordinatorAppointment, request, coordinator_));
  const auto again = Must(Plan(&Stub::AcceptCoordinatorAppointment, request, coordinator_));
  EXPECT_EQ(again.ShortDebugString(), first.ShortDebugString());
}

TEST_F(PlanServiceTest, TheUnitFindsWhoAsksToHandOver) {
  const CarePlan plan = Active();
  const auto& mine = plan.coordinator_appointments(0);
  pb::ActionRequest request = Action(mine.name(), mine.etag());
  request.set_reason("Flytter til en annen kommune");
  EXPECT_EQ(Why(Plan(&Stub::RequestCoordinatorHandover, request, helper_)), "NOT_ALLOWED_IN_PLAN");
  EXPECT_TRUE(
      absl::IsPermissionDenied(Plan(&Stub::RequestCoordinatorHandover, request, owner_).status()));
  const auto asked = Must(Plan(&Stub::RequestCoordinatorHandover, request, coordinator_));
  EXPECT_EQ(asked.state(), pb::CoordinatorAppointment::ACTIVE);
  EXPECT_EQ(asked.handover_reason(), request.reason());
  pb::ListPlansRequest list;
  list.set_filter("alarm = \"HANDOVER_REQUESTED\"");
  EXPECT_THAT(Must(Plan(&Stub::ListPlans, list, case_worker_)).plans(), SizeIs(1));
  Must(Plan(&Stub::WithdrawCoordinatorHandover, Action(asked.name(), asked.etag()), coordinator_));
  EXPECT_THAT(Must(Plan(&Stub::ListPlans, list, case_worker_)).plans(), IsEmpty());
}

TEST_F(PlanServiceTest, ListsArePagedAndFilteredAndBoundToTheirArguments) {
  const CarePlan plan = Active();
  pb::ListPlansRequest request;
  request.set_filter("state = \"ACTIVE\" AND role = \"COORDINATOR\"");
  const auto plans = Must(Plan(&Stub::ListPlans, request, coordinator_));
  ASSERT_THAT(plans.plans(), SizeIs(1));
  EXPECT_EQ(plans.plans(0).coordinator_display_name(), "Amina Lie");
  EXPECT_EQ(ToDay(plans.plans(0).next_evaluation_date()), OsloDay(clock_.Now()) + 60);
  EXPECT_EQ(plans.next_page_token(), "");
  request.set_filter("state = \"DRAFT\"");
  EXPECT_THAT(Must(Plan(&Stub::ListPlans, request, coordinator_)).plans(), IsEmpty());
  request.set_filter("name = \"x\"");
  EXPECT_EQ(Why(Plan(&Stub::ListPlans, request, coordinator_)), "INVALID_REQUEST");
  request.clear_filter();
  request.set_order_by("state");
  EXPECT_EQ(Why(Plan(&Stub::ListPlans, request, coordinator_)), "INVALID_REQUEST");

  auto activity = Asked(plan.name(), plan.activities(0).responsible());
  pb::ListMyActivitiesRequest mine;
  mine.set_page_size(1);
  const auto page = Must(Plan(&Stub::ListMyActivities, mine, helper_));
  ASSERT_THAT(page.items(), SizeIs(1));
  mine.set_page_token(page.next_page_token());
  const auto next = Must(Plan(&Stub::ListMyActivities, mine, helper_));
  ASSERT_THAT(next.items(), SizeIs(1));
  EXPECT_NE(next.items(0).activity().name(), page.items(0).activity().name());
  EXPECT_EQ(next.next_page_token(), "");
  EXPECT_TRUE(absl::IsInvalidArgument(Plan(&Stub::ListMyActivities, mine, coordinator_).status()));
}

TEST_F(PlanServiceTest, PreviewShowsWhatAConsentWouldOpen) {
  const std::string plan = Opened().name();
  Accepted(Nominated(plan));
  Wished(plan);
  pb::PreviewAccessRequest request;
  request.set_plan(plan);
  request.set_participant(Invited(plan).name());
  const auto before = Must(Access(&AccessStub::PreviewAccess, request, owner_));
  EXPECT_FALSE(before.has_plan());
  EXPECT_THAT(before.explanation().nb(), HasSubstr("Ingenting"));
  request.mutable_hypothetical_consent()->add_sections(type::GOALS);
  const auto after = Must(Access(&AccessStub::PreviewAccess, request, owner_));
  EXPECT_THAT(after.plan().goals(), SizeIs(1));
  EXPECT_THAT(after.plan().participants(), IsEmpty());
  EXPECT_TRUE(absl::IsNotFound(Read(plan, helper_).status()));
}

TEST_F(PlanServiceTest, BlocksWinAndAreLifted) {
  const CarePlan plan = Active();
  pb::BlockAccessRequest request;
  request.set_parent(plan.name());
  request.mutable_access_block()->set_person(helper_.name);
  const auto block = Must(Access(&AccessStub::BlockAccess, request, owner_));
  EXPECT_TRUE(absl::IsNotFound(Read(plan.name(), helper_).status()));
  Must(Access(&AccessStub::LiftAccessBlock, Action(block.name(), block.etag()), owner_));
  EXPECT_TRUE(Read(plan.name(), helper_).ok());
}

TEST_F(PlanServiceTest, AddressesAreToldWhileTheDutyIsTheirs) {
  const CarePlan plan = Active();
  const auto resolve = [&](const std::string& recipient, const std::string& duty,
                           Obligation::Capacity capacity = Obligation::CAPACITY_UNSPECIFIED,
                           bool called_off = false) {
    type::ResolveContactRequest request;
    request.set_recipient(recipient);
    request.set_obligation(duty);
    request.set_capacity(capacity);
    request.set_called_off(called_off);
    return Must(Call(*feed_stub_, &pb::PlanFeedService::Stub::ResolveContact, request, service_));
  };
  const std::string evaluation = plan.evaluations(0).name();
  EXPECT_EQ(resolve(helper_.name, evaluation).email(), "per.vik@fjordvik.example");
  EXPECT_EQ(resolve("units/fjordvik", evaluation).email(), "ke@fjordvik.example");
  EXPECT_EQ(resolve("units/fjordvik", evaluation, Obligation::UNIT_LEADER).email(),
            "leder@fjordvik.example");
  EXPECT_EQ(resolve(owner_.name, evaluation).obstacle(), type::ResolveContactResponse::NO_ADDRESS);
  EXPECT_EQ(resolve(owner_.name, evaluation).audience(),
            type::ResolveContactResponse::PRIVATE_PERSON);
  EXPECT_EQ(resolve(stranger_.name, evaluation).obstacle(),
            type::ResolveContactResponse::NOT_RESPONSIBLE);
  pb::RescheduleEvaluationRequest move;
  move.set_name(evaluation);
  move.set_etag(plan.evaluations(0).etag());
  move.set_reason("ferie");
  *move.mutable_due_date() = ToDate(OsloDay(clock_.Now()) + 70);
  Must(Plan(&Stub::RescheduleEvaluation, move, coordinator_));
  EXPECT_EQ(resolve(helper_.name, evaluation).obstacle(),
            type::ResolveContactResponse::NOT_RESPONSIBLE);
  // A day in their calendar is taken back from those who are still there.
  EXPECT_EQ(resolve(helper_.name, evaluation, Obligation::RESPONSIBLE, true).email(),
            "per.vik@fjordvik.example");
  EXPECT_EQ(resolve(stranger_.name, evaluation, Obligation::RESPONSIBLE, true).obstacle(),
            type::ResolveContactResponse::NOT_RESPONSIBLE);
}

TEST_F(PlanServiceTest, NothingReadableLiesInTheDatabase) {
  Active();
  for (const char* where :
       {"SELECT COUNT(*) FROM plan WHERE document LIKE BINARY '%handle selv%'",
        "SELECT COUNT(*) FROM plan_revision WHERE document LIKE BINARY '%Kari%'",
        "SELECT COUNT(*) FROM outbox WHERE payload LIKE BINARY '%Kari%'",
        "SELECT COUNT(*) FROM access_log WHERE entry LIKE BINARY '%Navnesen%'"}) {
    EXPECT_EQ(Count(where), 0) << where;
  }
  EXPECT_EQ(Count("SELECT COUNT(*) FROM person_number WHERE number LIKE BINARY '%" + owner_.number +
                  "%'"),
            0);
  EXPECT_EQ(Count("SELECT COUNT(*) FROM person_number"), 3);
}

}  // namespace
}  // namespace ip::plan::testing
