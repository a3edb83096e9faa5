// Calendar entries (RFC 5545) for those who want them: a day on which a task is due, and nothing
// else.
#ifndef NOTIFICATION_SERVICE_MAIL_CALENDAR_ENTRY_H_
#define NOTIFICATION_SERVICE_MAIL_CALENDAR_ENTRY_H_

#include <string>
#include <vector>

#include "absl/time/civil_time.h"
#include "absl/time/time.h"

namespace ip::notification {

struct CalendarEntry {
  std::string uid;  // the same for a task and its recipient for ever
  absl::CivilDay day;
};

enum class CalendarMethod {
  kPublish,  // one object with all entries
  kCancel,   // takes entries back; one object for each (RFC 5546 § 3.2.5)
};
// "PUBLISH" or "CANCEL": METHOD, and the parameter of the content type.
const char* MethodWord(CalendarMethod method);

// An iCalendar stream with CRLF line ends. `summary` is one of our own texts,
// `organizer` the address of the mail's sender.
// `stamp` orders the versions of an entry (SEQUENCE, DTSTAMP): a later mail replaces an earlier.
std::string WriteCalendar(CalendarMethod method, const std::vector<CalendarEntry>& entries,
                          const std::string& summary, const std::string& link,
                          const std::string& organizer, absl::Time stamp);

}  // namespace ip::notification

#endif  // NOTIFICATION_SERVICE_MAIL_CALENDAR_ENTRY_H_
