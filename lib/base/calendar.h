// Norwegian working days.
#ifndef LIB_BASE_CALENDAR_H_
#define LIB_BASE_CALENDAR_H_

#include "absl/time/civil_time.h"

namespace ip {

// Easter Sunday of a Gregorian year.
absl::CivilDay EasterSunday(absl::civil_year_t year);

// One of the twelve public holidays (røde dager) that need not be a Sunday.
bool IsRedDay(absl::CivilDay day);

// Monday to Friday and no red day.
bool IsWorkingDay(absl::CivilDay day);

// The nearest working day at or before / at or after `day`.
absl::CivilDay WorkingDayBackFrom(absl::CivilDay day);
absl::CivilDay WorkingDayForwardFrom(absl::CivilDay day);

// The n-th working day after (n > 0) or before (n < 0) `day`; `day` itself when n is 0.
absl::CivilDay AddWorkingDays(absl::CivilDay day, int n);

}  // namespace ip

#endif  // LIB_BASE_CALENDAR_H_
