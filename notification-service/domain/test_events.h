// Events for the tests of the planner.
#ifndef NOTIFICATION_SERVICE_DOMAIN_TEST_EVENTS_H_
#define NOTIFICATION_SERVICE_DOMAIN_TEST_EVENTS_H_

#include <string>
#include <utility>
#include <vector>

#include "lib/base/clock.h"
#include "notification-service/domain/rules.h"

namespace ip::notification {

inline absl::Time OsloTime(int y, int m, int d, int hour, int minute = 0) {
  return absl::FromCivil(absl::CivilMinute(y, m, d, hour, minute), Oslo());
}

using Parties = std::vector<std::pair<std::string, Obligation::Capacity>>;

inline ObligationEvent EventOf(const std::string& aggregate, int64_t revision) {
  ObligationEvent event;
  event.set_aggregate(aggregate);
  event.set_revision(revision);
  event.set_municipality_code("9901");
  event.set_unit("units/fjordvik");
  return event;
}

inline Obligation& AddDuty(ObligationEvent& event, const std::string& name, Obligation::Kind kind,
                           const Parties& parties, std::optional<absl::CivilDay> due = {}) {
  Obligation& duty = *event.add_obligations();
  duty.set_name(event.aggregate() + "/" + name);
  duty.set_kind(kind);
  if (due) *duty.mutable_due_date() = ToDate(*due);
  for (const auto& [recipient, capacity] : parties) {
    auto* party = duty.add_parties();
    party->set_recipient(recipient);
    party->set_capacity(capacity);
  }
  return duty;
}

}  // namespace ip::notification

#endif  // NOTIFICATION_SERVICE_DOMAIN_TEST_EVENTS_H_
