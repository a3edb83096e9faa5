// Random histories: whatever is tried in whatever order, by whomever, the promises hold.
#include <gtest/gtest.h>

#include <random>

#include "plan-service/domain/alarms.h"
#include "plan-service/domain/facts.h"
#include "plan-service/domain/test_plan.h"
#include "plan-service/domain/transitions.h"

namespace ip::plan::testing {
namespace {

using pb::CarePlan;
using Appointment = pb::CoordinatorAppointment;

class History {
 public:
  explicit History(unsigned seed) : random_(seed), plan_(ActivePlan()) {}

  // Tries one random command; true when it was carried out.
  bool Step() {
    const CarePlan before = plan_;
    const Act act = Actor();
    if (!Do(plan_, [&](CarePlan& p) { return Command(p, act); }).ok()) return false;
    CheckPromises(before, act);
    return true;
  }

  const CarePlan& plan() const { return plan_; }

 private:
  int Pick(int n) { return static_cast<int>(random_() % static_cast<unsigned>(n)); }

  template <class List>
  pb::ActionRequest Some(const List& list) {
    if (list.empty()) return {};
    const auto& element = list.Get(Pick(list.size()));
    return Request(element.name(), element.etag());
  }

  Act Actor() {
    switch (Pick(5)) {
      case 0:
        return OwnerAct();
      case 1:
        return CoordinatorAct();
      case 2:
        return HelperAct();
      case 3:
        return {"persons/next", false, true, kNow};
      default:
        return UnitAct();
    }
  }

