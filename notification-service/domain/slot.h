// A slot: one rung of one duty for one recipient. It is planned when the duty becomes known, and
// ends in exactly one way, with the reason kept.
#ifndef NOTIFICATION_SERVICE_DOMAIN_SLOT_H_
#define NOTIFICATION_SERVICE_DOMAIN_SLOT_H_

#include <optional>
#include <string>

#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "notification-service/domain/rules.h"

namespace ip::notification {

enum class SlotState {
  kPlanned = 1,     // waits for its time
  kBound = 2,       // stands in the recipient's inbox; its mail is on the way
  kDone = 3,        // the mail has left, or has ended otherwise (see the message)
  kCancelled = 4,   // MOVED, CLOSED, UNASSIGNED, RULE_CHANGED
  kSkipped = 5,     // PAST, COOLDOWN
  kSuperseded = 6,  // LATER_RUNG
  kExpired = 7,     // its time passed while it could not be sent
};

// "PLANNED", "SENT" …: the word clients see.
const char* StateWord(SlotState state);

struct Slot {
  std::string id;  // the notification's id; given by storage
  std::string aggregate;
  std::string obligation;
  Obligation::Kind kind = Obligation::KIND_UNSPECIFIED;
  std::optional<absl::CivilDay> due;
  // When the duty arose, as this service first heard of it.
  absl::Time opened = absl::UnixEpoch();

  std::string rung;    // the rule's "at"
  int rung_index = 0;  // its place in the ladder
  std::string rule;    // version of the rule set
  std::string recipient;
  Obligation::Capacity capacity = Obligation::CAPACITY_UNSPECIFIED;
  Class klass = Class::B;
  bool optional = false;
  int cooldown_days = 0;

  absl::CivilDay send_day;  // the day the rule gives, shifted to a working day
  absl::Time not_before;    // when it may go at the earliest; moves when it has to wait
  absl::Time not_after;     // from then on it would be wrong

  SlotState state = SlotState::kPlanned;
  std::string reason;
  std::optional<absl::Time> notify_time;  // when it was bound
};

// The rung that takes a day out of a calendar again: the duty is due on another day, or is no more.
inline constexpr char kTakesBack[] = "calendar";
inline bool TakesBack(const Slot& slot) { return slot.rung == kTakesBack; }

// Who gets the mail: the recipient, where a unit and its leader are two ("units/x#leader").
std::string Addressee(std::string_view recipient, Obligation::Capacity capacity);

// What makes a slot the same slot for ever: duty, due date (or day it arose), rung, addressee,
// channel. Moving a date makes new keys; moving it back finds the old ones.
std::string NaturalKey(const Slot& slot);

}  // namespace ip::notification

#endif  // NOTIFICATION_SERVICE_DOMAIN_SLOT_H_
