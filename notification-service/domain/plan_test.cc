#include "notification-service/domain/plan.h"

#include <gmock/gmock.h>

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "notification-service/domain/hours.h"
#include "notification-service/domain/test_events.h"

namespace ip::notification {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

const RuleSet& Shipped() {
  static const Rules rules = *Rules::LoadDirectory(IP_RULES_DIR);
  return rules.On(absl::CivilDay(2026, 1, 1));
}

// An aggregate as storage would hold it.
class Ledger {
 public:
  Changes Take(const ObligationEvent& event, absl::Time now) {
    openings_ = NextOpenings(event, openings_, now);
    Changes changes = Replan(event, openings_, Shipped(), slots, now);
    for (Slot slot : changes.insert) {
      slot.id = absl::StrCat("s", slots.size());
      slots.push_back(slot);
    }
    for (const Slot& slot : changes.update) {
      for (Slot& mine : slots) {
        if (mine.id == slot.id) mine = slot;
      }
    }
    return changes;
  }
  std::vector<std::string> In(SlotState state, const std::string& recipient) const {
    std::vector<std::string> out;
    for (const Slot& slot : slots) {
      if (slot.state != state || slot.recipient != recipient) continue;
      out.push_back(absl::StrCat(slot.rung, " ", absl::FormatCivilTime(slot.send_day)));
    }
    return out;
  }
  std::vector<Slot> slots;

