#include "notification-service/domain/choose.h"

#include <gmock/gmock.h>

#include "absl/strings/str_cat.h"
#include "notification-service/domain/hours.h"
#include "notification-service/domain/test_events.h"

namespace ip::notification {
namespace {

using ::testing::IsEmpty;

const absl::Time kMonday = OsloTime(2026, 11, 23, 9);

Slot SlotOf(const std::string& rung, int index, absl::CivilDay send_day, absl::CivilDay last_day) {
  Slot slot;
  slot.id = absl::StrCat(rung, "@", absl::FormatCivilTime(send_day));
  slot.obligation = "plans/p/evaluations/e";
  slot.kind = Obligation::PLAN_EVALUATION;
  slot.rung = rung;
  slot.rung_index = index;
  slot.recipient = "persons/eva";
  slot.send_day = send_day;
  slot.not_before = MorningOf(send_day, slot.recipient);
  slot.not_after = absl::FromCivil(last_day + 1, Oslo());
  slot.cooldown_days = 3;
  return slot;
}

const absl::CivilDay kToday(2026, 11, 23);

TEST(Choose, AfterDowntimeOnlyTheLatestRungGoes) {
  const Choice choice =
      Choose({SlotOf("-7d", 1, kToday - 6, kToday - 1), SlotOf("-1d", 2, kToday, kToday + 1),
              SlotOf("-14d", 0, kToday - 13, kToday - 7)},
             {}, kMonday);
  ASSERT_EQ(choice.digest.size(), 1u);
  EXPECT_EQ(choice.digest[0].rung, "-1d");
  ASSERT_EQ(choice.update.size(), 2u);
  for (const Slot& slot : choice.update) EXPECT_EQ(slot.state, SlotState::kSuperseded);
}

TEST(Choose, DaysAreTakenBackInOneMailBesideTheLadder) {
  Slot back = SlotOf(kTakesBack, 0, kToday, kToday + 3);
  back.klass = Class::A;
  Slot other = back;
  other.obligation = "plans/q/evaluations/f";
  const Choice choice = Choose({SlotOf("-7d", 1, kToday, kToday + 5), back, other},
                               {.last_digest = kToday - 1}, kMonday);
  EXPECT_EQ(choice.taken_back.size(), 2u);
  EXPECT_EQ(choice.digest.size(), 1u);
  EXPECT_THAT(choice.update, IsEmpty());
  EXPECT_EQ(Choose({back}, {}, kMonday + absl::Hours(96)).update[0].state, SlotState::kExpired);
}

TEST(Choose, WhatIsNoLongerRightExpires) {
  const Choice choice = Choose({SlotOf("-7d", 1, kToday - 9, kToday - 3)}, {}, kMonday);
  EXPECT_THAT(choice.digest, IsEmpty());
  ASSERT_EQ(choice.update.size(), 1u);
  EXPECT_EQ(choice.update[0].state, SlotState::kExpired);
}

TEST(Choose, TheSameRungRests) {
  Slot sent = SlotOf("-7d", 1, kToday - 2, kToday);
  sent.notify_time = OsloTime(2026, 11, 21, 9);
  const Choice choice = Choose({SlotOf("-7d", 1, kToday, kToday + 5)}, {.bound = {sent}}, kMonday);
  ASSERT_EQ(choice.update.size(), 1u);
  EXPECT_EQ(choice.update[0].reason, "COOLDOWN");
  Slot earlier = sent;
  earlier.notify_time = OsloTime(2026, 11, 20, 9);
  EXPECT_EQ(
      Choose({SlotOf("-7d", 1, kToday, kToday + 5)}, {.bound = {earlier}}, kMonday).digest.size(),
      1u);
}

TEST(Choose, GathersOneMailAndHoldsStragglers) {
  Slot other = SlotOf("-14d", 0, kToday, kToday + 6);
  other.obligation = "plans/q/evaluations/f";
  EXPECT_EQ(Choose({SlotOf("-7d", 1, kToday, kToday + 5), other}, {}, kMonday).digest.size(), 2u);
  const Choice late = Choose({other}, {.last_digest = kToday}, kMonday);
  ASSERT_EQ(late.update.size(), 1u);
  EXPECT_EQ(late.update[0].not_before, MorningOf(kToday + 1, "persons/eva"));
  EXPECT_EQ(late.update[0].state, SlotState::kPlanned);
  // Next to the due date, or when tomorrow is too late, it does not wait.
  EXPECT_EQ(Choose({SlotOf("-1d", 2, kToday, kToday + 1)}, {.last_digest = kToday}, kMonday)
                .digest.size(),
            1u);
  EXPECT_EQ(
      Choose({SlotOf("-7d", 1, kToday, kToday)}, {.last_digest = kToday}, kMonday).digest.size(),
      1u);
}

TEST(Choose, WaitsForOfficeHours) {
  const Choice choice =
      Choose({SlotOf("-7d", 1, kToday, kToday + 5)}, {}, OsloTime(2026, 11, 23, 18));
  ASSERT_EQ(choice.update.size(), 1u);
  EXPECT_EQ(choice.update[0].not_before, MorningOf(kToday + 1, "persons/eva"));
}

TEST(Choose, WhatMustArriveGoesAlone) {
  Slot must = SlotOf("now", 0, kToday, kToday + 2);
  must.klass = Class::A;
  const Choice choice = Choose({must}, {.last_digest = kToday}, kMonday);
  EXPECT_EQ(choice.single.size(), 1u);
}

TEST(Choose, OnlyTheOptionalCanBeMuted) {
  Slot optional = SlotOf("-30d", 0, kToday, kToday + 5);
  optional.optional = true;
  const RecipientHistory muted = {.muted = {Obligation::PLAN_EVALUATION}};
  EXPECT_EQ(Choose({optional}, muted, kMonday).portal_only.size(), 1u);
  EXPECT_EQ(Choose({SlotOf("-7d", 1, kToday, kToday + 5)}, muted, kMonday).digest.size(), 1u);
}

TEST(Choose, QuietHoursNarrowWhatCanWaitAndNothingElse) {
  RecipientHistory history;
  history.quiet = {.earliest = 10, .latest = 15};
  Slot slot = SlotOf("-7d", 1, kToday, kToday + 5);
  Choice choice = Choose({slot}, history, kMonday);
  ASSERT_EQ(choice.update.size(), 1u);
  EXPECT_EQ(choice.update[0].not_before, MorningOf(kToday, slot.recipient) + absl::Hours(2));
  EXPECT_EQ(Choose({slot}, history, kMonday + absl::Hours(2)).digest.size(), 1u);
  EXPECT_THAT(Choose({slot}, history, kMonday + absl::Hours(6)).digest, IsEmpty());
  slot.klass = Class::A;
  EXPECT_EQ(Choose({slot}, history, kMonday).single.size(), 1u);
  EXPECT_TRUE(IsUsable({}));
  EXPECT_TRUE(IsUsable({.earliest = 16}));
  for (const QuietHours none : {QuietHours{17, 0}, QuietHours{12, 12}, QuietHours{0, 8}}) {
    EXPECT_FALSE(IsUsable(none));
  }
}

TEST(Choose, OnceAWeekIsOnceAWeekButForWhatCannotWait) {
  RecipientHistory history;
  history.last_digest = kToday - 2;
  EXPECT_EQ(Choose({SlotOf("-7d", 1, kToday, kToday + 9)}, history, kMonday).digest.size(), 1u);
  history.digest_days = 7;
  const Choice choice = Choose({SlotOf("-7d", 1, kToday, kToday + 9)}, history, kMonday);
  ASSERT_EQ(choice.update.size(), 1u);
  // The fifth day from now is a Saturday: Monday.
  EXPECT_EQ(OsloDay(choice.update[0].not_before), kToday + 7);
  EXPECT_EQ(Choose({SlotOf("-7d", 1, kToday, kToday + 3)}, history, kMonday).digest.size(), 1u);
  EXPECT_EQ(Choose({SlotOf("-1d", 2, kToday, kToday + 9)}, history, kMonday).digest.size(), 1u);
}

}  // namespace
}  // namespace ip::notification