  absl::StatusOr<std::string> Command(CarePlan& p, const Act& act) {
    const pb::ActionRequest plan = Request(p.name(), p.etag());
    const google::protobuf::RepeatedPtrField<Appointment>& appointments =
        p.coordinator_appointments();
    switch (Pick(30)) {
      case 0:
        return ActivatePlan(p, act, plan, RulesNow());
      case 1: {
        pb::HoldPlanRequest request;
        request.set_etag(p.etag());
        request.mutable_hold()->set_reason("reise");
        *request.mutable_hold()->mutable_resume_date() = ToDate(OsloDay(kNow) + 30);
        return HoldPlan(p, act, request);
      }
      case 2:
        return ResumePlan(p, act, plan);
      case 3:
        return Pick(20) == 0 ? CompletePlan(p, act, plan) : NotFound("luck");
      case 4:
        return Pick(20) == 0 ? StopPlan(p, act, plan, "RevokePlan", CarePlan::REVOKED)
                             : NotFound("luck");
      case 5:
      case 6: {
        pb::NominateCoordinatorRequest request;
        request.set_kind(Pick(4) == 0 ? Appointment::SUBSTITUTE_COORDINATOR
                                      : Appointment::COORDINATOR);
        *request.mutable_candidate() = Professional("Ny");
        const char* people[] = {kCoordinator, kHelper, "persons/next"};
        return NominateCoordinator(p, act, request, people[Pick(3)]);
      }
      case 7:
        return AcceptAppointment(p, act, Some(appointments));
      case 8:
        return DeclineAppointment(p, act, Some(appointments));
      case 9:
        return EndAppointment(p, act, Some(appointments));
      case 10:
        return EndParticipation(p, act, Some(p.participants()));
      case 11:
        return CreateParticipant(p, act, Professional("Per"), kHelper);
      case 12: {
        pb::Goal goal;
        goal.mutable_own_words()->set_text("ro");
        return CreateGoal(p, act, goal);
      }
      case 13: {
        pb::UpdateGoalRequest request;
        request.mutable_goal()->set_name(Some(p.goals()).name());
        request.mutable_goal()->mutable_own_words()->set_text("annet " + std::to_string(Pick(99)));
        return UpdateGoal(p, act, request);
      }
      case 14:
        return AnswerGoal(p, act, Some(p.goals()), Pick(2) == 0);
      case 15: {
        const auto some = Some(p.goals());
        pb::ChangeGoalStateRequest request;
        request.set_name(some.name());
        request.set_etag(some.etag());
        request.set_reason("x");
        request.set_state(static_cast<pb::Goal::State>(Pick(10)));
        return ChangeGoalState(p, act, request);
      }
      case 16: {
        pb::Activity activity;
        activity.set_title("tur");
        if (Pick(2) == 0) activity.set_responsible(Some(p.participants()).name());
        return CreateActivity(p, act, activity);
      }
      case 17: {
        const auto some = Some(p.activities());
        pb::RequestActivityRequest request;
        request.set_name(some.name());
        request.set_etag(some.etag());
        request.set_responsible(Some(p.participants()).name());
        return RequestActivity(p, act, request);
      }
      case 18:
        return AcceptActivity(p, act, Some(p.activities()));
      case 19:
        return DeclineActivity(p, act, Some(p.activities()));
      case 20:
        return ReleaseActivity(p, act, Some(p.activities()));
      case 21: {
        const auto some = Some(p.activities());
        pb::ReportActivityProgressRequest request;
        request.set_name(some.name());
        request.set_etag(some.etag());
        request.set_reason("x");
        request.set_execution(static_cast<pb::Activity::Execution>(Pick(9)));
        return ReportActivityProgress(p, act, request);
      }
      case 22: {
        const auto some = Some(p.activities());
        pb::RecordActivityDecisionRequest request;
        request.set_name(some.name());
        request.set_etag(some.etag());
        request.set_decision(static_cast<pb::Activity::Decision>(1 + Pick(7)));
        return RecordActivityDecision(p, act, request);
      }
      case 23: {
        const auto some = Some(p.evaluations());
        pb::RescheduleEvaluationRequest request;
        request.set_name(some.name());
        request.set_etag(some.etag());
        request.set_reason("ferie");
        *request.mutable_due_date() = ToDate(OsloDay(kNow) + 1 + Pick(200));
        return RescheduleEvaluation(p, act, request);
      }
      case 24: {
        const auto some = Some(p.evaluations());
        pb::HoldEvaluationRequest request;
        request.mutable_evaluation()->set_name(some.name());
        request.mutable_evaluation()->set_etag(some.etag());
        *request.mutable_evaluation()->mutable_held_date() = ToDate(OsloDay(kNow));
        request.mutable_evaluation()->set_owner_did_not_wish(true);
        *request.mutable_next_due_date() = ToDate(OsloDay(kNow) + 1 + Pick(200));
        for (const auto& goal : p.goals()) {
          auto* assessment = request.mutable_evaluation()->add_goal_assessments();
          assessment->set_goal(goal.name());
          assessment->set_not_discussed(true);
        }
        return HoldEvaluation(p, act, request);
      }
      case 25:
        return ApproveEvaluation(p, act, Some(p.evaluations()));
      case 26: {
        pb::Consent consent;
        consent.set_kind(pb::Consent::SHARE);
        consent.set_participant(Some(p.participants()).name());
        consent.add_sections(Pick(2) == 0 ? type::GOALS : type::ACTIVITIES);
        consent.set_form(pb::Consent::ELECTRONIC);
        consent.set_informed(true);
        return AddConsent(p, act, consent, "");
      }
      case 27: {
        const auto some = Some(p.consents());
        const auto* consent = FindByName(p.consents(), some.name());
        // The plan's own consent goes seldom, or every history would end at once.
        if (consent->kind() == pb::Consent::CREATE_PLAN && Pick(20) != 0) return NotFound("luck");
        return WithdrawConsent(p, act, some);
      }
      case 28: {
        pb::AccessBlock block;
        block.set_person(Pick(2) == 0 ? kHelper : kCoordinator);
        return BlockAccess(p, act, block);
      }
      default:
        return LiftAccessBlock(p, act, Some(p.access_blocks()));
    }
  }

  template <class List, class StateOf>
  void CheckSteps(const StateTable& table, const List& before, const List& after,
                  StateOf state_of) {
    ASSERT_GE(after.size(), before.size()) << table.title << ": something was erased";
    for (const auto& old : before) {
      const auto* now = FindByName(after, old.name());
      ASSERT_NE(now, nullptr) << table.title << ": something was erased";
      if (state_of(old) == state_of(*now)) continue;
      EXPECT_TRUE(std::any_of(table.transitions.begin(), table.transitions.end(),
                              [&](const Transition& step) {
                                return step.from == state_of(old) && step.to == state_of(*now);
                              }))
          << table.title << " " << state_of(old) << " to " << state_of(*now);
    }
  }

