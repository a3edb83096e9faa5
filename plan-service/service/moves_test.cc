// Plans that move, through the service: merged, carried in a bundle, counted; and ages by the
// clock.
#include <gtest/gtest.h>

#include "plan-service/service/test_service.h"
#include "plan-service/worker/age_worker.h"

namespace ip::plan::testing {
namespace {

using Moves = PlanServiceTest;

TEST_F(Moves, ADuplicateUnderAnotherNumberIsMergedOnce) {
  const CarePlan kept = Active();
  const Person again = Known("CITIZEN", "", 77);
  const CarePlan duplicate = OpenedFor(again);
  pb::CreateGoalRequest goal;
  goal.set_parent(duplicate.name());
  goal.mutable_goal()->mutable_own_words()->set_text("Bo for meg selv");
  Must(Plan(&Stub::CreateGoal, goal, again));

  pb::MergePlansRequest request;
  request.set_name(kept.name());
  request.set_duplicate(duplicate.name());
  request.set_reason("D-nummer og fødselsnummer er samme person");
  EXPECT_EQ(Why(Plan(&Stub::MergePlans, request, case_worker_)), "ETAG_REQUIRED");
  // What cannot be taken up is not ended.
  EXPECT_EQ(Must(Read(duplicate.name(), again)).state(), CarePlan::DRAFT);
  request.set_etag(kept.etag());
  Person elsewhere = case_worker_;
  elsewhere.token = "CASE_WORKER|" + case_worker_.name + "|organizations/999990009";
  EXPECT_TRUE(absl::IsNotFound(Plan(&Stub::MergePlans, request, elsewhere).status()));
  const CarePlan merged = Must(Plan(&Stub::MergePlans, request, case_worker_));
  EXPECT_THAT(merged.merged_plans(), SizeIs(1));
  EXPECT_THAT(merged.goals(), IsEmpty());  // the unit sees no more than before
  Must(Plan(&Stub::MergePlans, request, case_worker_));
  EXPECT_THAT(Must(Read(kept.name(), owner_)).goals(), SizeIs(2));
  const CarePlan ended = Must(Read(duplicate.name(), again));
  EXPECT_EQ(ended.state(), CarePlan::REVOKED);
  EXPECT_EQ(ended.merged_into(), kept.name());
}

TEST_F(Moves, ABundleOpensElsewhereWithItsOriginAndOnlyUntouched) {
  const CarePlan plan = Active();
  pb::ExportPlanRequest request;
  request.set_name(plan.name());
  EXPECT_EQ(Why(Plan(&Stub::ExportPlan, request, owner_)), "INVALID_REQUEST");
  request.set_reason("Flytter til en annen kommune");
  EXPECT_EQ(Why(Plan(&Stub::ExportPlan, request, helper_)), "NOT_ALLOWED_IN_PLAN");
  const pb::PlanBundle bundle = Must(Plan(&Stub::ExportPlan, request, owner_));
  pb::PortablePlan portable;
  ASSERT_TRUE(portable.ParseFromString(bundle.content()));
  EXPECT_EQ(portable.revisions_size(), plan.revision());
  EXPECT_EQ(portable.revisions(0).plan().state(), CarePlan::ACTIVE);
  EXPECT_THAT(bundle.signature(), HasSubstr(".."));
  pb::ListAccessLogEntriesRequest log;
  log.set_parent(plan.name());
  const auto entries = Must(Access(&AccessStub::ListAccessLogEntries, log, owner_));
  EXPECT_THAT(entries.ShortDebugString(), HasSubstr("Flytter til en annen kommune"));

  pb::ImportPlanRequest arrival;
  *arrival.mutable_bundle() = bundle;
  arrival.mutable_subject_identity()->set_national_id(owner_.number);
  arrival.set_unit("units/other");
  arrival.set_municipality_code("4601");
  arrival.set_request_id("0b5e2f0a-3a35-4a4b-8d8e-4f1d2f6b8c11");
  EXPECT_EQ(Why(Plan(&Stub::ImportPlan, arrival, case_worker_)), "NOT_YOUR_UNIT");
  Person there = Known("CASE_WORKER", "organizations/999990009", 9);
  EXPECT_EQ(Why(Plan(&Stub::ImportPlan, arrival, there)), "OPEN_PLAN_EXISTS");
  Must(Plan(&Stub::RevokePlan, Action(plan.name(), plan.etag()), case_worker_));

  pb::ImportPlanRequest forged = arrival;
  std::string& content = *forged.mutable_bundle()->mutable_content();
  for (size_t i = 0; i < content.size(); i += content.size() / 20) {
    content[i] = static_cast<char>(content[i] ^ 1);
    EXPECT_EQ(Why(Plan(&Stub::ImportPlan, forged, there)), "BUNDLE_SIGNATURE_INVALID") << i;
    content[i] = static_cast<char>(content[i] ^ 1);
  }
  forged.mutable_bundle()->set_signature("e30..x");
  EXPECT_EQ(Why(Plan(&Stub::ImportPlan, forged, there)), "BUNDLE_SIGNATURE_INVALID");
  forged.mutable_bundle()->clear_signature();
  EXPECT_EQ(Why(Plan(&Stub::ImportPlan, forged, there)), "BUNDLE_SIGNATURE_INVALID");

  const CarePlan arrived = Must(Plan(&Stub::ImportPlan, arrival, there));
  EXPECT_EQ(Must(Plan(&Stub::ImportPlan, arrival, there)).name(), arrived.name());
  const CarePlan mine = Must(Read(arrived.name(), owner_));
  EXPECT_EQ(mine.state(), CarePlan::DRAFT);
  EXPECT_EQ(mine.goals(0).own_words().text(), "Jeg vil handle selv");
  EXPECT_EQ(mine.provenance().source_organization(), "organizations/999990001");
  EXPECT_EQ(mine.provenance().source_plan(), plan.name());
  EXPECT_EQ(mine.provenance().bundle_digest().size(), 64u);
  EXPECT_THAT(mine.alarms(), Contains(CarePlan::NO_COORDINATOR));
  EXPECT_TRUE(absl::IsNotFound(Read(arrived.name(), helper_).status()));

  // What was before the move is read like history, with its origin, and logged.
  pb::ListPlanRevisionsRequest history;
  history.set_name(arrived.name());
  history.set_imported(true);
  history.set_page_size(2);
  std::vector<int64_t> revisions;
  do {
    const auto before = Must(Plan(&Stub::ListPlanRevisions, history, owner_));
    EXPECT_EQ(before.provenance().source_plan(), plan.name());
    for (const auto& revision : before.revisions()) {
      revisions.push_back(revision.revision());
      EXPECT_FALSE(revision.without_plan());
      EXPECT_FALSE(revision.action().empty());
    }
    history.set_page_token(before.next_page_token());
  } while (!history.page_token().empty());
  EXPECT_EQ(revisions.size(), static_cast<size_t>(plan.revision()));
  EXPECT_TRUE(std::is_sorted(revisions.rbegin(), revisions.rend()));
  pb::GetPlanRequest then;
  then.set_name(arrived.name());
  then.set_imported_revision(plan.revision());
  const auto rows = Count("SELECT COUNT(*) FROM access_log");
  EXPECT_EQ(Must(Plan(&Stub::GetPlan, then, owner_)).state(), CarePlan::ACTIVE);
  EXPECT_EQ(Count("SELECT COUNT(*) FROM access_log"), rows + 1);
  EXPECT_THAT(Must(Plan(&Stub::GetPlan, then, there)).goals(), IsEmpty());
  EXPECT_TRUE(absl::IsNotFound(Plan(&Stub::GetPlan, then, helper_).status()));
  then.set_imported_revision(plan.revision() + 1);
  EXPECT_TRUE(absl::IsNotFound(Plan(&Stub::GetPlan, then, owner_).status()));
  *then.mutable_as_of_time() = ToTimestamp(clock_.Now());
  EXPECT_EQ(Why(Plan(&Stub::GetPlan, then, owner_)), "INVALID_REQUEST");
  history.set_name(plan.name());
  history.clear_page_token();
  EXPECT_TRUE(absl::IsNotFound(Plan(&Stub::ListPlanRevisions, history, owner_).status()));
  EXPECT_EQ(Count("SELECT COUNT(*) FROM plan_import"), 1);
  EXPECT_EQ(Count("SELECT COUNT(*) FROM plan_import WHERE bundle LIKE BINARY '%handle selv%'"), 0);
}

TEST_F(Moves, GapStatisticsAreForTheUnitAndHideSmallCells) {
  const CarePlan plan = Active();
  pb::RecordActivityDecisionRequest refused;
  refused.set_name(plan.activities(0).name());
  refused.set_etag(plan.activities(0).etag());
  refused.set_decision(pb::Activity::REFUSED);
  Must(Plan(&Stub::RecordActivityDecision, refused, coordinator_));
  EXPECT_EQ(Count("SELECT SUM(activity_count) FROM plan_gap"), 1);
  pb::GetGapStatisticsRequest request;
  request.set_unit("units/fjordvik");
  const auto few = Must(Plan(&Stub::GetGapStatistics, request, leader_));
  EXPECT_THAT(few.cells(), IsEmpty());
  EXPECT_EQ(few.suppressed_cell_count(), 1);
  // As if four others stood there too.
  database_.Run(
      "INSERT INTO plan_gap SELECT CONCAT('plans/other-', seq), life_area, decision, unit, 2"
      " FROM plan_gap, (SELECT 1 seq UNION SELECT 2 UNION SELECT 3 UNION SELECT 4) n;");
  const auto enough = Must(Plan(&Stub::GetGapStatistics, request, case_worker_));
  ASSERT_THAT(enough.cells(), SizeIs(1));
  EXPECT_EQ(enough.cells(0).activity_count(), 9);
  EXPECT_EQ(enough.cells(0).decision(), pb::Activity::REFUSED);
  request.set_unit("units/other");
  EXPECT_TRUE(absl::IsNotFound(Plan(&Stub::GetGapStatistics, request, leader_).status()));
}

TEST_F(Moves, AgesTakeEffectOnTheirDayAndTheWorkerMakesThemPermanent) {
  auto open = NewPlanRequest();
  const absl::CivilDay k18 = OsloDay(clock_.Now()) + 200;
  *open.mutable_plan()->mutable_subject()->mutable_birth_date() =
      ToDate(absl::CivilDay(k18.year() - 18, k18.month(), k18.day()));
  const std::string plan = Must(Plan(&Stub::CreatePlan, open, service_)).name();
  pb::NominateCoordinatorRequest nominate;
  nominate.set_plan(plan);
  nominate.set_kind(pb::CoordinatorAppointment::CHILD_COORDINATOR);
  *nominate.mutable_candidate() = Professional("Amina Lie", "amina.lie@fjordvik.example");
  nominate.mutable_candidate_identity()->set_national_id(coordinator_.number);
  Accepted(Must(Plan(&Stub::NominateCoordinator, nominate, service_)));
  const AgeWorker worker(&plans_, &questions_, &clock_);
  EXPECT_EQ(Must(worker.RunOnce()), 0);

  clock_.Advance(absl::Hours(24 * 20));
  CarePlan seen = Must(Read(plan, owner_));
  ASSERT_THAT(seen.transition_tasks(), SizeIs(1));  // seen before the worker was there
  const int64_t revision = seen.revision();
  EXPECT_EQ(Must(worker.RunOnce()), 1);
  EXPECT_EQ(Must(worker.RunOnce()), 0);
  seen = Must(Read(plan, coordinator_));
  EXPECT_EQ(seen.revision(), revision + 1);
  type::GetObligationsRequest duties;
  duties.set_aggregate(plan);
  EXPECT_THAT(Must(Call(*feed_stub_, &pb::PlanFeedService::Stub::GetObligations, duties, service_))
                  .ShortDebugString(),
              HasSubstr("COORDINATOR_VACANCY"));
  Must(Plan(&Stub::CompleteTransitionTask,
            Action(seen.transition_tasks(0).name(), seen.transition_tasks(0).etag()),
            coordinator_));

  clock_.Advance(absl::Hours(24 * 180));
  EXPECT_TRUE(absl::IsNotFound(Read(plan, coordinator_).status()));
  EXPECT_THAT(Must(Read(plan, owner_)).alarms(), Contains(CarePlan::NO_COORDINATOR));
  EXPECT_EQ(Must(worker.RunOnce()), 1);
  pb::ListPlanRevisionsRequest history;
  history.set_name(plan);
  const auto revisions = Must(Plan(&Stub::ListPlanRevisions, history, owner_));
  EXPECT_EQ(revisions.revisions(0).actor(), "plan-service");
  EXPECT_EQ(revisions.revisions(0).action(), "ComeOfAge");
  EXPECT_THAT(Must(Call(*feed_stub_, &pb::PlanFeedService::Stub::GetObligations, duties, service_))
                  .ShortDebugString(),
              HasSubstr("COORDINATOR_VACANCY"));
}

}  // namespace
}  // namespace ip::plan::testing
