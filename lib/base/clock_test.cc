#include "lib/base/clock.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <cstdio>
#include <fstream>

namespace ip {
namespace {

TEST(Clock, ShiftsByWhatTheFileSays) {
  const std::string file = testing::TempDir() + "clock_shift";
  std::remove(file.c_str());
  auto clock = OpenShiftedClock(file);
  ASSERT_TRUE(clock.ok());
  EXPECT_LT((*clock)->Now() - SystemClock().Now(), absl::Seconds(5));
  const int64_t half_a_year = absl::ToInt64Microseconds(absl::Hours(24 * 182));
  std::fstream(file, std::ios::in | std::ios::out | std::ios::binary)
      .write(reinterpret_cast<const char*>(&half_a_year), sizeof half_a_year);
  EXPECT_GT((*clock)->Now() - SystemClock().Now(), absl::Hours(24 * 181));
}

TEST(Clock, RefusesAShiftInProduction) {
  EXPECT_EQ(MakeBusinessClock("/tmp/x", true).status().code(), absl::StatusCode::kInvalidArgument);
}

TEST(OsloDay, TurnsAtOsloMidnight) {
  EXPECT_EQ(OsloDay(absl::FromCivil(absl::CivilSecond(2026, 7, 1, 22, 0, 0), absl::UTCTimeZone())),
            absl::CivilDay(2026, 7, 2));
}

}  // namespace
}  // namespace ip
