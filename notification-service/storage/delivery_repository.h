// The queue of mails and its ledger (notification.md § 5.4): claimed with fence and lease, past the
// point of no return by one durable statement, finished with an outcome.
#ifndef NOTIFICATION_SERVICE_STORAGE_DELIVERY_REPOSITORY_H_
#define NOTIFICATION_SERVICE_STORAGE_DELIVERY_REPOSITORY_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "individuellplan/notification/v1/notification_service.pb.h"
#include "lib/sql/pool.h"
#include "notification-service/domain/slot.h"

namespace ip::notification {

using individuellplan::notification::v1::Delivery;

// A claimed message: all a sender needs. No address, no name.
struct Message {
  std::string id;
  std::string key;  // 32 bytes; the Message-ID and boundary come from it
  Class klass = Class::B;
  std::string recipient;
  Obligation::Capacity capacity = Obligation::CAPACITY_UNSPECIFIED;
  std::string municipality_code;
  std::string bounce_token;
  absl::Time create_time;
  absl::Time not_after;
  int fence = 0;
  int attempts = 0;
  int unknowns = 0;
  int tries = 0;            // attempts that failed for now because of the mail itself
  std::vector<Slot> slots;  // the live ones it tells of
};

// How an attempt ended, as the ledger keeps it.
struct Finish {
  Delivery::State state = Delivery::STATE_UNSPECIFIED;
  std::string reason = {};                 // "RESERVED", "REFUSED", …
  std::optional<absl::Time> next_at = {};  // business time; for SCHEDULED
  std::string outcome = {};                // a word for the ledger, e.g. "ACCEPTED"
  int code = 0;
  std::string enhanced = {};
  std::optional<absl::Time> send_time = {};
  // It failed for now because of this mail, not of the relay: it is tried less and less often.
  bool about_mail = false;
  // The mail is given up, but not what it tells: its slots are gathered anew from then on (business
  // time), with what has come since.
  std::optional<absl::Time> regather_at = {};
  // Nobody will be reached by it: the unit is to be told (ReachRepository::RaiseUnreached).
  bool unreached = false;
  // Counted against the address (CountRefusal) at this business time.
  int refusal_score = 0;
  absl::Time refused_at = absl::UnixEpoch();
};

struct Reaped {
  int freed = 0;    // certainly not sent, back in the queue
  int unknown = 0;  // past the gate: nobody can tell
};

struct Settled {
  int resent = 0;
  int held = 0;
};

class DeliveryRepository {
 public:
  explicit DeliveryRepository(sql::Pool* pool) : pool_(*pool) {}

  // Takes up to `limit` messages that are due at `now` (business) for `owner`, until `lease` from
  // the machine's now. Never a message that another one holds.
  absl::StatusOr<std::vector<Message>> Claim(const std::string& owner, absl::Time now,
                                             absl::Duration lease, int limit);

  // The point of no return: true when the message is still ours and wanted. Only after true may a
  // byte of the body leave. The lease is extended to cover the wait for the relay's answer.
  // `address_hash` is a keyed hash of where it goes, for bounces; "" for none.
  bool Gate(const Message& message, absl::Duration lease, const std::string& address_hash = "");

  // Ends an attempt. Does nothing when somebody else holds the message by now. `dropped` slots are
  // cancelled (NOT_RESPONSIBLE).
  absl::Status EndAttempt(const Message& message, const Finish& finish,
                          const std::vector<Slot>& dropped = {},
                          const std::string& address_hash = "");

  // Messages whose lease ran out: before the gate back to the queue, after it UNKNOWN.
  absl::StatusOr<Reaped> Reap(absl::Time now);

  // UNKNOWN for longer than `wait`: class A goes once more under the same Message-ID, the rest is
  // HELD.
  absl::StatusOr<Settled> SettleUnknown(absl::Time now, absl::Duration wait);

  // The operator's view, newest first; `before` is the id of the last one seen, "" at the
  // beginning.
  absl::StatusOr<std::vector<Delivery>> List(Delivery::State state, const std::string& before,
                                             int limit, absl::Time deadline);
  absl::StatusOr<std::optional<Delivery>> Get(const std::string& id, absl::Time deadline);

  // Moves a message from one of `from` to `to`; false when it is in another state. SCHEDULED is due
  // at `now` with its attempts forgotten, and its address is given another chance.
  absl::StatusOr<bool> Move(const std::string& id, const std::vector<Delivery::State>& from,
                            Delivery::State to, std::string_view reason, absl::Time now);

 private:
  sql::Pool& pool_;
};

}  // namespace ip::notification

#endif  // NOTIFICATION_SERVICE_STORAGE_DELIVERY_REPOSITORY_H_
