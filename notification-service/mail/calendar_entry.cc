#include "notification-service/mail/calendar_entry.h"

#include <libical/ical.h>

#include <algorithm>
#include <cstdlib>
#include <memory>

namespace ip::notification {
namespace {

icaltimetype DateOf(absl::CivilDay day) {
  icaltimetype date = icaltime_null_date();
  date.year = static_cast<int>(day.year());
  date.month = day.month();
  date.day = day.day();
  return date;
}

// Minutes since 2026: grows with time, and is the same on every attempt of a mail.
int SequenceOf(absl::Time stamp) {
  const absl::Time begin = absl::FromUnixSeconds(1767225600);
  return static_cast<int>(std::max<int64_t>(0, absl::ToInt64Minutes(stamp - begin)));
}

using Component = std::unique_ptr<icalcomponent, void (*)(icalcomponent*)>;

Component NewCalendar(CalendarMethod method) {
  return {icalcomponent_vanew(
              ICAL_VCALENDAR_COMPONENT, icalproperty_new_version("2.0"),
              icalproperty_new_prodid("-//individuellplan//varsel//NO"),
              icalproperty_new_method(method == CalendarMethod::kCancel ? ICAL_METHOD_CANCEL
                                                                        : ICAL_METHOD_PUBLISH),
              nullptr),
          icalcomponent_free};
}

std::string TextOf(const Component& calendar) {
  const std::unique_ptr<char, void (*)(void*)> text(icalcomponent_as_ical_string_r(calendar.get()),
                                                    std::free);
  return text.get();
}

}  // namespace

const char* MethodWord(CalendarMethod method) {
  return method == CalendarMethod::kCancel ? "CANCEL" : "PUBLISH";
}

std::string WriteCalendar(CalendarMethod method, const std::vector<CalendarEntry>& entries,
                          const std::string& summary, const std::string& link,
                          const std::string& organizer, absl::Time stamp) {
  const icaltimetype now =
      icaltime_from_timet_with_zone(absl::ToTimeT(stamp), 0, icaltimezone_get_utc_timezone());
  const bool cancel = method == CalendarMethod::kCancel;
  std::string text;
  Component calendar = NewCalendar(method);
  for (const CalendarEntry& entry : entries) {
    icalcomponent* event = icalcomponent_vanew(
        ICAL_VEVENT_COMPONENT, icalproperty_new_uid(entry.uid.c_str()),
        icalproperty_new_dtstamp(now), icalproperty_new_sequence(SequenceOf(stamp)),
        icalproperty_new_dtstart(DateOf(entry.day)), icalproperty_new_dtend(DateOf(entry.day + 1)),
        icalproperty_new_summary(summary.c_str()), icalproperty_new_url(link.c_str()),
        icalproperty_new_organizer(("mailto:" + organizer).c_str()),
        icalproperty_new_class(ICAL_CLASS_PRIVATE),
        icalproperty_new_transp(ICAL_TRANSP_TRANSPARENT), nullptr);
    icalcomponent_add_component(calendar.get(), event);
    if (!cancel) continue;
    icalcomponent_add_property(event, icalproperty_new_status(ICAL_STATUS_CANCELLED));
    text += TextOf(calendar);
    calendar = NewCalendar(method);
  }
  return cancel ? text : TextOf(calendar);
}

}  // namespace ip::notification
