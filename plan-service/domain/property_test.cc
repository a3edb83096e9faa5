// Random histories: whatever is tried in whatever order, by whomever, the promises hold.
#include <gtest/gtest.h>

#include <random>

#include "plan-service/domain/ages.h"
#include "plan-service/domain/alarms.h"
#include "plan-service/domain/complaints.h"
#include "plan-service/domain/facts.h"
#include "plan-service/domain/moves.h"
#include "plan-service/domain/obligations.h"
#include "plan-service/domain/test_plan.h"
#include "plan-service/domain/transitions.h"

namespace ip::plan::testing {
namespace {

using pb::CarePlan;
using Appointment = pb::CoordinatorAppointment;

constexpr char kParent[] = "persons/parent";
// Stands in everything that people write here, and must not stand in what leaves the service.
constexpr char kSecret[] = "hemmelig";

class History {
 public:
  // Of somebody who turns 16 and 18 while it goes on.
  explicit History(unsigned seed) : random_(seed), plan_(ActivePlan()) {
    *plan_.mutable_subject()->mutable_birth_date() = ToDate(absl::CivilDay(2010, 5, 1));
    pb::Representative parent;
    parent.set_kind(pb::Representative::PARENT);
    parent.set_display_name(kSecret);
    parent.set_basis(kSecret);
    parent.set_may_act(true);
    *parent.mutable_period()->mutable_start_date() = ToDate(OsloDay(kNow));
    Must(Do(plan_,
            [&](CarePlan& p) { return CreateRepresentative(p, UnitAct(), parent, kParent); }));
  }

  // Tries one random command; true when it was carried out.
  bool Step() {
    if (Pick(20) == 0) PassTime();
    const CarePlan before = plan_;
    Act act = Actor();
    act.now = now_;
    if (!Do(plan_, [&](CarePlan& p) { return Command(p, act); }).ok()) return false;
    // As whoever reads it next will see it.
    ComeOfAge(plan_, now_, RulesNow());
    CheckPromises(before, act);
    return true;
  }

  const CarePlan& plan() const { return plan_; }

 private:
  int Pick(int n) { return static_cast<int>(random_() % static_cast<unsigned>(n)); }

  void PassTime() {
    const CarePlan before = plan_;
    now_ += absl::Hours(24 * (1 + Pick(120)));
    Must(Do(plan_, [&](CarePlan& p) -> absl::StatusOr<std::string> {
      ComeOfAge(p, now_, RulesNow());
      return p.name();
    }));
    const auto next = NextAgeStep(plan_, RulesNow());
    EXPECT_TRUE(!next || *next > OsloDay(now_));
    CheckPromises(before, OwnerAct());
  }

  // Another plan of the same human, with something in it.
  absl::StatusOr<std::string> Merge(CarePlan& kept, const Act& act) {
    const std::string name = "plans/dup-" + std::to_string(kept.revision());
    CarePlan duplicate = Must(NewPlan(UnitAct(), NewPlanRequest(), name, "persons/d-number"));
    Accept(duplicate, Nominate(duplicate, "persons/next"), "persons/next");
    AddGoal(duplicate, OwnerAct());
    const std::string helper = AddHelper(duplicate);
    if (Pick(2) == 0) Share(duplicate, helper, {type::GOALS});
    AddActivity(duplicate, helper);
    AddEvaluation(duplicate, 1 + Pick(400));
    pb::MergePlansRequest request;
    request.set_etag(kept.etag());
    request.set_reason("samme person");
    auto retired = RetireDuplicate(duplicate, kept, act, request);
    if (!retired.ok()) return retired;
    return TakeUpDuplicate(kept, duplicate, act, request);
  }

  template <class List>
  pb::ActionRequest Some(const List& list) {
    if (list.empty()) return {};
    const auto& element = list.Get(Pick(list.size()));
    return Request(element.name(), element.etag());
  }

