// The rules of plan, goals, activities, team, evaluations and consents.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "plan-service/domain/alarms.h"
#include "plan-service/domain/test_plan.h"

namespace ip::plan::testing {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

// Message and all violations.
std::string Text(const absl::Status& status) { return ToRpcStatus(status).ShortDebugString(); }

std::string Reason(const absl::StatusOr<std::string>& result) {
  return result.ok() ? "" : ReasonOf(result.status());
}

std::vector<pb::CarePlan::Alarm> AlarmsNow(const pb::CarePlan& plan, int days = 0) {
  return AlarmsOn(plan, OsloDay(kNow) + days, RulesNow());
}

std::set<std::string> BlockingRules(const pb::CarePlan& plan) {
  std::set<std::string> rules;
  for (const auto& finding : CheckSection19(plan, OsloDay(kNow), RulesNow())) {
    if (finding.severity() == pb::CheckPlanResponse::Finding::BLOCKING)
      rules.insert(finding.rule());
  }
  return rules;
}

TEST(Plan, IsNotMadeWithoutConsent) {
  auto request = NewPlanRequest();
  request.clear_consent();
  EXPECT_EQ(ReasonOf(NewPlan(UnitAct(), request, "plans/plan-1", kOwner).status()),
            "CONSENT_MISSING");
  request = NewPlanRequest();
  request.mutable_consent()->set_informed(false);
  EXPECT_EQ(ReasonOf(NewPlan(UnitAct(), request, "plans/plan-1", kOwner).status()),
            "CONSENT_NOT_INFORMED");
}

TEST(Plan, TellsAllThatIsWrongAtOnce) {
  auto request = NewPlanRequest();
  request.mutable_plan()->clear_subject();
  request.mutable_plan()->set_municipality_code("46");
  request.mutable_plan()->clear_unit();
  const absl::Status status = NewPlan(UnitAct(), request, "plans/plan-1", kOwner).status();
  for (const char* field : {"plan.subject.display_name", "plan.municipality_code", "plan.unit"}) {
    EXPECT_THAT(Text(status), HasSubstr(field));
  }
}

TEST(Plan, TheCompleteOneIsActivated) {
  pb::CarePlan plan = CompleteDraft();
  EXPECT_THAT(BlockingRules(plan), IsEmpty());
  EXPECT_EQ(ActivePlan().state(), pb::CarePlan::ACTIVE);
}

TEST(Section19, EveryLetterHasARuleThatAnEmptyPlanBreaks) {
  pb::CarePlan plan = DraftPlan();
  plan.clear_consents();
  plan.clear_participants();
  *plan.add_participants() = Professional("Per Vik");
  plan.mutable_participants(0)->clear_role_title();
  plan.add_activities()->set_execution(pb::Activity::NOT_STARTED);
  std::set<std::string> letters;
  for (const auto& finding : CheckSection19(plan, OsloDay(kNow), RulesNow())) {
    letters.insert(finding.letter());
    EXPECT_FALSE(finding.text().nb().empty());
    EXPECT_FALSE(finding.source().empty());
    EXPECT_FALSE(finding.target().empty() && finding.letter() != "d" && finding.letter() != "e" &&
                 finding.letter() != "f" && finding.letter() != "h")
        << finding.rule();
  }
  EXPECT_EQ(letters, (std::set<std::string>{"a", "b", "c", "d", "e", "f", "g", "h", "i"}));
}

TEST(Section19, ApprovalFallsWhenSomebodyElseChangesTheDraft) {
  pb::CarePlan plan = CompleteDraft();
  AddGoal(plan, OwnerAct());
  EXPECT_THAT(BlockingRules(plan), IsEmpty());
  AddGoal(plan, CoordinatorAct());
  EXPECT_THAT(BlockingRules(plan), Contains("19_h_owner_approval"));
}

TEST(Section19, RefusesABrokenRulesFile) {
  EXPECT_FALSE(RuleBook::Parse("{").ok());
  EXPECT_FALSE(RuleBook::Parse("{}").ok());
  EXPECT_FALSE(RuleBook::Parse(R"({"ruleSets": [{"validFrom": "2022-8-1"}]})").ok());
  EXPECT_FALSE(RuleBook::Parse(R"({"ruleSets": [{"validFrom": "2022-08-01", "rules": [
      {"rule": "19_z", "text": {"nb": "x", "nn": "x"}}]}]})")
                   .ok());
  const auto book = RuleBook::Parse(
      R"({"ruleSets": [{"validFrom": "2022-08-01"}, {"validFrom": "2027-01-01"}]})");
  ASSERT_TRUE(book.ok()) << book.status();
  EXPECT_EQ(book->On(absl::CivilDay(2026, 12, 31)).valid_from(), "2022-08-01");
  EXPECT_EQ(book->On(absl::CivilDay(2027, 1, 1)).valid_from(), "2027-01-01");
}

