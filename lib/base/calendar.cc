#include "lib/base/calendar.h"

#include <cstdlib>

namespace ip {

// The anonymous Gregorian computus (Meeus/Jones/Butcher).
absl::CivilDay EasterSunday(absl::civil_year_t year) {
  const int y = static_cast<int>(year);
  const int a = y % 19, b = y / 100, c = y % 100, d = b / 4, e = b % 4, f = (b + 8) / 25;
  const int g = (b - f + 1) / 3, h = (19 * a + b - d - g + 15) % 30, i = c / 4, k = c % 4;
  const int l = (32 + 2 * e + 2 * i - h - k) % 7, m = (a + 11 * h + 22 * l) / 451;
  const int n = h + l - 7 * m + 114;
  return absl::CivilDay(year, n / 31, n % 31 + 1);
}

bool IsRedDay(absl::CivilDay day) {
  const int m = day.month(), d = day.day();
  if ((m == 1 && d == 1) || (m == 5 && (d == 1 || d == 17)) || (m == 12 && (d == 25 || d == 26))) {
    return true;
  }
  const auto after_easter = day - EasterSunday(day.year());
  switch (after_easter) {
    case -3:  // skjærtorsdag
    case -2:  // langfredag
    case 0:
    case 1:   // annen påskedag
    case 39:  // Kristi himmelfartsdag
    case 49:  // pinse
    case 50:
      return true;
    default:
      return false;
  }
}

bool IsWorkingDay(absl::CivilDay day) {
  const auto weekday = absl::GetWeekday(day);
  return weekday != absl::Weekday::saturday && weekday != absl::Weekday::sunday && !IsRedDay(day);
}

absl::CivilDay WorkingDayBackFrom(absl::CivilDay day) {
  while (!IsWorkingDay(day)) --day;
  return day;
}

absl::CivilDay WorkingDayForwardFrom(absl::CivilDay day) {
  while (!IsWorkingDay(day)) ++day;
  return day;
}

absl::CivilDay AddWorkingDays(absl::CivilDay day, int n) {
  const int step = n < 0 ? -1 : 1;
  for (int left = std::abs(n); left > 0;) {
    day += step;
    if (IsWorkingDay(day)) --left;
  }
  return day;
}

}  // namespace ip
