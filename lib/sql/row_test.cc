#include "lib/sql/row.h"

#include "gtest/gtest.h"

namespace ip::sql {
namespace {

TEST(RowTest, ReadsTimesWithAndWithoutFraction) {
  const absl::Time noon =
      absl::FromCivil(absl::CivilSecond(2026, 3, 1, 12, 0, 0), absl::UTCTimeZone());
  EXPECT_EQ(ParseDateTime("2026-03-01 12:00:00"), noon);
  EXPECT_EQ(ParseDateTime("2026-03-01 12:00:00.000000"), noon);
  EXPECT_EQ(ParseDateTime("2026-03-01 12:00:00.25"), noon + absl::Milliseconds(250));
  EXPECT_EQ(ParseDateTime("2026-03-01"), std::nullopt);
  EXPECT_EQ(ParseDateTime(""), std::nullopt);
}

TEST(RowTest, WritesTimesInUtcWithMicroseconds) {
  const absl::Time time = absl::FromUnixMicros(1'772'366'400'000'001) + absl::Nanoseconds(999);
  EXPECT_EQ(FormatDateTime(time), "2026-03-01 12:00:00.000001");
}

}  // namespace
}  // namespace ip::sql