TEST(Goal, TheOwnersIsAcceptedAndOthersPropose) {
  pb::CarePlan plan = DraftPlan();
  EXPECT_EQ(FindByName(plan.goals(), AddGoal(plan, OwnerAct()))->state(), pb::Goal::ACCEPTED);
  const pb::Goal goal = *FindByName(plan.goals(), AddGoal(plan, CoordinatorAct()));
  EXPECT_EQ(goal.state(), pb::Goal::PROPOSED);
  EXPECT_EQ(goal.own_words().author(), kOwner);
  EXPECT_EQ(goal.own_words().recorder(), kCoordinator);
}

TEST(Goal, Check14_OwnersWordsCannotBeEditedByOthers) {
  pb::CarePlan plan = DraftPlan();
  pb::UpdateGoalRequest request;
  request.mutable_goal()->set_name(AddGoal(plan, OwnerAct()));
  request.mutable_goal()->mutable_own_words()->set_text("Vi synes noe annet");
  for (const char* path : {"", "own_words", "own_words.text", "*"}) {
    request.clear_update_mask();
    if (*path != '\0') request.mutable_update_mask()->add_paths(path);
    EXPECT_EQ(
        Reason(Do(plan, [&](pb::CarePlan& p) { return UpdateGoal(p, CoordinatorAct(), request); })),
        "OWN_WORDS_ARE_THE_OWNERS")
        << path;
  }
  EXPECT_EQ(plan.goals(0).own_words().text(), "Jeg vil handle selv");
  Must(Do(plan, [&](pb::CarePlan& p) { return UpdateGoal(p, OwnerAct(), request); }));
  EXPECT_EQ(plan.goals(0).own_words().text(), "Vi synes noe annet");
}

TEST(Goal, AParentNeverLeadsBackToItself) {
  pb::CarePlan plan = DraftPlan();
  const std::string a = AddGoal(plan, OwnerAct());
  const std::string b = AddGoal(plan, OwnerAct());
  pb::UpdateGoalRequest request;
  request.mutable_goal()->set_name(b);
  request.mutable_goal()->set_parent_goal(a);
  Must(Do(plan, [&](pb::CarePlan& p) { return UpdateGoal(p, OwnerAct(), request); }));
  request.mutable_goal()->set_name(a);
  request.mutable_goal()->set_parent_goal(b);
  EXPECT_EQ(Reason(Do(plan, [&](pb::CarePlan& p) { return UpdateGoal(p, OwnerAct(), request); })),
            "INVALID_REQUEST");
}

