// What 12, 15, 16 and 18 change, day by day.
#include "plan-service/domain/ages.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "plan-service/domain/alarms.h"
#include "plan-service/domain/obligations.h"
#include "plan-service/domain/test_plan.h"

namespace ip::plan::testing {
namespace {

using pb::Consent;
using pb::TransitionTask;
using ::testing::Contains;
using ::testing::Not;
using ::testing::SizeIs;

constexpr char kParent[] = "persons/parent";

absl::Time On(absl::CivilDay day) { return absl::FromCivil(day, Oslo()) + absl::Hours(9); }

// A child whose parent has consented; 16 on 1 May 2026, eight weeks after kNow.
pb::CarePlan ChildsPlan(absl::CivilDay born) {
  pb::CarePlan plan = DraftPlan();
  *plan.mutable_subject()->mutable_birth_date() = ToDate(born);
  pb::Representative parent;
  parent.set_kind(pb::Representative::PARENT);
  parent.set_display_name("Mor Nordli");
  parent.set_basis("Folkeregisteret");
  parent.set_may_act(true);
  *parent.mutable_period()->mutable_start_date() = ToDate(OsloDay(kNow));
  Must(Do(plan,
          [&](pb::CarePlan& p) { return CreateRepresentative(p, UnitAct(), parent, kParent); }));
  const std::string helper = AddHelper(plan);
  Consent consent;
  consent.set_kind(Consent::SHARE);
  consent.set_participant(helper);
  consent.add_sections(type::GOALS);
  consent.set_form(Consent::ELECTRONIC);
  consent.set_informed(true);
  Must(Do(plan, [&](pb::CarePlan& p) {
    return AddConsent(p, {kParent, true, false, kNow}, consent, "");
  }));
  return plan;
}

pb::CarePlan Aged(pb::CarePlan plan, absl::CivilDay day) {
  ComeOfAge(plan, On(day), RulesNow());
  return plan;
}

const absl::CivilDay kBorn(2010, 5, 1);
const absl::CivilDay k16(2026, 5, 1);

TEST(Ages, At16WhatParentsConsentedToNeedsRenewalAndEndsAfterTheTimeOfGrace) {
  const pb::CarePlan plan = ChildsPlan(kBorn);
  const int grace = RulesNow().consent_grace_days();
  ASSERT_EQ(plan.consents(1).grantor(), kParent);
  const auto state = [&](absl::CivilDay day) { return Aged(plan, day).consents(1).state(); };
  EXPECT_EQ(state(k16 - 1), Consent::ACTIVE);
  EXPECT_EQ(state(k16), Consent::NEEDS_RENEWAL);
  EXPECT_EQ(state(k16 + grace - 1), Consent::NEEDS_RENEWAL);
  EXPECT_EQ(state(k16 + grace), Consent::EXPIRED);
  // Somebody who reads for the first time years later sees the same.
  EXPECT_EQ(state(absl::CivilDay(2031, 1, 1)), Consent::EXPIRED);
  EXPECT_TRUE(InForce(Aged(plan, k16).consents(1), k16));
  EXPECT_NE(Aged(plan, k16).consents(1).etag(), plan.consents(1).etag());
}

TEST(Ages, AParentsYesAfter16HoldsForTheTimeOfGrace) {
  pb::CarePlan plan = ChildsPlan(absl::CivilDay(2009, 5, 1));
  plan.mutable_consents(0)->set_grantor_basis(pb::Representative::PARENT);
  const absl::CivilDay today = OsloDay(kNow);
  EXPECT_EQ(Aged(plan, today).consents(0).state(), Consent::NEEDS_RENEWAL);
  EXPECT_EQ(Aged(plan, today + 90).consents(0).state(), Consent::EXPIRED);
}

TEST(Ages, TheFeedRemindsOfConsentsThatEndAndOfTheVacancyThatComes) {
  pb::CarePlan plan = ActivePlan();
  *plan.mutable_subject()->mutable_birth_date() = ToDate(kBorn);
  plan.mutable_consents(1)->set_grantor_basis(pb::Representative::PARENT);
  plan.mutable_coordinator_appointments(0)->set_kind(pb::CoordinatorAppointment::CHILD_COORDINATOR);
  const auto due = [](const pb::CarePlan& p, absl::CivilDay day, type::Obligation::Kind kind) {
    const auto event = ObligationsOf(p, day);
    std::vector<absl::CivilDay> days;
    for (const auto& duty : event.obligations()) {
      if (duty.kind() == kind) days.push_back(ToDay(duty.due_date()));
    }
    return days;
  };
  using ::testing::ElementsAre;
  EXPECT_THAT(due(Aged(plan, k16 - 1), k16 - 1, type::Obligation::CONSENT_EXPIRY), SizeIs(0));
  EXPECT_THAT(due(Aged(plan, k16), k16, type::Obligation::CONSENT_EXPIRY), ElementsAre(k16 + 89));
  EXPECT_THAT(AlarmsOn(Aged(plan, k16 + 60), k16 + 60, RulesNow()),
              Contains(pb::CarePlan::CONSENT_EXPIRING));
  // What ran out unnoticed is to be asked for anew, for a fortnight.
  const absl::CivilDay end = k16 + 89;
  EXPECT_THAT(due(Aged(plan, end + 14), end + 14, type::Obligation::CONSENT_EXPIRY),
              ElementsAre(end));
  EXPECT_THAT(due(Aged(plan, end + 15), end + 15, type::Obligation::CONSENT_EXPIRY), SizeIs(0));
  const absl::CivilDay k18(2028, 5, 1);
  EXPECT_THAT(due(Aged(plan, k18 - 184), k18 - 184, type::Obligation::COORDINATOR_VACANCY),
              SizeIs(0));
  EXPECT_THAT(due(Aged(plan, k18 - 183), k18 - 183, type::Obligation::COORDINATOR_VACANCY),
              ElementsAre(k18));
}

TEST(Ages, TheYoungstersOwnConsentReplacesTheParents) {
  pb::CarePlan plan = Aged(ChildsPlan(kBorn), k16);
  Consent own = plan.consents(1);
  own.clear_grantor_basis();
  own.clear_period();
  Must(Do(plan, [&](pb::CarePlan& p) {
    return AddConsent(p, {kOwner, true, false, On(k16)}, own, "");
  }));
  EXPECT_EQ(plan.consents(1).state(), Consent::SUPERSEDED);
  EXPECT_EQ(Aged(plan, k16 + 200).consents(2).state(), Consent::ACTIVE);
}

TEST(Ages, TasksComeInGoodTimeOnceAndStandInAlarmsAndFeedUntilTheyAreDone) {
  const pb::CarePlan before = ChildsPlan(kBorn);
  EXPECT_THAT(Aged(before, k16 - 91).transition_tasks(), SizeIs(0));
  pb::CarePlan plan = Aged(before, k16 - 90);
  ASSERT_THAT(plan.transition_tasks(), SizeIs(1));
  const TransitionTask task = plan.transition_tasks(0);
  EXPECT_EQ(task.kind(), TransitionTask::TURNS_16);
  EXPECT_EQ(ToDay(task.effective_date()), k16);
  EXPECT_FALSE(task.text().nb().empty());
  EXPECT_FALSE(task.text().nn().empty());
  EXPECT_FALSE(task.source().empty());
  EXPECT_THAT(Aged(plan, k16).transition_tasks(), SizeIs(1));

  EXPECT_THAT(AlarmsOn(plan, k16 - 1, RulesNow()), Not(Contains(pb::CarePlan::AGE_TRANSITION)));
  EXPECT_THAT(AlarmsOn(plan, k16, RulesNow()), Contains(pb::CarePlan::AGE_TRANSITION));
  const auto done = [&](const std::string& etag) {
    return Do(plan, [&](pb::CarePlan& p) {
      return CompleteTransitionTask(p, CoordinatorAct(), Request(task.name(), etag));
    });
  };
  EXPECT_EQ(ReasonOf(done("").status()), "ETAG_REQUIRED");
  Must(done(task.etag()));
  EXPECT_THAT(AlarmsOn(plan, k16, RulesNow()), Not(Contains(pb::CarePlan::AGE_TRANSITION)));
  EXPECT_EQ(ReasonOf(done(plan.transition_tasks(0).etag()).status()),
            "TRANSITION_TASK_STATE_FORBIDS_ACTION");
}

TEST(Ages, EachAgeOfAChildhoodHasItsTask) {
  const pb::CarePlan plan = ChildsPlan(absl::CivilDay(2020, 2, 29));
  std::vector<std::pair<int, absl::CivilDay>> tasks;
  const pb::CarePlan grown = Aged(plan, absl::CivilDay(2040, 1, 1));
  for (const auto& task : grown.transition_tasks()) {
    tasks.emplace_back(task.kind(), ToDay(task.effective_date()));
  }
  // Born on 29 February: 1 March in common years.
  EXPECT_EQ(tasks, (std::vector<std::pair<int, absl::CivilDay>>{
                       {TransitionTask::TURNS_12, absl::CivilDay(2032, 2, 29)},
                       {TransitionTask::TURNS_15, absl::CivilDay(2035, 3, 1)},
                       {TransitionTask::TURNS_16, absl::CivilDay(2036, 2, 29)},
                       {TransitionTask::TURNS_18, absl::CivilDay(2038, 3, 1)}}));
}

TEST(Ages, NothingIsAskedForAgesBeforeThePlan) {
  pb::CarePlan plan = ChildsPlan(absl::CivilDay(1987, 4, 21));
  plan.mutable_consents(1)->clear_grantor_basis();
  EXPECT_THAT(Aged(plan, OsloDay(kNow)).transition_tasks(), SizeIs(0));
  EXPECT_FALSE(NextAgeStep(plan, RulesNow()));
  pb::CarePlan unknown = DraftPlan();
  EXPECT_FALSE(NextAgeStep(unknown, RulesNow()));
}

TEST(Ages, TheNextStepIsKnownBeforehand) {
  pb::CarePlan plan = ChildsPlan(kBorn);
  absl::CivilDay day = OsloDay(kNow);
  std::vector<absl::CivilDay> days;
  while (const auto next = NextAgeStep(plan, RulesNow())) {
    day = std::max(day, *next);
    days.push_back(day);
    plan = Aged(plan, day);
    ASSERT_LE(days.size(), 10u);
  }
  EXPECT_EQ(days, (std::vector<absl::CivilDay>{OsloDay(kNow), k16, k16 + 90,
                                               absl::CivilDay(2028, 5, 1) - 183}));
}

TEST(Ages, At18TheChildCoordinatorsTimeEndsAndTheVacancyIsOfThatDay) {
  const absl::CivilDay k18(2026, 5, 1);
  pb::CarePlan plan = DraftPlan();
  *plan.mutable_subject()->mutable_birth_date() = ToDate(absl::CivilDay(2008, 5, 1));
  Accept(plan, Nominate(plan, kCoordinator, pb::CoordinatorAppointment::CHILD_COORDINATOR),
         kCoordinator);
  EXPECT_EQ(Aged(plan, k18 - 1).coordinator_appointments(0).state(),
            pb::CoordinatorAppointment::ACTIVE);
  const pb::CarePlan grown = Aged(plan, k18 + 3);
  EXPECT_EQ(grown.coordinator_appointments(0).state(), pb::CoordinatorAppointment::ENDED);
  EXPECT_EQ(ToTime(grown.coordinator_appointments(0).end_time()), absl::FromCivil(k18, Oslo()));
  EXPECT_EQ(VacantSince(grown), k18);
  EXPECT_THAT(AlarmsOn(grown, k18, RulesNow()), Contains(pb::CarePlan::NO_COORDINATOR));
  // A coordinator stays; so does nothing in a plan that has ended.
  pb::CarePlan other = DraftPlan();
  *other.mutable_subject()->mutable_birth_date() = plan.subject().birth_date();
  Accept(other, Nominate(other, kCoordinator), kCoordinator);
  EXPECT_EQ(Aged(other, k18 + 3).coordinator_appointments(0).state(),
            pb::CoordinatorAppointment::ACTIVE);
  plan.set_state(pb::CarePlan::REVOKED);
  EXPECT_EQ(Aged(plan, k18 + 3).SerializeAsString(), plan.SerializeAsString());
}

}  // namespace
}  // namespace ip::plan::testing