  Act Actor() {
    switch (Pick(6)) {
      case 0:
        return OwnerAct();
      case 4:
        return {kParent, true, false, kNow};
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
    switch (Pick(34)) {
      case 0:
        return ActivatePlan(p, act, plan, RulesNow());
      case 1: {
        pb::HoldPlanRequest request;
        request.set_etag(p.etag());
        request.mutable_hold()->set_reason(kSecret);
        *request.mutable_hold()->mutable_resume_date() = ToDate(OsloDay(now_) + 30);
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
        request.set_kind(static_cast<Appointment::Kind>(1 + Pick(3)));
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
        goal.mutable_own_words()->set_text(kSecret);
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
        activity.set_title(kSecret);
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
        *request.mutable_due_date() = ToDate(OsloDay(now_) + 1 + Pick(200));
        return RescheduleEvaluation(p, act, request);
      }
      case 24: {
        const auto some = Some(p.evaluations());
        pb::HoldEvaluationRequest request;
        request.mutable_evaluation()->set_name(some.name());
        request.mutable_evaluation()->set_etag(some.etag());
        *request.mutable_evaluation()->mutable_held_date() = ToDate(OsloDay(now_));
        request.mutable_evaluation()->set_owner_did_not_wish(true);
        *request.mutable_next_due_date() = ToDate(OsloDay(now_) + 1 + Pick(200));
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
      case 29:
        return LiftAccessBlock(p, act, Some(p.access_blocks()));
      case 30: {
        pb::Complaint complaint;
        complaint.set_target(Pick(2) == 0 ? p.name() : Some(p.activities()).name());
        complaint.set_legal_basis(static_cast<type::LegalBasis>(Pick(10)));
        *complaint.mutable_decision_known_date() = ToDate(OsloDay(now_) - Pick(40));
        complaint.mutable_text()->set_text(kSecret);
        return CreateComplaint(p, act, complaint, RulesNow());
      }
      case 31: {
        const auto some = Some(p.complaints());
        pb::ChangeComplaintStateRequest request;
        request.set_name(some.name());
        request.set_etag(some.etag());
        request.set_state(static_cast<pb::Complaint::State>(1 + Pick(6)));
        if (request.state() == pb::Complaint::DECIDED)
          request.set_outcome(pb::Complaint::DISMISSED);
        request.set_reason(kSecret);
        return ChangeComplaintState(p, act, request);
      }
      case 32:
        return Pick(6) == 0 ? Merge(p, act) : NotFound("luck");
      default:
        return CompleteTransitionTask(p, act, Some(p.transition_tasks()));
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
    const absl::CivilDay today = OsloDay(now_);
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
    CheckSteps(ComplaintStates(), before.complaints(), plan_.complaints(),
               [](auto& x) { return x.state(); });
    CheckSteps(PlanStates(), Alone(before), Alone(plan_), [](auto& x) { return x.state(); });
    EXPECT_GE(plan_.transition_tasks_size(), before.transition_tasks_size());
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
    for (const auto& complaint : plan_.complaints()) {
      EXPECT_EQ(complaint.late(),
                OsloDay(ToTime(complaint.receive_time())) > ToDay(complaint.deadline_date()));
    }
    CheckAges(today);
    if (plan_.merged_plans_size() > before.merged_plans_size()) CheckMerged();
    EXPECT_EQ(ObligationsOf(plan_, today).SerializeAsString().find(kSecret), std::string::npos);
    CheckHelpersAccess(today);
  }

  static google::protobuf::RepeatedPtrField<CarePlan> Alone(const CarePlan& plan) {
    google::protobuf::RepeatedPtrField<CarePlan> list;
    list.Add()->CopyFrom(plan);
    return list;
  }

  // Nothing in the plan names the duplicate but the list of what was merged.
  void CheckMerged() const {
    CarePlan rest = plan_;
    rest.clear_merged_plans();
    EXPECT_EQ(rest.DebugString().find("plans/dup-"), std::string::npos);
  }

  void CheckAges(absl::CivilDay today) {
    if (!CheckOpen(plan_, "").ok()) return;
    const absl::CivilDay k16(2026, 5, 1), k18(2028, 5, 1);
    for (const auto& consent : plan_.consents()) {
      if (consent.grantor_basis() != pb::Representative::PARENT || !Stands(consent)) continue;
      EXPECT_LT(today, std::max(k16, OsloDay(ToTime(consent.give_time()))) +
                           RulesNow().consent_grace_days());
    }
    for (const auto* coordinator : CoordinatorsOn(plan_, today)) {
      EXPECT_TRUE(today < k18 || coordinator->kind() != Appointment::CHILD_COORDINATOR);
    }
  }

  // Access, written down a second time in the plainest words.
  void CheckHelpersAccess(absl::CivilDay today) {
    bool expected = false;
    for (const auto& consent : plan_.consents()) {
      const auto* participant = FindByName(plan_.participants(), consent.participant());
      const bool given =
          consent.state() == pb::Consent::ACTIVE || consent.state() == pb::Consent::NEEDS_RENEWAL;
      expected |= consent.kind() == pb::Consent::SHARE && given &&
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
    EXPECT_EQ(authz::Decide(type::READ_PLAN, GatherFacts(plan_, helper, "", now_)).allowed,
              expected);
  }

  std::mt19937 random_;
  absl::Time now_ = kNow;
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