TEST(Etag, BelongsToTheElementAndNotToItsNeighbours) {
  pb::CarePlan plan = DraftPlan();
  const std::string a = AddGoal(plan, OwnerAct());
  const std::string before = FindByName(plan.goals(), a)->etag();
  AddGoal(plan, OwnerAct());
  EXPECT_EQ(FindByName(plan.goals(), a)->etag(), before);
  pb::UpdateGoalRequest request;
  request.mutable_goal()->set_name(a);
  request.mutable_goal()->set_priority(1);
  request.mutable_goal()->set_etag("\"other\"");
  EXPECT_EQ(Reason(Do(plan, [&](pb::CarePlan& p) { return UpdateGoal(p, OwnerAct(), request); })),
            "ETAG_MISMATCH");
  request.mutable_goal()->set_etag(before);
  Must(Do(plan, [&](pb::CarePlan& p) { return UpdateGoal(p, OwnerAct(), request); }));
  EXPECT_NE(FindByName(plan.goals(), a)->etag(), before);
}

TEST(Activity, OnlyTheResponsibleAnswersAndADeclineNeedsAReason) {
  pb::CarePlan plan = ActivePlan();
  const pb::Activity activity = plan.activities(0);
  const auto answer = [&](const Act& act, const std::string& reason) {
    return Reason(Do(plan, [&](pb::CarePlan& p) {
      return DeclineActivity(p, act, Request(activity.name(), activity.etag(), reason));
    }));
  };
  EXPECT_EQ(answer(CoordinatorAct(), "nei"), "NOT_THE_RESPONSIBLE");
  EXPECT_EQ(answer(HelperAct(), ""), "INVALID_REQUEST");
  EXPECT_EQ(answer(HelperAct(), "ikke tid"), "");
}

TEST(Activity, BeginsWhenCommittedAndGranted) {
  pb::CarePlan plan = ActivePlan();
  const std::string name = plan.activities(0).name();
  const auto report = [&] {
    pb::ReportActivityProgressRequest request;
    request.set_name(name);
    request.set_etag(plan.activities(0).etag());
    request.set_execution(pb::Activity::IN_PROGRESS);
    return Reason(
        Do(plan, [&](pb::CarePlan& p) { return ReportActivityProgress(p, HelperAct(), request); }));
  };
  EXPECT_EQ(report(), "ACTIVITY_NOT_COMMITTED");
  Must(Do(plan, [&](pb::CarePlan& p) {
    return AcceptActivity(p, HelperAct(), Request(name, p.activities(0).etag()));
  }));
  pb::RecordActivityDecisionRequest decision;
  decision.set_name(name);
  for (const auto step : {pb::Activity::TO_APPLY, pb::Activity::APPLIED, pb::Activity::GRANTED}) {
    if (step == pb::Activity::GRANTED) {
      EXPECT_EQ(report(), "DECISION_MISSING");
    }
    decision.set_etag(plan.activities(0).etag());
    decision.set_decision(step);
    Must(Do(plan, [&](pb::CarePlan& p) {
      return RecordActivityDecision(p, CoordinatorAct(), decision);
    }));
  }
  EXPECT_EQ(report(), "");
}

TEST(Coordinator, Check08_LeavingRaisesTheAlarmAndThePlanGoesOn) {
  pb::CarePlan plan = ActivePlan();
  EXPECT_THAT(AlarmsNow(plan), Not(Contains(pb::CarePlan::NO_COORDINATOR)));
  const auto& appointment = plan.coordinator_appointments(0);
  Must(Do(plan, [&](pb::CarePlan& p) {
    return EndAppointment(p, UnitAct(), Request(appointment.name(), appointment.etag()));
  }));
  EXPECT_EQ(plan.state(), pb::CarePlan::ACTIVE);
  EXPECT_THAT(AlarmsNow(plan), Contains(pb::CarePlan::NO_COORDINATOR));
}