  void CheckPromises(const CarePlan& before, const Act& act) {
    const absl::CivilDay today = OsloDay(kNow);
    EXPECT_EQ(plan_.revision(), before.revision() + 1);
    CheckSteps(GoalStates(), before.goals(), plan_.goals(), [](auto& x) { return x.state(); });
    CheckSteps(ExecutionStates(), before.activities(), plan_.activities(),
               [](auto& x) { return x.execution(); });
    // ACCEPTED at once is what asking oneself means.
    CheckSteps(DecisionStates(), before.activities(), plan_.activities(),
               [](auto& x) { return x.decision(); });
    CheckSteps(EvaluationStates(), before.evaluations(), plan_.evaluations(),
               [](auto& x) { return x.state(); });
    CheckSteps(ConsentStates(), before.consents(), plan_.consents(),
               [](auto& x) { return x.state(); });
    CheckSteps(AppointmentStates(), before.coordinator_appointments(),
               plan_.coordinator_appointments(), [](auto& x) { return x.state(); });
    for (const auto& goal : before.goals()) {
      if (act.as_owner) break;
      EXPECT_EQ(FindByName(plan_.goals(), goal.name())->own_words().text(),
                goal.own_words().text());
    }
    int batons = 0;
    for (const auto& a : plan_.coordinator_appointments()) {
      const bool holds =
          a.state() == Appointment::ACTIVE || a.state() == Appointment::HANDOVER_PENDING;
      batons += holds && a.kind() != Appointment::SUBSTITUTE_COORDINATOR ? 1 : 0;
    }
    EXPECT_LE(batons, 1);
    const auto alarms = AlarmsOn(plan_, today, RulesNow());
    if (CheckOpen(plan_, "").ok()) {
      EXPECT_EQ(CoordinatorsOn(plan_, today).empty(),
                std::find(alarms.begin(), alarms.end(), CarePlan::NO_COORDINATOR) != alarms.end());
    }
    EXPECT_TRUE(plan_.state() != CarePlan::ACTIVE || NextEvaluation(plan_) != nullptr);
    for (const auto& activity : plan_.activities()) {
      if (activity.commitment() == pb::Activity::REQUESTED ||
          activity.commitment() == pb::Activity::ACCEPTED) {
        EXPECT_NE(FindByName(plan_.participants(), activity.responsible()), nullptr);
      }
    }
    CheckHelpersAccess(today);
  }

  // Access, written down a second time in the plainest words.
  void CheckHelpersAccess(absl::CivilDay today) {
    bool expected = false;
    for (const auto& consent : plan_.consents()) {
      const auto* participant = FindByName(plan_.participants(), consent.participant());
      expected |= consent.kind() == pb::Consent::SHARE && consent.state() == pb::Consent::ACTIVE &&
                  participant->person() == kHelper && Covers(participant->period(), today);
    }
    if (plan_.state() == CarePlan::REVOKED) expected = false;
    for (const auto& a : plan_.coordinator_appointments()) {
      expected |= a.person() == kHelper &&
                  (a.state() == Appointment::NOMINATED || a.state() == Appointment::ACTIVE ||
                   a.state() == Appointment::HANDOVER_PENDING);
    }
    for (const auto& block : plan_.access_blocks()) {
      if (block.person() == kHelper && !block.has_lift_time()) expected = false;
    }
    Caller helper;
    helper.person = kHelper;
    helper.role = type::PRACTITIONER;
    helper.organization = kOrganization;
    EXPECT_EQ(authz::Decide(type::READ_PLAN, GatherFacts(plan_, helper, "", kNow)).allowed,
              expected);
  }

  std::mt19937 random_;
  CarePlan plan_;
};

TEST(Property, PromisesHoldInRandomHistories) {
  int done = 0;
  std::set<int> ends;
  for (unsigned seed = 0; seed < 100 && !HasFailure(); ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    History history(seed);
    for (int i = 0; i < 120 && !HasFailure(); ++i) done += history.Step() ? 1 : 0;
    ends.insert(history.plan().state());
  }
  EXPECT_GT(done, 2000) << "most commands were refused: the test tries too little";
  EXPECT_GE(ends.size(), 3u);
}

}  // namespace
}  // namespace ip::plan::testing
