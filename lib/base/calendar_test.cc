#include "lib/base/calendar.h"

#include <gtest/gtest.h>

namespace ip {
namespace {

TEST(Calendar, KnowsEaster) {
  EXPECT_EQ(EasterSunday(2024), absl::CivilDay(2024, 3, 31));
  EXPECT_EQ(EasterSunday(2026), absl::CivilDay(2026, 4, 5));
  EXPECT_EQ(EasterSunday(2027), absl::CivilDay(2027, 3, 28));
  EXPECT_EQ(EasterSunday(2038), absl::CivilDay(2038, 4, 25));  // the latest there is
  EXPECT_EQ(EasterSunday(2285), absl::CivilDay(2285, 3, 22));  // the earliest
}

TEST(Calendar, KnowsTheTwelveRedDaysOf2026) {
  int red = 0;
  for (absl::CivilDay day(2026, 1, 1); day.year() == 2026; ++day) red += IsRedDay(day) ? 1 : 0;
  EXPECT_EQ(red, 12);
  for (const auto& day :
       {absl::CivilDay(2026, 4, 2), absl::CivilDay(2026, 4, 3), absl::CivilDay(2026, 4, 6),
        absl::CivilDay(2026, 5, 14), absl::CivilDay(2026, 5, 25), absl::CivilDay(2026, 5, 17)}) {
    EXPECT_TRUE(IsRedDay(day)) << day;
  }
  EXPECT_FALSE(IsRedDay(absl::CivilDay(2026, 12, 24)));
}

TEST(Calendar, ShiftsOverEaster) {
  EXPECT_EQ(WorkingDayBackFrom(absl::CivilDay(2026, 4, 6)), absl::CivilDay(2026, 4, 1));
  EXPECT_EQ(WorkingDayForwardFrom(absl::CivilDay(2026, 4, 2)), absl::CivilDay(2026, 4, 7));
  EXPECT_EQ(AddWorkingDays(absl::CivilDay(2026, 4, 1), 2), absl::CivilDay(2026, 4, 8));
  EXPECT_EQ(AddWorkingDays(absl::CivilDay(2026, 4, 8), -2), absl::CivilDay(2026, 4, 1));
  EXPECT_EQ(AddWorkingDays(absl::CivilDay(2026, 4, 5), 0), absl::CivilDay(2026, 4, 5));
}

}  // namespace
}  // namespace ip