 private:
  Openings openings_;
};

const Parties kTeam = {{"persons/kari", Obligation::COORDINATOR},
                       {"persons/ola", Obligation::RESPONSIBLE},
                       {"persons/eva", Obligation::OWNER}};

ObligationEvent Evaluation(int64_t revision, absl::CivilDay due, const Parties& parties = kTeam) {
  ObligationEvent event = EventOf("plans/p", revision);
  AddDuty(event, "evaluations/e", Obligation::PLAN_EVALUATION, parties, due);
  return event;
}

TEST(Plan, AnEvaluationIsRemindedOfBeforeItsDate) {
  Ledger ledger;
  ledger.Take(Evaluation(1, absl::CivilDay(2027, 3, 10)), OsloTime(2026, 11, 22, 9));
  EXPECT_THAT(ledger.In(SlotState::kPlanned, "persons/ola"),
              UnorderedElementsAre("-14d 2027-02-24", "-7d 2027-03-03", "-1d 2027-03-09",
                                   "+1d 2027-03-11", "+7d 2027-03-17"));
  EXPECT_THAT(ledger.In(SlotState::kPlanned, "persons/eva"),
              UnorderedElementsAre("-14d 2027-02-24", "-7d 2027-03-03", "-1d 2027-03-09"));
  EXPECT_THAT(ledger.In(SlotState::kPlanned, "units/fjordvik"),
              UnorderedElementsAre("+14d 2027-03-24", "+30d 2027-04-09"));
}

TEST(Plan, ShiftsBackBeforeAndForwardAfterTheDate) {
  Ledger ledger;
  // Due on 13 April 2026: -7d is Easter Monday, +1wd ...; -14d is 30 March.
  ledger.Take(Evaluation(1, absl::CivilDay(2026, 4, 13)), OsloTime(2026, 1, 5, 9));
  EXPECT_THAT(ledger.In(SlotState::kPlanned, "persons/eva"),
              UnorderedElementsAre("-14d 2026-03-30", "-7d 2026-04-01", "-1d 2026-04-10"));
  ledger.Take(Evaluation(2, absl::CivilDay(2026, 4, 2)), OsloTime(2026, 1, 5, 10));
  EXPECT_THAT(ledger.In(SlotState::kPlanned, "persons/ola"),
              UnorderedElementsAre("-14d 2026-03-19", "-7d 2026-03-26", "-1d 2026-04-01",
                                   "+1d 2026-04-07", "+7d 2026-04-09"));
}

TEST(Plan, BackfillsNothing) {
  Ledger ledger;
  ledger.Take(Evaluation(1, absl::CivilDay(2026, 12, 4)), OsloTime(2026, 11, 25, 9));
  EXPECT_THAT(ledger.In(SlotState::kPlanned, "persons/eva"),
              UnorderedElementsAre("-7d 2026-11-27", "-1d 2026-12-03"));
  EXPECT_THAT(ledger.In(SlotState::kSkipped, "persons/eva"), ElementsAre("-14d 2026-11-20"));
}

// domain.md § 8 check 9, the planner's part.
TEST(Check9, AMovedDateCancelsTheOldAndPlansTheNew) {
  Ledger ledger;
  const absl::Time now = OsloTime(2026, 11, 22, 9);
  ledger.Take(Evaluation(1, absl::CivilDay(2027, 3, 10)), now);
  ledger.Take(Evaluation(2, absl::CivilDay(2027, 3, 20)), now);
  EXPECT_THAT(ledger.In(SlotState::kCancelled, "persons/eva"),
              UnorderedElementsAre("-14d 2027-02-24", "-7d 2027-03-03", "-1d 2027-03-09"));
  EXPECT_THAT(ledger.In(SlotState::kPlanned, "persons/eva"),
              UnorderedElementsAre("-14d 2027-03-05", "-7d 2027-03-12", "-1d 2027-03-19"));
  for (const Slot& slot : ledger.slots) {
    if (slot.state != SlotState::kCancelled) continue;
    EXPECT_EQ(slot.reason, "MOVED");
  }
}

TEST(Check9, MovingBackRevivesWhatWasNotSentAndKeepsWhatWas) {
  Ledger ledger;
  const absl::CivilDay first(2027, 3, 10), second(2027, 3, 20);
  ledger.Take(Evaluation(1, first), OsloTime(2026, 11, 22, 9));
  for (Slot& slot : ledger.slots) {
    if (slot.recipient == "persons/eva" && slot.rung == "-14d") slot.state = SlotState::kDone;
  }
  ledger.Take(Evaluation(2, second), OsloTime(2027, 2, 25, 9));
  ledger.Take(Evaluation(3, first), OsloTime(2027, 3, 4, 9));
  EXPECT_THAT(ledger.In(SlotState::kDone, "persons/eva"), ElementsAre("-14d 2027-02-24"));
  EXPECT_THAT(ledger.In(SlotState::kPlanned, "persons/eva"), ElementsAre("-1d 2027-03-09"));
  EXPECT_THAT(ledger.In(SlotState::kSkipped, "persons/eva"), ElementsAre("-7d 2027-03-03"));
}

TEST(Plan, TwiceIsOnce) {
  Ledger ledger;
  ledger.Take(Evaluation(1, absl::CivilDay(2027, 3, 10)), OsloTime(2026, 11, 22, 9));
  const Changes again =
      ledger.Take(Evaluation(2, absl::CivilDay(2027, 3, 10)), OsloTime(2027, 3, 1, 9));
  EXPECT_THAT(again.insert, IsEmpty());
  EXPECT_THAT(again.update, IsEmpty());
}

TEST(Plan, FollowsWhoAnswers) {
  Ledger ledger;
  const absl::CivilDay due(2027, 3, 10);
  ledger.Take(Evaluation(1, due), OsloTime(2026, 11, 22, 9));
  Parties team = kTeam;
  team[1].first = "persons/liv";
  ledger.Take(Evaluation(2, due, team), OsloTime(2027, 3, 1, 9));
  EXPECT_EQ(ledger.In(SlotState::kCancelled, "persons/ola").size(), 5u);
  EXPECT_THAT(
      ledger.In(SlotState::kPlanned, "persons/liv"),
      UnorderedElementsAre("-7d 2027-03-03", "-1d 2027-03-09", "+1d 2027-03-11", "+7d 2027-03-17"));
  for (const Slot& slot : ledger.slots) {
    if (slot.state != SlotState::kCancelled) continue;
    EXPECT_EQ(slot.reason, "UNASSIGNED");
  }
}

TEST(Plan, AClosedDutyIsNotRemindedOf) {
  Ledger ledger;
  ledger.Take(Evaluation(1, absl::CivilDay(2027, 3, 10)), OsloTime(2026, 11, 22, 9));
  ledger.Take(EventOf("plans/p", 2), OsloTime(2026, 11, 22, 10));
  for (const Slot& slot : ledger.slots) {
    EXPECT_EQ(slot.state, SlotState::kCancelled);
    EXPECT_EQ(slot.reason, "CLOSED");
  }
}

TEST(Plan, APersonInTwoCapacitiesIsOneRecipient) {
  Ledger ledger;
  ledger.Take(Evaluation(1, absl::CivilDay(2027, 3, 10),
                         {{"persons/kari", Obligation::COORDINATOR},
                          {"persons/kari", Obligation::RESPONSIBLE}}),
              OsloTime(2026, 11, 22, 9));
  EXPECT_EQ(ledger.In(SlotState::kPlanned, "persons/kari").size(), 6u);
}

TEST(Plan, ANoticeGoesToTheUnitAtOnceEvenOnASunday) {
  Ledger ledger;
  ObligationEvent event = EventOf("notices/n", 1);
  AddDuty(event, "", Obligation::NOTICE_RECEIVED, {{"units/fjordvik", Obligation::UNIT}});
  const absl::Time sunday = OsloTime(2026, 11, 22, 10, 17);
  ledger.Take(event, sunday);
  const auto& slots = ledger.slots;
  ASSERT_EQ(slots.size(), 4u);
  EXPECT_EQ(slots[0].rung, "now");
  EXPECT_EQ(slots[0].not_before, sunday);
  EXPECT_EQ(slots[0].klass, Class::A);
  // Two working days later the unit again, and its leader, who is an addressee of their own.
  EXPECT_THAT(ledger.In(SlotState::kPlanned, "units/fjordvik"),
              UnorderedElementsAre("now 2026-11-22", "open+2wd 2026-11-24", "open+2wd 2026-11-24",
                                   "open+5wd 2026-11-27"));
}

TEST(Plan, ANominationSettlesFirstAndWaitsForOfficeHours) {
  Ledger ledger;
  ObligationEvent event = EventOf("plans/p", 1);
  AddDuty(event, "coordinators/c", Obligation::COORDINATOR_ANSWER,
          {{"persons/kari", Obligation::RESPONSIBLE}});
  ledger.Take(event, OsloTime(2026, 11, 23, 10));
  EXPECT_EQ(ledger.slots[0].not_before, OsloTime(2026, 11, 23, 10, 10));
  Ledger late;
  late.Take(event, OsloTime(2026, 11, 20, 19, 55));  // a Friday evening
  EXPECT_EQ(late.slots[0].not_before, MorningOf(absl::CivilDay(2026, 11, 23), "persons/kari"));
}

// Asked for on a Friday: the unit at once but for a second thought, then after one and two weeks;
// nothing more once somebody is nominated.
TEST(Plan, AHandOverIsToldToTheUnitUntilSomebodyIsNominated) {
  Ledger ledger;
  ObligationEvent event = EventOf("plans/p", 1);
  AddDuty(event, "coordinatorAppointments/c", Obligation::COORDINATOR_HANDOVER,
          {{"units/fjordvik", Obligation::UNIT}, {"units/fjordvik", Obligation::UNIT_LEADER}});
  ledger.Take(event, OsloTime(2026, 11, 20, 10));
  EXPECT_EQ(ledger.slots[0].not_before, OsloTime(2026, 11, 20, 10, 10));
  EXPECT_THAT(ledger.In(SlotState::kPlanned, "units/fjordvik"),
              UnorderedElementsAre("now 2026-11-20", "open+5wd 2026-11-27", "open+10wd 2026-12-04",
                                   "open+10wd 2026-12-04"));
  ledger.Take(EventOf("plans/p", 2), OsloTime(2026, 11, 23, 10));
  EXPECT_THAT(ledger.In(SlotState::kPlanned, "units/fjordvik"), IsEmpty());
}

TEST(Plan, ADutyThatArisesAnewIsToldAnew) {
  Ledger ledger;
  ObligationEvent vacant = EventOf("plans/p", 1);
  AddDuty(vacant, "", Obligation::COORDINATOR_VACANCY, {});
  ledger.Take(vacant, OsloTime(2026, 11, 23, 10));
  ledger.Take(EventOf("plans/p", 2), OsloTime(2026, 11, 24, 10));
  vacant.set_revision(3);
  ledger.Take(vacant, OsloTime(2026, 12, 1, 10));
  EXPECT_EQ(ledger.In(SlotState::kCancelled, "units/fjordvik").size(), 4u);
  EXPECT_EQ(ledger.slots[0].send_day, absl::CivilDay(2026, 11, 23));
  EXPECT_EQ(ledger.In(SlotState::kPlanned, "units/fjordvik").size(), 4u);
}

TEST(Plan, WhatWasToldWaitsUntilItIsDoneMovedOrSomebodyElses) {
  const absl::CivilDay day(2027, 3, 10);
  Ledger ledger;
  ledger.Take(Evaluation(1, day), OsloTime(2027, 3, 3, 9));
  const Slot told = *std::find_if(ledger.slots.begin(), ledger.slots.end(),
                                  [](const Slot& slot) { return slot.recipient == "persons/eva"; });
  EXPECT_TRUE(StillWaits(Evaluation(2, day), told));
  EXPECT_FALSE(StillWaits(Evaluation(2, day + 10), told));
  EXPECT_FALSE(StillWaits(EventOf("plans/p", 2), told));
  Slot others = told;
  others.recipient = "persons/other";
  EXPECT_FALSE(StillWaits(Evaluation(2, day), others));
  // The unit is asked by escalation, without being named.
  others.recipient = "units/fjordvik";
  others.capacity = Obligation::UNIT_LEADER;
  EXPECT_TRUE(StillWaits(Evaluation(2, day), others));
  Slot back = told;
  back.rung = kTakesBack;
  EXPECT_FALSE(StillWaits(Evaluation(2, day), back));
}

TEST(Unreached, IsTheUnitsTaskAsLongAsTheDutyIsOpen) {
  Ledger ledger;
  const absl::Time now = OsloTime(2027, 3, 3, 9);
  ledger.Take(Evaluation(1, absl::CivilDay(2027, 3, 10)), now);
  Slot missed = *std::find_if(ledger.slots.begin(), ledger.slots.end(),
                              [](const Slot& slot) { return slot.recipient == "persons/eva"; });
  missed.optional = false;
  const auto task = UnreachedTask(missed, "units/fjordvik", now);
  ASSERT_TRUE(task);
  EXPECT_EQ(task->capacity, Obligation::UNIT);
  EXPECT_EQ(task->klass, Class::A);
  EXPECT_EQ(task->not_before, now);
  // Another recipient or rung of the same duty and date is the same task.
  Slot other = missed;
  other.recipient = "persons/other";
  other.rung = "-1d";
  EXPECT_EQ(NaturalKey(*UnreachedTask(other, "units/fjordvik", now)), NaturalKey(*task));
  // The unit's own mailbox failed: its leader; then nobody is left.
  const auto leaders = UnreachedTask(*task, "units/fjordvik", now);
  ASSERT_TRUE(leaders);
  EXPECT_EQ(leaders->capacity, Obligation::UNIT_LEADER);
  EXPECT_FALSE(UnreachedTask(*leaders, "units/fjordvik", now));
  missed.optional = true;
  EXPECT_FALSE(UnreachedTask(missed, "units/fjordvik", now));

  const auto add = [&ledger](Slot slot) {
    slot.id = "task";
    ledger.slots.push_back(slot);
  };
  add(*task);
  EXPECT_THAT(ledger.Take(Evaluation(2, absl::CivilDay(2027, 3, 10)), now).update, IsEmpty());
  ledger.Take(Evaluation(3, absl::CivilDay(2027, 4, 20)), now);
  for (const Slot& slot : ledger.slots) {
    if (slot.id == "task") {
      EXPECT_EQ(slot.state, SlotState::kCancelled);
    }
  }
}

}  // namespace
}  // namespace ip::notification
