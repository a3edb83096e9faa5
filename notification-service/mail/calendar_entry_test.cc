#include "notification-service/mail/calendar_entry.h"

#include <gmock/gmock.h>
#include <libical/ical.h>

#include "absl/strings/str_split.h"

namespace ip::notification {
namespace {

using ::testing::HasSubstr;

const absl::Time kStamp = absl::FromUnixSeconds(1772524800);
constexpr char kLink[] = "https://ip.example.no/varsel/01936f0a-0000-7000-8000-0123456789ab";

std::string Write(absl::Time stamp, CalendarMethod method = CalendarMethod::kPublish) {
  return WriteCalendar(method, {{.uid = "c.0123@x.no", .day = absl::CivilDay(2028, 2, 29)}},
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

TEST(CalendarEntry, IsTakenBackByItsUid) {
  const std::string text =
      WriteCalendar(CalendarMethod::kCancel,
                    {{.uid = "c.0123@x.no", .day = absl::CivilDay(2028, 2, 29)},
                     {.uid = "c.4567@x.no", .day = absl::CivilDay(2028, 3, 1)}},
                    "Oppgåve – logg inn", kLink, "ikke-svar@x.no", kStamp);
  // One object for each.
  const std::vector<std::string> objects = absl::StrSplit(text, "END:VCALENDAR\r\n");
  ASSERT_EQ(objects.size(), 3u);
  for (const size_t i : {0, 1}) {
    icalcomponent* read = icalparser_parse_string((objects[i] + "END:VCALENDAR\r\n").c_str());
    ASSERT_NE(read, nullptr);
    EXPECT_EQ(icalcomponent_count_errors(read), 0);
    EXPECT_NE(icalrestriction_check(read), 0);
    EXPECT_EQ(icalcomponent_get_method(read), ICAL_METHOD_CANCEL);
    EXPECT_STREQ(icalcomponent_get_uid(read), i == 0 ? "c.0123@x.no" : "c.4567@x.no");
    EXPECT_EQ(icalcomponent_get_status(read), ICAL_STATUS_CANCELLED);
    icalcomponent_free(read);
  }
}

}  // namespace
}  // namespace ip::notification
