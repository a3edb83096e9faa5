// Random histories: whatever is tried in whatever order, by whomever, the promises hold.
#include <gtest/gtest.h>

#include "plan-service/domain/ages.h"
#include "plan-service/domain/alarms.h"
#include "plan-service/domain/facts.h"
#include "plan-service/domain/obligations.h"
#include "plan-service/domain/random_commands.h"
#include "plan-service/domain/transitions.h"

namespace ip::plan::testing {
namespace {

class History : RandomCommands {
 public:
  // Of somebody who turns 16 and 18 while it goes on.
  explicit History(unsigned seed) : RandomCommands(seed), plan_(ActivePlan()) {
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
    CheckEvaluations();
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

  // No active plan without an evaluation ahead but after the closing one, nothing completed without
  // that, and none that slips on for ever unless the plan was paused.
  void CheckEvaluations() {
    paused_ |= plan_.state() == CarePlan::ON_HOLD;
    bool closed = false;
    for (const auto& evaluation : plan_.evaluations()) {
      closed |= evaluation.closing();
      EXPECT_TRUE(!evaluation.closing() || evaluation.state() == pb::Evaluation::HELD ||
                  evaluation.state() == pb::Evaluation::APPROVED);
      EXPECT_TRUE(paused_ || evaluation.reschedule_count() <= RulesNow().most_reschedules());
    }
    EXPECT_TRUE(plan_.state() != CarePlan::ACTIVE || NextEvaluation(plan_) != nullptr || closed);
    EXPECT_TRUE(plan_.state() != CarePlan::COMPLETED || closed);
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
      if (consent.state() != pb::Consent::NEEDS_RENEWAL) continue;
      // What a parent's word still carries, the young person has been asked about.
      EXPECT_TRUE(std::any_of(plan_.consents().begin(), plan_.consents().end(),
                              [&](auto& asked) { return asked.renews() == consent.name(); }));
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

  CarePlan plan_;
  bool paused_ = false;
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
