#include "notification-service/domain/hours.h"

#include <gtest/gtest.h>

#include <set>

#include "absl/strings/str_cat.h"
#include "lib/base/calendar.h"
#include "lib/base/clock.h"

namespace ip::notification {
namespace {

absl::Time At(int y, int m, int d, int hour, int minute = 0) {
  return absl::FromCivil(absl::CivilMinute(y, m, d, hour, minute), Oslo());
}

TEST(Hours, MorningIsDeterministicAndSpread) {
  std::set<absl::Time> minutes;
  for (int i = 0; i < 500; ++i) {
    const std::string person = absl::StrCat("persons/", i);
    const absl::Time t = MorningOf(absl::CivilDay(2026, 11, 23), person);
    EXPECT_EQ(t, MorningOf(absl::CivilDay(2026, 11, 23), person));
    EXPECT_GE(t, At(2026, 11, 23, 8));
    EXPECT_LT(t, At(2026, 11, 23, 8, 30));
    minutes.insert(t);
  }
  EXPECT_EQ(minutes.size(), 30u);
}

TEST(Hours, RemindersKeepOfficeHours) {
  EXPECT_TRUE(MaySend(At(2026, 11, 23, 7), Class::B, "persons/a"));
  EXPECT_TRUE(MaySend(At(2026, 11, 23, 16, 59), Class::B, "persons/a"));
  EXPECT_FALSE(MaySend(At(2026, 11, 23, 17), Class::B, "persons/a"));
  EXPECT_FALSE(MaySend(At(2026, 11, 22, 9), Class::B, "units/a"));  // Sunday
}

TEST(Hours, WhatMustArriveReachesUnitsInTheWeekend) {
  EXPECT_TRUE(MaySend(At(2026, 11, 22, 19, 59), Class::A, "units/a"));
  EXPECT_FALSE(MaySend(At(2026, 11, 22, 20), Class::A, "units/a"));
  EXPECT_FALSE(MaySend(At(2026, 11, 22, 12), Class::A, "persons/a"));
  EXPECT_TRUE(MaySend(At(2026, 11, 23, 19), Class::A, "persons/a"));
}

TEST(Hours, NextSendableIsNowOrTheNextMorning) {
  const std::string person = "persons/a";
  EXPECT_EQ(NextSendable(At(2026, 11, 23, 12), Class::A, person), At(2026, 11, 23, 12));
  EXPECT_EQ(NextSendable(At(2026, 11, 23, 3), Class::A, person),
            MorningOf(absl::CivilDay(2026, 11, 23), person));
  EXPECT_EQ(NextSendable(At(2026, 4, 1, 18), Class::B, person),  // Wednesday before Easter
            MorningOf(absl::CivilDay(2026, 4, 7), person));
}

// domain.md § 8 check 9: also across the days on which the clock is changed.
TEST(Hours, DaylightSavingMovesNoWindow) {
  for (int year = 2026; year <= 2036; ++year) {
    for (absl::CivilDay day(year, 1, 1); day.year() == year; ++day) {
      const absl::Time t = MorningOf(day, "persons/a");
      EXPECT_EQ(OsloDay(t), day);
      EXPECT_EQ(absl::ToCivilHour(t, Oslo()).hour(), 8) << day;
    }
  }
  // The Mondays after the clock is changed: an hour earlier and later in UTC, the same in Oslo.
  EXPECT_EQ(
      absl::ToCivilHour(MorningOf(absl::CivilDay(2026, 3, 30), "x"), absl::UTCTimeZone()).hour(),
      6);
  EXPECT_EQ(
      absl::ToCivilHour(MorningOf(absl::CivilDay(2026, 10, 26), "x"), absl::UTCTimeZone()).hour(),
      7);
}

}  // namespace
}  // namespace ip::notification
