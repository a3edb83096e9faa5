// Carries one message: whom to reach, in which words, over the relay, and what that comes to.
#ifndef NOTIFICATION_SERVICE_WORKER_COURIER_H_
#define NOTIFICATION_SERVICE_WORKER_COURIER_H_

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "lib/base/clock.h"
#include "lib/reference/reference.h"
#include "notification-service/mail/letter.h"
#include "notification-service/mail/mime.h"
#include "notification-service/mail/smtp.h"
#include "notification-service/storage/delivery_repository.h"
#include "notification-service/storage/inbox_repository.h"
#include "notification-service/storage/reach_repository.h"
#include "notification-service/worker/sources.h"

namespace ip::notification {

struct CourierOptions {
  std::string mail_from;  // "ikke-svar@fjordvik.example"
  std::string mail_key;   // for Message-IDs; must not change
  RelayOptions relay;
  // Mails per second over the relay, 0 for no limit.
  double per_second = 0;
  // How long a relay in trouble is left alone at first.
  absl::Duration relay_pause = absl::Seconds(30);
  // The relay's signature covers List-Unsubscribe, without which mail providers ignore it.
  bool signs_list_headers = false;
  std::string public_url;  // as for LetterWriter
  // How long a claim holds before the gate, and beyond the relay's time to answer after it.
  absl::Duration lease = absl::Minutes(1);
};

// One per sender thread. What it is given must outlive it.
class Courier {
 public:
  struct Parts {
    DeliveryRepository* deliveries;
    InboxRepository* inbox;  // for the recipient's language
    ReachRepository* reach;
    const LetterWriter* letters;
    const Reference* reference;
    const Sources* sources;
    const Clock* clock;
  };
  Courier(const Parts& parts, CourierOptions options);

  // Everything from contact to relay. Answers how the attempt ended, which slots turned out to be
  // nobody's duty any more, where it went, and what the relay said if it was asked.
  struct Attempt {
    Finish finish;
    std::vector<Slot> dropped;
    std::string address_hash;
    std::optional<SmtpResult> relay;
  };
  Attempt Carry(const Message& message);

 private:
  using Contact = individuellplan::type::v1::ResolveContactResponse;
  // The contact for the first duty that is still theirs, or how the attempt ends without one.
  std::optional<Contact> Find(const Message& message, std::vector<Slot>& live, Attempt& attempt);
  std::string LinkTo(const char* page, const std::string& id) const;
  void AddCalendar(const Message& message, const std::vector<Slot>& live, MimeMail& mail) const;
  absl::StatusOr<std::string> Write(const Message& message, const std::vector<Slot>& live,
                                    const Contact& contact, const std::string& address);
  Finish Judge(const Message& message, const SmtpResult& result);
  Finish Again(const Message& message, absl::Duration wait, const std::string& outcome) const;
  // Ends this mail; what it tells goes with a later one.
  static Finish Regather(absl::Time at, const std::string& outcome);
  // Ends without reaching anybody.
  static Finish Missed(Delivery::State state, const char* reason, const char* outcome);

  const Parts parts_;
  const CourierOptions options_;
  SmtpSender sender_;
};

}  // namespace ip::notification

#endif  // NOTIFICATION_SERVICE_WORKER_COURIER_H_
