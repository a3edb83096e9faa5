// The last decision before mails are written: which of a recipient's slots whose time has come go
// out, and which are no longer worth a mail. Pure.
#ifndef NOTIFICATION_SERVICE_DOMAIN_CHOOSE_H_
#define NOTIFICATION_SERVICE_DOMAIN_CHOOSE_H_

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "notification-service/domain/hours.h"
#include "notification-service/domain/slot.h"

namespace ip::notification {

// What one recipient has had and wishes.
struct RecipientHistory {
  // Slots of the due duties that were bound before, for the cooldown.
  std::vector<Slot> bound = {};
  // The last day a gathered mail (class B) was made for the recipient, and how many days there are
  // from one to the next at least.
  std::optional<absl::CivilDay> last_digest = {};
  int digest_days = 1;
  // Kinds the recipient wants in the portal only.
  std::set<Obligation::Kind> muted = {};
  QuietHours quiet = {};
};

struct Choice {
  // Each becomes a mail of its own (class A).
  std::vector<Slot> single;
  // All become one mail (class B).
  std::vector<Slot> digest;
  // All become one mail that takes their days out of the calendar.
  std::vector<Slot> taken_back;
  // Bound without a mail: OPTED_OUT.
  std::vector<Slot> portal_only;
  // Ended, with state and reason; or still planned with a later not_before.
  std::vector<Slot> update;
};

// `due` are all planned slots of one addressee with not_before <= now.
//  - Of each duty only the latest rung that is still right goes; earlier ones are superseded. When
//    none is right, all are expired: late reminders never come in a burst.
//  - The same rung of the same duty is not sent again within its cooldown.
//  - Outside the hours it waits. At most one class B mail goes to a person a day (a week, if they
//  wish); stragglers wait for
//    the next morning, but for the rungs next to the due date and those that would expire.
Choice Choose(const std::vector<Slot>& due, const RecipientHistory& history, absl::Time now);

}  // namespace ip::notification

#endif  // NOTIFICATION_SERVICE_DOMAIN_CHOOSE_H_
