#include "referral-service/domain/legal_clock.h"

#include <gtest/gtest.h>

#include "referral-service/testing/notices.h"

namespace ip::referral {
namespace {

using absl::CivilDay;
using testing::At;

pb::NeedNotice SubmittedAt(absl::Time time) {
  pb::NeedNotice notice;
  *notice.mutable_clock() = StartClock(time, testing::TestRules());
  return notice;
}

TEST(Acceptance, Check07_AmberOnDay21AndTheMonthRuleFrom31January) {
  EXPECT_EQ(MonthsLater(CivilDay(2026, 1, 31), 1), CivilDay(2026, 2, 28));
  EXPECT_EQ(MonthsLater(CivilDay(2028, 1, 31), 1), CivilDay(2028, 2, 29));
  EXPECT_EQ(MonthsLater(CivilDay(2026, 12, 31), 1), CivilDay(2027, 1, 31));
  EXPECT_EQ(MonthsLater(CivilDay(2026, 3, 15), 1), CivilDay(2026, 4, 15));

  const auto notice = SubmittedAt(At("2026-03-02T12:00:00+01:00"));
  EXPECT_EQ(SignalOn(notice, CivilDay(2026, 3, 22)), pb::Clock::GREEN);  // day 20
  EXPECT_EQ(SignalOn(notice, CivilDay(2026, 3, 23)), pb::Clock::AMBER);  // day 21
  EXPECT_EQ(SignalOn(notice, CivilDay(2026, 4, 2)), pb::Clock::AMBER);   // the last day
  EXPECT_EQ(SignalOn(notice, CivilDay(2026, 4, 3)), pb::Clock::RED);
}

TEST(LegalClock, TheDayIsOslosAlsoAroundMidnight) {
  // 23:30 UTC on 31 December is already the new year in Oslo.
  const auto clock = StartClock(At("2026-12-31T23:30:00Z"), testing::TestRules());
  EXPECT_EQ(DayOf(clock.deadline_date()), CivilDay(2027, 2, 1));
  EXPECT_EQ(DayOf(clock.amber_date()), CivilDay(2027, 1, 22));
}

TEST(LegalClock, TenYearsOfDaysAreAllInOrder) {
  CivilDay last_due(1, 1, 1);
  int clamped = 0;
  for (CivilDay day(2026, 1, 1); day < CivilDay(2036, 1, 1); ++day) {
    for (const int hour : {0, 2, 12, 23}) {  // 2 o'clock is missing or there twice at DST
      const absl::Time start = absl::FromCivil(absl::CivilHour(day) + hour, Oslo());
      const auto notice = SubmittedAt(start);
      const CivilDay amber = DayOf(notice.clock().amber_date());
      const CivilDay due = DayOf(notice.clock().deadline_date());
      ASSERT_EQ(amber - day, 21) << day;
      ASSERT_GE(due - day, 28) << day;
      ASSERT_LE(due - day, 31) << day;
      ASSERT_GE(due, last_due) << day;
      const bool same_day = due.day() == day.day();
      const bool last_of_month = (due + 1).day() == 1;
      ASSERT_TRUE(same_day || last_of_month) << day;
      ASSERT_EQ((due.month() - day.month() + 12) % 12, 1) << day;
      ASSERT_EQ(SignalOn(notice, amber - 1), pb::Clock::GREEN) << day;
      ASSERT_EQ(SignalOn(notice, amber), pb::Clock::AMBER) << day;
      ASSERT_EQ(SignalOn(notice, due), pb::Clock::AMBER) << day;
      ASSERT_EQ(SignalOn(notice, due + 1), pb::Clock::RED) << day;
      clamped += !same_day && hour == 0;
      last_due = due;
    }
  }
  // Each year 31 Jan, 30 and 29 Jan (29 not in leap years), 31 Mar, May, Aug and Oct fall back.
  EXPECT_EQ(clamped, 10 * 7 - 2);
}

TEST(LegalClock, APreliminaryReplyMovesTheLastDayForwardOnly) {
  auto notice = SubmittedAt(At("2026-03-02T12:00:00+01:00"));
  *notice.add_preliminary_replies()->mutable_expected_date() = DateOf(CivilDay(2026, 3, 20));
  EXPECT_EQ(DueDay(notice), CivilDay(2026, 4, 2));
  *notice.add_preliminary_replies()->mutable_expected_date() = DateOf(CivilDay(2026, 5, 1));
  EXPECT_EQ(DueDay(notice), CivilDay(2026, 5, 1));
  EXPECT_EQ(SignalOn(notice, CivilDay(2026, 4, 20)), pb::Clock::AMBER);
}

TEST(LegalClock, ADecidedNoticeKeepsTheSignalOfItsDay) {
  auto notice = SubmittedAt(At("2026-03-02T12:00:00+01:00"));
  *notice.mutable_decision()->mutable_decide_time() = TimestampOf(At("2026-03-10T09:00:00Z"));
  EXPECT_EQ(SignalOn(notice, CivilDay(2030, 1, 1)), pb::Clock::GREEN);
}

TEST(Rules, TheFileThatIsShippedIsGood) {
  const auto rules = Rules::Load(IP_SOURCE_DIR "/referral-service/rules");
  ASSERT_TRUE(rules.ok()) << rules.status();
  const auto& today = rules->On(CivilDay(2026, 11, 2));
  EXPECT_EQ(today.amber_days(), 21);
  EXPECT_EQ(today.deadline_months(), 1);
  EXPECT_EQ(today.requirements_size(), 4);
  EXPECT_FALSE(Rules::Load("/nowhere").ok());
}

TEST(Rules, TheSetOfTheDayHoldsAndBadFilesAreRefused) {
  const auto rules = Rules::Parse(R"({"ruleSets": [
    {"name": "a", "validFrom": {"year": 2022, "month": 8, "day": 1}, "amberDays": 21,
     "deadlineMonths": 1, "complaintTimes": [{"weeks": 4}]},
    {"name": "b", "validFrom": {"year": 2027, "month": 1, "day": 1}, "amberDays": 14,
     "deadlineMonths": 2, "complaintTimes": [{"weeks": 3}]}]})");
  ASSERT_TRUE(rules.ok()) << rules.status();
  EXPECT_EQ(rules->On(CivilDay(2026, 12, 31)).name(), "a");
  EXPECT_EQ(rules->On(CivilDay(2027, 1, 1)).name(), "b");
  EXPECT_FALSE(Rules::Parse(R"({"ruleSets": []})").ok());
  EXPECT_FALSE(Rules::Parse(R"({"ruleSets": [{"name": "a", "amberDays": 21}]})").ok());
  EXPECT_FALSE(Rules::Parse("nonsense").ok());
}

}  // namespace
}  // namespace ip::referral
