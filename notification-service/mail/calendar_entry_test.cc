#include "notification-service/mail/calendar_entry.h"

#include <gmock/gmock.h>
#include <libical/ical.h>

#include "absl/strings/str_split.h"

namespace ip::notification {
namespace {

using ::testing::HasSubstr;

const absl::Time kStamp = absl::FromUnixSeconds(1772524800);
constexpr char kLink[] = "https://ip.example.no/varsel/01936f0a-0000-7000-8000-0123456789ab";

std::string Write(absl::Time stamp) {
  return WriteCalendar({{.uid = "c.0123@x.no", .day = absl::CivilDay(2028, 2, 29)}},
                       "Oppgåve – logg inn", kLink, "ikke-svar@x.no", stamp);
}

TEST(CalendarEntry, IsAPrivateWholeDayThatSaysNothing) {
  const std::string text = Write(kStamp);
  for (const char* line :
       {"METHOD:PUBLISH\r\n", "UID:c.0123@x.no\r\n", "DTSTART;VALUE=DATE:20280229\r\n",
        "DTEND;VALUE=DATE:20280301\r\n", "CLASS:PRIVATE\r\n", "TRANSP:TRANSPARENT\r\n",
        "SUMMARY:Oppgåve – logg inn\r\n", "DTSTAMP:20260303T080000Z\r\n"}) {
    EXPECT_THAT(text, HasSubstr(line));
  }
  for (const auto& line : absl::StrSplit(text, "\r\n")) EXPECT_LE(line.size(), 75u);
  icalcomponent* read = icalparser_parse_string(text.c_str());
  ASSERT_NE(read, nullptr);
  EXPECT_EQ(icalcomponent_count_errors(read), 0);
  EXPECT_NE(icalrestriction_check(read), 0);
  icalcomponent_free(read);
}

TEST(CalendarEntry, ALaterMailReplacesAnEarlierAndARepeatedOneIsTheSame) {
  const auto sequence = [](const std::string& text) {
    icalcomponent* read = icalparser_parse_string(text.c_str());
    const int n = icalcomponent_get_sequence(read);
    icalcomponent_free(read);
    return n;
  };
  EXPECT_EQ(Write(kStamp), Write(kStamp));
  EXPECT_GT(sequence(Write(kStamp + absl::Hours(24))), sequence(Write(kStamp)));
}

}  // namespace
}  // namespace ip::notification
