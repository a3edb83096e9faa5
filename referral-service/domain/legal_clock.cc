#include "referral-service/domain/legal_clock.h"

#include <algorithm>

#include "lib/base/clock.h"

namespace ip::referral {

absl::CivilDay MonthsLater(absl::CivilDay day, int months) {
  const absl::CivilMonth month = absl::CivilMonth(day) + months;
  const absl::CivilDay last = absl::CivilDay(month + 1) - 1;
  return std::min(absl::CivilDay(month) + (day.day() - 1), last);
}

pb::Clock StartClock(absl::Time start, const Rules& rules) {
  const absl::CivilDay day = OsloDay(start);
  const rules::RuleSet& set = rules.On(day);
  pb::Clock clock;
  *clock.mutable_start_time() = TimestampOf(start);
  *clock.mutable_amber_date() = DateOf(day + set.amber_days());
  *clock.mutable_deadline_date() = DateOf(MonthsLater(day, set.deadline_months()));
  return clock;
}

absl::CivilDay DueDay(const pb::NeedNotice& notice) {
  absl::CivilDay due = DayOf(notice.clock().deadline_date());
  for (const auto& reply : notice.preliminary_replies()) {
    due = std::max(due, DayOf(reply.expected_date()));
  }
  return due;
}

pb::Clock::Signal SignalOn(const pb::NeedNotice& notice, absl::CivilDay today) {
  if (!notice.has_clock()) return pb::Clock::SIGNAL_UNSPECIFIED;
  if (notice.decision().has_decide_time()) today = OsloDay(TimeOf(notice.decision().decide_time()));
  if (today > DueDay(notice)) return pb::Clock::RED;
  if (today >= DayOf(notice.clock().amber_date())) return pb::Clock::AMBER;
  return pb::Clock::GREEN;
}

}  // namespace ip::referral
