// Page tokens (first line) and filters, as clients make them up.
#include "lib/base/paging.h"

#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  std::string_view rest = ip::fuzz::View(data, size);
  const std::string_view token = ip::fuzz::TakeLine(rest);
  ip::ReadPageToken(token, "ListPlans|persons/a").IgnoreError();
  ip::ParseFilter(rest, {"state", "alarm", "unit", "role"}).IgnoreError();
  // What we make for one question is taken for that question and no other. What rows are ordered by
  // holds no separator.
  constexpr char kSeparator = '\x1f';
  if (token.find(kSeparator) != token.npos || rest.find(kSeparator) != rest.npos) return 0;
  const std::string made = ip::MakePageToken({std::string(token), std::string(rest)}, "mine");
  const auto mine = ip::ReadPageToken(made, "mine");
  ip::fuzz::Must(mine.ok() && mine->size() == 2 && (*mine)[1] == rest);
  ip::fuzz::Must(!ip::ReadPageToken(made, "another's").ok());
  return 0;
}
