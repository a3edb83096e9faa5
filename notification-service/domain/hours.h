// When mails may leave: office hours, so that nobody is woken and a reminder is read when it can be
// acted on. All hours are Europe/Oslo; all lie between 07 and 20, where daylight saving cannot
// bite.
#ifndef NOTIFICATION_SERVICE_DOMAIN_HOURS_H_
#define NOTIFICATION_SERVICE_DOMAIN_HOURS_H_

#include <string_view>

#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "notification-service/domain/rules.h"

namespace ip::notification {

// "units/…": somebody is on duty there in the weekend, too.
bool IsUnit(std::string_view recipient);

// The recipient's minute in the morning window of a day, 08:00 to 08:29. It depends on the
// recipient and the day alone, so one person's reminders of a day fall together and a thousand
// persons' do not.
absl::Time MorningOf(absl::CivilDay day, std::string_view recipient);

// When in the day a person wants what can wait (class B); 0 for the service's own hours, which are
// never widened.
struct QuietHours {
  int earliest = 0;
  int latest = 0;
};

// Whether hours leave any time of the morning's mails to come: at least 08-09.
bool IsUsable(const QuietHours& quiet);

// Whether a mail may leave at this instant. Class B: working days 07-17. Class A: 07-20, on working
// days, to units on all days.
bool MaySend(absl::Time now, Class klass, std::string_view recipient, const QuietHours& quiet = {});

// The earliest instant at or after `t` at which a mail may leave: `t` itself, or the next morning
// window.
absl::Time NextSendable(absl::Time t, Class klass, std::string_view recipient,
                        const QuietHours& quiet = {});

}  // namespace ip::notification

#endif  // NOTIFICATION_SERVICE_DOMAIN_HOURS_H_
