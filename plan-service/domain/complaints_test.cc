// Complaints: deadlines by law, who moves them on, what they ring.
#include "plan-service/domain/complaints.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "plan-service/domain/alarms.h"
#include "plan-service/domain/test_plan.h"

namespace ip::plan::testing {
namespace {

using pb::Complaint;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Not;

Complaint About(const std::string& target, type::LegalBasis basis, int days_ago) {
  Complaint complaint;
  complaint.set_target(target);
  complaint.set_legal_basis(basis);
  *complaint.mutable_decision_known_date() = ToDate(OsloDay(kNow) - days_ago);
  complaint.mutable_text()->set_text("Jeg trenger mer hjelp enn dette");
  return complaint;
}

absl::StatusOr<std::string> Complain(pb::CarePlan& plan, const Complaint& complaint,
                                     const Act& act = OwnerAct()) {
  return Do(plan, [&](pb::CarePlan& p) { return CreateComplaint(p, act, complaint, RulesNow()); });
}

absl::StatusOr<std::string> Move(pb::CarePlan& plan, const Act& act, Complaint::State to,
                                 Complaint::Outcome outcome = Complaint::OUTCOME_UNSPECIFIED) {
  pb::ChangeComplaintStateRequest request;
  request.set_name(plan.complaints(0).name());
  request.set_etag(plan.complaints(0).etag());
  request.set_state(to);
  request.set_outcome(outcome);
  request.set_reason("vurdert på nytt");
  return Do(plan, [&](pb::CarePlan& p) { return ChangeComplaintState(p, act, request); });
}

TEST(Complaint, HasFourWeeksUnderHealthLawAndThreeElsewhereAndIsNeverRefusedForBeingLate) {
  pb::CarePlan plan = DraftPlan();
  const struct {
    type::LegalBasis basis;
    int days_ago;
    absl::CivilDay deadline;
    bool late;
  } cases[] = {{type::HOL_7_1, 28, absl::CivilDay(2026, 3, 2), false},
               {type::HOL_7_1, 29, absl::CivilDay(2026, 3, 2), false},  // 1 March is a Sunday
               {type::HOL_7_1, 32, absl::CivilDay(2026, 2, 26), true},
               {type::CHILD_COORD_HOL_7_2A, 0, absl::CivilDay(2026, 3, 30), false},
               {type::STL_28, 21, absl::CivilDay(2026, 3, 2), false},
               {type::NAV_15, 25, absl::CivilDay(2026, 2, 26), true},
               {type::BVL_15_9, 400, absl::CivilDay(2025, 2, 17), true}};
  for (const auto& c : cases) {
    const std::string name = Must(Complain(plan, About(plan.name(), c.basis, c.days_ago)));
    const Complaint& complaint = *FindByName(plan.complaints(), name);
    EXPECT_EQ(ToDay(complaint.deadline_date()), c.deadline);
    EXPECT_EQ(ToDay(complaint.answer_due_date()), absl::CivilDay(2026, 4, 2));
    EXPECT_EQ(complaint.late(), c.late) << type::LegalBasis_Name(c.basis) << " " << c.days_ago;
    EXPECT_EQ(complaint.state(), Complaint::RECEIVED);
    EXPECT_EQ(complaint.text().author(), kOwner);
    EXPECT_EQ(complaint.text().recorder(), "");
  }
}

TEST(Complaint, EveryLegalBasisHasALimit) {
  pb::CarePlan plan = DraftPlan();
  for (int basis = type::LegalBasis_MIN + 1; basis <= type::LegalBasis_MAX; ++basis) {
    EXPECT_TRUE(Complain(plan, About(plan.name(), static_cast<type::LegalBasis>(basis), 0)).ok())
        << basis;
  }
}

TEST(Complaint, TellsAllThatIsWrongAtOnce) {
  pb::CarePlan plan = DraftPlan();
  Complaint wrong = About("plans/other/goals/none", type::LEGAL_BASIS_UNSPECIFIED, -1);
  wrong.mutable_text()->set_text(" ");
  const std::string text = ToRpcStatus(Complain(plan, wrong).status()).ShortDebugString();
  for (const char* field : {"complaint.target", "complaint.legal_basis",
                            "complaint.decision_known_date", "complaint.text.text"}) {
    EXPECT_THAT(text, HasSubstr(field));
  }
}

TEST(Complaint, TheOwnerTakesBackAndTheUnitDoesTheRest) {
  pb::CarePlan plan = DraftPlan();
  Must(Complain(plan, About(plan.name(), type::HOL_7_1, 3), UnitAct()));
  EXPECT_EQ(plan.complaints(0).text().recorder(), UnitAct().actor);
  EXPECT_EQ(ReasonOf(Move(plan, OwnerAct(), Complaint::REVIEW).status()), "NOT_ALLOWED_IN_PLAN");
  EXPECT_EQ(ReasonOf(Move(plan, UnitAct(), Complaint::DECIDED, Complaint::UPHELD).status()),
            "COMPLAINT_STATE_FORBIDS_ACTION");
  Must(Move(plan, UnitAct(), Complaint::REVIEW));
  Must(Move(plan, UnitAct(), Complaint::SENT_TO_COUNTY_GOVERNOR));
  EXPECT_EQ(ReasonOf(Move(plan, UnitAct(), Complaint::DECIDED).status()), "INVALID_REQUEST");
  pb::CarePlan taken_back = plan;
  Must(Move(taken_back, OwnerAct(), Complaint::WITHDRAWN));
  Must(Move(plan, UnitAct(), Complaint::DECIDED, Complaint::RETURNED));
  EXPECT_EQ(plan.complaints(0).outcome(), Complaint::RETURNED);
  EXPECT_EQ(ReasonOf(Move(plan, OwnerAct(), Complaint::WITHDRAWN).status()),
            "COMPLAINT_STATE_FORBIDS_ACTION");
}

TEST(Complaint, MarksTheRefusalItIsAbout) {
  pb::CarePlan plan = ActivePlan();
  const std::string activity = plan.activities(0).name();
  Must(Complain(plan, About(activity, type::HOL_7_1, 0)));
  EXPECT_EQ(plan.activities(0).decision(), pb::Activity::NOT_REQUIRED);
  plan.mutable_activities(0)->set_decision(pb::Activity::REFUSED);
  Must(Complain(plan, About(activity, type::HOL_7_1, 0)));
  EXPECT_EQ(plan.activities(0).decision(), pb::Activity::COMPLAINED);
}

TEST(Complaint, RingsAtTheUnitUntilItIsLookedAtEvenWhenThePlanHasEnded) {
  pb::CarePlan plan = ActivePlan();
  Must(Do(plan, [](pb::CarePlan& p) {
    return StopPlan(p, UnitAct(), Request(p.name(), p.etag()), "RevokePlan", pb::CarePlan::REVOKED);
  }));
  Must(Complain(plan, About(plan.name(), type::HOL_7_1, 0)));
  const absl::CivilDay today = OsloDay(kNow);
  EXPECT_THAT(AlarmsOn(plan, today, RulesNow()), Contains(pb::CarePlan::COMPLAINT_OPEN));
  Must(Move(plan, UnitAct(), Complaint::REVIEW));
  EXPECT_THAT(AlarmsOn(plan, today, RulesNow()), Not(Contains(pb::CarePlan::COMPLAINT_OPEN)));
}

TEST(Hold, RingsWhenTheDayToResumeHasCome) {
  pb::CarePlan plan = ActivePlan();
  pb::HoldPlanRequest request;
  request.set_etag(plan.etag());
  request.mutable_hold()->set_reason("reise");
  *request.mutable_hold()->mutable_resume_date() = ToDate(OsloDay(kNow) + 30);
  Must(Do(plan, [&](pb::CarePlan& p) { return HoldPlan(p, CoordinatorAct(), request); }));
  EXPECT_THAT(AlarmsOn(plan, OsloDay(kNow) + 29, RulesNow()),
              Not(Contains(pb::CarePlan::HOLD_ENDED)));
  EXPECT_THAT(AlarmsOn(plan, OsloDay(kNow) + 30, RulesNow()), Contains(pb::CarePlan::HOLD_ENDED));
}

}  // namespace
}  // namespace ip::plan::testing