TEST(Coordinator, TheBatonIsHeldUntilTheNextHasTakenIt) {
  pb::CarePlan plan = ActivePlan();
  const std::string first = plan.coordinator_appointments(0).name();
  const std::string second = Nominate(plan, "persons/next");
  EXPECT_EQ(Appointment(plan, first).state(), pb::CoordinatorAppointment::HANDOVER_PENDING);
  EXPECT_EQ(CoordinatorsOn(plan, OsloDay(kNow)).front()->person(), kCoordinator);
  pb::CarePlan declined = plan;
  Must(Do(declined, [&](pb::CarePlan& p) {
    return DeclineAppointment(p, {"persons/next", false, false, kNow},
                              Request(second, Appointment(p, second).etag()));
  }));
  EXPECT_EQ(Appointment(declined, first).state(), pb::CoordinatorAppointment::ACTIVE);
  Accept(plan, second, "persons/next");
  EXPECT_EQ(Appointment(plan, first).state(), pb::CoordinatorAppointment::ENDED);
  EXPECT_EQ(CoordinatorsOn(plan, OsloDay(kNow)).front()->person(), "persons/next");
}

// Asking changes nobody's task: the unit is told until somebody is nominated, and again when that
// one declines; the accepted hand-over ends it.
TEST(Coordinator, WhoAsksToHandOverIsCoordinatorUntilTheNextHasAccepted) {
  pb::CarePlan plan = ActivePlan();
  const std::string first = plan.coordinator_appointments(0).name();
  const auto as = [&](auto rule, const Act& act, const std::string& name,
                      const std::string& reason = "Flytter") {
    return Do(plan, [&](pb::CarePlan& p) {
      return rule(p, act, Request(name, Appointment(p, name).etag(), reason));
    });
  };
  EXPECT_EQ(Reason(as(RequestHandover, UnitAct(), first)), "RESOURCE_NOT_FOUND");
  EXPECT_TRUE(absl::IsInvalidArgument(as(RequestHandover, CoordinatorAct(), first, "").status()));
  Must(as(RequestHandover, CoordinatorAct(), first));
  EXPECT_EQ(Appointment(plan, first).state(), pb::CoordinatorAppointment::ACTIVE);
  EXPECT_EQ(Appointment(plan, first).handover_reason(), "Flytter");
  EXPECT_THAT(AlarmsNow(plan), Contains(pb::CarePlan::HANDOVER_REQUESTED));
  EXPECT_EQ(CoordinatorsOn(plan, OsloDay(kNow)).front()->person(), kCoordinator);

  const std::string second = Nominate(plan, "persons/next");
  EXPECT_THAT(AlarmsNow(plan), Not(Contains(pb::CarePlan::HANDOVER_REQUESTED)));
  EXPECT_EQ(Reason(as(RequestHandover, CoordinatorAct(), first)),
            "APPOINTMENT_STATE_FORBIDS_ACTION");
  const Act next{"persons/next", false, false, kNow};
  Must(as(DeclineAppointment, next, second));
  EXPECT_THAT(AlarmsNow(plan), Contains(pb::CarePlan::HANDOVER_REQUESTED));

  Must(as(WithdrawHandover, CoordinatorAct(), first, ""));
  EXPECT_THAT(AlarmsNow(plan), Not(Contains(pb::CarePlan::HANDOVER_REQUESTED)));
  EXPECT_FALSE(Appointment(plan, first).has_handover_request_time());
  Must(as(WithdrawHandover, CoordinatorAct(), first, ""));

  Must(as(RequestHandover, CoordinatorAct(), first));
  Accept(plan, Nominate(plan, "persons/next"), "persons/next");
  EXPECT_EQ(Appointment(plan, first).state(), pb::CoordinatorAppointment::ENDED);
  EXPECT_THAT(AlarmsNow(plan), Not(Contains(pb::CarePlan::HANDOVER_REQUESTED)));
  EXPECT_EQ(Reason(as(WithdrawHandover, CoordinatorAct(), first, "")),
            "APPOINTMENT_STATE_FORBIDS_ACTION");
}

