// What a plan was: differences within what the reader may see; complaints through the service.
#include <gtest/gtest.h>

#include "plan-service/service/test_service.h"

namespace ip::plan::testing {
namespace {

using History = PlanServiceTest;
using ::testing::Each;
using ::testing::IsSupersetOf;

std::vector<std::string> Paths(const pb::DiffPlanRevisionsResponse& diff) {
  std::vector<std::string> paths;
  for (const auto& change : diff.changes()) paths.push_back(change.path());
  return paths;
}

TEST_F(History, ADiffShowsWhatTheReaderMaySeeAndIsLogged) {
  const CarePlan plan = Active();
  pb::DiffPlanRevisionsRequest request;
  request.set_name(plan.name());
  request.set_from_revision(1);
  const auto whole = Must(Plan(&Stub::DiffPlanRevisions, request, owner_));
  const std::string goal = "goals[" + plan.goals(0).name() + "]";
  EXPECT_THAT(Paths(whole), IsSupersetOf({std::string("state"), goal, std::string("needs[0]")}));
  EXPECT_THAT(whole.ShortDebugString(), HasSubstr("Jeg vil handle selv"));

  const auto rows = Count("SELECT COUNT(*) FROM access_log");
  const auto part = Must(Plan(&Stub::DiffPlanRevisions, request, helper_));
  EXPECT_EQ(Count("SELECT COUNT(*) FROM access_log"), rows + 1);
  EXPECT_THAT(Paths(part), IsSupersetOf({goal}));
  EXPECT_THAT(Paths(part), Each(Not(HasSubstr("needs"))));
  EXPECT_THAT(Paths(part), Each(Not(HasSubstr("consents"))));
  EXPECT_TRUE(absl::IsNotFound(Plan(&Stub::DiffPlanRevisions, request, stranger_).status()));

  request.set_to_revision(1);
  EXPECT_THAT(Must(Plan(&Stub::DiffPlanRevisions, request, owner_)).changes(), IsEmpty());
  request.set_to_revision(plan.revision() + 1);
  EXPECT_EQ(Why(Plan(&Stub::DiffPlanRevisions, request, owner_)), "INVALID_REQUEST");
}

TEST_F(History, AComplaintComesToTheUnitAndGoesItsWay) {
  const CarePlan plan = Active();
  pb::CreateComplaintRequest request;
  request.set_parent(plan.name());
  request.mutable_complaint()->set_target(plan.activities(0).name());
  request.mutable_complaint()->set_legal_basis(type::HOL_7_1);
  *request.mutable_complaint()->mutable_decision_known_date() = ToDate(OsloDay(clock_.Now()) - 40);
  request.mutable_complaint()->mutable_text()->set_text("To timer er for lite");
  const auto complaint = Must(Plan(&Stub::CreateComplaint, request, owner_));
  EXPECT_TRUE(complaint.late());

  const CarePlan seen = Must(Read(plan.name(), case_worker_));
  ASSERT_THAT(seen.complaints(), SizeIs(1));
  EXPECT_THAT(seen.goals(), IsEmpty());
  EXPECT_THAT(Must(Read(plan.name(), helper_)).complaints(), IsEmpty());
  pb::ListUnitAlertsRequest alerts;
  alerts.set_unit("units/fjordvik");
  EXPECT_THAT(Must(Plan(&Stub::ListUnitAlerts, alerts, leader_)).ShortDebugString(),
              HasSubstr("COMPLAINT_OPEN"));

  pb::ChangeComplaintStateRequest move;
  move.set_name(complaint.name());
  move.set_state(pb::Complaint::REVIEW);
  EXPECT_EQ(Why(Plan(&Stub::ChangeComplaintState, move, case_worker_)), "ETAG_REQUIRED");
  move.set_etag(complaint.etag());
  EXPECT_EQ(Why(Plan(&Stub::ChangeComplaintState, move, owner_)), "NOT_ALLOWED_IN_PLAN");
  const auto moved = Must(Plan(&Stub::ChangeComplaintState, move, case_worker_));
  EXPECT_EQ(moved.state(), pb::Complaint::REVIEW);
  EXPECT_NE(moved.etag(), complaint.etag());
  EXPECT_EQ(Why(Plan(&Stub::ChangeComplaintState, move, case_worker_)), "ETAG_MISMATCH");
}

}  // namespace
}  // namespace ip::plan::testing
