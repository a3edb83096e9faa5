// Prints our red days from 2024 to 2060, a day a line, for tests/holidays/compare.
#include <iostream>

#include "lib/base/calendar.h"

int main() {
  for (absl::CivilDay day(2024, 1, 1); day.year() <= 2060; ++day) {
    if (ip::IsRedDay(day)) std::cout << day << "\n";
  }
}
