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
  // The parent gives it, as long as it is theirs to give.
  const bool theirs = Represents(plan.representatives(0), OsloDay(kNow));
  Must(Do(plan, [&](pb::CarePlan& p) {
    return AddConsent(p, {theirs ? kParent : kOwner, true, false, kNow}, consent, "");
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

TEST(Ages, At16TheYoungPersonIsAskedAboutEachThingAParentConsentedTo) {
  const pb::CarePlan before = ChildsPlan(kBorn);
  EXPECT_THAT(Aged(before, k16 - 1).consents(), SizeIs(2));
  pb::CarePlan plan = Aged(before, k16);
  ASSERT_THAT(plan.consents(), SizeIs(3));
  const Consent question = plan.consents(2);
  EXPECT_EQ(question.state(), Consent::PROPOSED);
  EXPECT_EQ(question.renews(), plan.consents(1).name());
  EXPECT_EQ(question.participant(), plan.consents(1).participant());
  EXPECT_EQ(question.sections_size(), 1);
  EXPECT_EQ(question.grantor(), "");
  EXPECT_FALSE(InForce(question, k16)) << "a question opens nothing";
  EXPECT_THAT(Aged(plan, k16 + 1).consents(), SizeIs(3)) << "asked once";

  // The feed asks the young person, and nobody who acts for them, until the parent's has ended.
  const auto asked = [](const pb::CarePlan& p, absl::CivilDay day) {
    std::vector<std::string> who;
    const auto event = ObligationsOf(p, day);
    for (const auto& duty : event.obligations()) {
      if (duty.kind() != type::Obligation::CONSENT_QUESTION) continue;
      EXPECT_EQ(ToDay(duty.due_date()), k16 + 89);
      for (const auto& party : duty.parties()) who.push_back(party.recipient());
    }
    return who;
  };
  EXPECT_THAT(asked(Aged(before, k16 - 1), k16 - 1), SizeIs(0));
  EXPECT_THAT(asked(plan, k16), ::testing::ElementsAre(kOwner));
  EXPECT_THAT(asked(Aged(plan, k16 + 90), k16 + 90), SizeIs(0));

  // No: the parent's yes ends at once.
  pb::CarePlan refused = plan;
  Must(Do(refused, [&](pb::CarePlan& p) {
    return RefuseConsent(p, {kOwner, true, false, On(k16)},
                         Request(question.name(), question.etag()));
  }));
  EXPECT_EQ(refused.consents(2).state(), Consent::REFUSED);
  EXPECT_EQ(refused.consents(1).state(), Consent::WITHDRAWN);
  EXPECT_THAT(asked(refused, k16), SizeIs(0));
  // Not the parent's to answer any more.
  EXPECT_EQ(ReasonOf(Do(plan,
                        [&](pb::CarePlan& p) {
                          return RefuseConsent(p, {kParent, true, false, On(k16)},
                                               Request(question.name(), question.etag()));
                        })
                         .status()),
            "NOT_ALLOWED_IN_PLAN");
  // Yes, to less: the question becomes the consent.
  Consent own = question;
  own.clear_name();
  own.set_form(Consent::ELECTRONIC);
  own.set_informed(true);
  EXPECT_EQ(Must(Do(plan,
                    [&](pb::CarePlan& p) {
                      return AddConsent(p, {kOwner, true, false, On(k16)}, own, "");
                    })),
            question.name());
  EXPECT_EQ(plan.consents(2).state(), Consent::ACTIVE);
  EXPECT_EQ(plan.consents(2).grantor(), kOwner);
  EXPECT_EQ(plan.consents(1).state(), Consent::SUPERSEDED);
}

TEST(Ages, RefusingThePlanItselfRevokesIt) {
  pb::CarePlan plan = ChildsPlan(kBorn);
  plan.mutable_consents(0)->set_grantor_basis(pb::Representative::PARENT);
  plan = Aged(plan, k16);
  const auto question = std::find_if(
      plan.consents().begin(), plan.consents().end(),
      [&](const Consent& consent) { return consent.renews() == plan.consents(0).name(); });
  ASSERT_NE(question, plan.consents().end());
  const auto request = Request(question->name(), question->etag());
  Must(Do(plan, [&](pb::CarePlan& p) {
    return RefuseConsent(p, {kOwner, true, false, On(k16)}, request);
  }));
  EXPECT_EQ(plan.state(), pb::CarePlan::REVOKED);
  EXPECT_EQ(plan.consents(0).state(), Consent::WITHDRAWN);
  for (const Consent& consent : plan.consents()) EXPECT_NE(consent.state(), Consent::PROPOSED);
}

TEST(Ages, TheFeedTellsTheUnitAndTheCoordinatorOfEachAge) {
  const auto told = [](const pb::CarePlan& plan, absl::CivilDay day) {
    std::vector<absl::CivilDay> days;
    const auto event = ObligationsOf(plan, day);
    for (const auto& duty : event.obligations()) {
      if (duty.kind() != type::Obligation::AGE_TRANSITION) continue;
      days.push_back(ToDay(duty.due_date()));
      EXPECT_GE(duty.parties_size(), 2) << "the unit and its leader at least";
    }
    return days;
  };
  const pb::CarePlan plan = ChildsPlan(absl::CivilDay(2014, 4, 1));
  for (const int years : {12, 15, 16, 18}) {
    const absl::CivilDay birthday(2014 + years, 4, 1);
    EXPECT_THAT(told(Aged(plan, birthday), birthday), Contains(birthday)) << years;
  }
  pb::CarePlan twelve = Aged(plan, absl::CivilDay(2026, 3, 20));
  Must(Do(twelve, [&](pb::CarePlan& p) {
    return CompleteTransitionTask(
        p, CoordinatorAct(), Request(p.transition_tasks(0).name(), p.transition_tasks(0).etag()));
  }));
  EXPECT_THAT(told(twelve, absl::CivilDay(2026, 3, 20)), SizeIs(0));
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