TEST(Coordinator, AChildsEndsOnThe18thBirthday) {
  pb::CarePlan plan = DraftPlan();
  *plan.mutable_subject()->mutable_birth_date() = ToDate(absl::CivilDay(2008, 5, 1));
  Accept(plan, Nominate(plan, kCoordinator, pb::CoordinatorAppointment::CHILD_COORDINATOR),
         kCoordinator);
  EXPECT_FALSE(CoordinatorsOn(plan, absl::CivilDay(2026, 4, 30)).empty());
  EXPECT_TRUE(CoordinatorsOn(plan, absl::CivilDay(2026, 5, 1)).empty());
}

TEST(Team, ACoordinatorIsReplacedBeforeTheyLeave) {
  pb::CarePlan plan = ActivePlan();
  const auto* participant = ParticipantOf(plan, kCoordinator, OsloDay(kNow));
  EXPECT_EQ(Reason(Do(plan,
                      [&](pb::CarePlan& p) {
                        return EndParticipation(p, OwnerAct(),
                                                Request(participant->name(), participant->etag()));
                      })),
            "COORDINATOR_MUST_BE_REPLACED");
}

TEST(Team, LeavingEndsSharesAndReleasesActivities) {
  pb::CarePlan plan = ActivePlan();
  const auto* participant = ParticipantOf(plan, kHelper, OsloDay(kNow));
  Must(Do(plan, [&](pb::CarePlan& p) {
    return EndParticipation(p, OwnerAct(), Request(participant->name(), participant->etag()));
  }));
  EXPECT_EQ(plan.activities(0).commitment(), pb::Activity::RELEASED);
  EXPECT_EQ(plan.consents(1).state(), pb::Consent::EXPIRED);
}

TEST(Consent, WithdrawingThePlansConsentRevokesIt) {
  pb::CarePlan plan = ActivePlan();
  const auto& consent = plan.consents(0);
  Must(Do(plan, [&](pb::CarePlan& p) {
    return WithdrawConsent(p, OwnerAct(), Request(consent.name(), consent.etag()));
  }));
  EXPECT_EQ(plan.state(), pb::CarePlan::REVOKED);
  EXPECT_EQ(plan.consents(1).state(), pb::Consent::EXPIRED);
  EXPECT_EQ(plan.evaluations(0).state(), pb::Evaluation::CANCELLED);
  EXPECT_TRUE(CoordinatorsOn(plan, OsloDay(kNow)).empty());
}

TEST(Alarms, RingFromTheirDay) {
  const pb::CarePlan plan = ActivePlan();
  EXPECT_THAT(AlarmsNow(plan), IsEmpty());
  EXPECT_THAT(AlarmsNow(plan, 14), IsEmpty());
  EXPECT_THAT(AlarmsNow(plan, 15), Contains(pb::CarePlan::UNANSWERED_REQUEST));
  EXPECT_THAT(AlarmsNow(plan, 60), Not(Contains(pb::CarePlan::EVALUATION_OVERDUE)));
  EXPECT_THAT(AlarmsNow(plan, 61), Contains(pb::CarePlan::EVALUATION_OVERDUE));
}

TEST(UpdatePlan, RefusesWhatHasItsOwnMethodAndTheOwnersWords) {
  pb::CarePlan plan = DraftPlan();
  pb::UpdatePlanRequest request;
  request.mutable_update_mask()->add_paths("goals");
  request.mutable_update_mask()->add_paths("nonsense");
  auto refused = Do(plan, [&](pb::CarePlan& p) { return UpdatePlan(p, OwnerAct(), request); });
  EXPECT_THAT(Text(refused.status()), HasSubstr("\\\"goals"));
  EXPECT_THAT(Text(refused.status()), HasSubstr("nonsense"));
  request.clear_update_mask();
  request.mutable_plan()->mutable_what_matters_most()->set_text("Ro");
  EXPECT_EQ(
      Reason(Do(plan, [&](pb::CarePlan& p) { return UpdatePlan(p, CoordinatorAct(), request); })),
      "OWN_WORDS_ARE_THE_OWNERS");
}

}  // namespace
}  // namespace ip::plan::testing
