// The planner: from the duties of one plan or notice to the slots of their reminders. Pure.
#ifndef NOTIFICATION_SERVICE_DOMAIN_PLAN_H_
#define NOTIFICATION_SERVICE_DOMAIN_PLAN_H_

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "notification-service/domain/slot.h"

namespace ip::notification {

// When each open duty (name, kind) arose.
using Openings = std::map<std::pair<std::string, Obligation::Kind>, absl::Time>;

// The openings after `event`, given those before: duties seen for the first time arose now, those
// that are gone are forgotten.
Openings NextOpenings(const ObligationEvent& event, const Openings& before, absl::Time now);

// All slots that `rules` give the open duties of `event`, past ones too, by NaturalKey.
std::map<std::string, Slot> Candidates(const ObligationEvent& event, const Openings& openings,
                                       const RuleSet& rules);

// The task for the coordinating unit when nobody was reached by the mail of `slot`: one for each
// duty and due date. For what the unit's mailbox did not take, it goes to the leader; nothing for
// what was optional or went to the leader already.
std::optional<Slot> UnreachedTask(const Slot& slot, const std::string& unit, absl::Time now);

// Whether what `slot` told its recipient of still waits for them: the duty is there, due on the
// same day and theirs.
bool StillWaits(const ObligationEvent& event, const Slot& slot);

// Takes the days of `told` out of calendars: of what was told by mail, the days to come on which
// the duty is not due any more. One slot for each duty, day and recipient; after a moment, in case
// the day comes back. Only for those whose mails brought calendar entries.
std::vector<Slot> CalledOff(const ObligationEvent& event, const std::vector<Slot>& told,
                            absl::Time now);

struct Changes {
  std::vector<Slot> insert;  // without id
  std::vector<Slot> update;  // with the id they had
};

// What must change so that `existing` (all slots of the aggregate, whatever their state) follow the
// duties as they now are:
//  - new slots are planned; those whose day has passed are skipped (PAST): nothing is back-filled;
//  - planned and bound slots that are no longer due are cancelled: CLOSED, MOVED, UNASSIGNED or
//    RULE_CHANGED;
//  - cancelled slots that are due again are planned again, so what was sent stays sent and what was
//    not is not lost.
// Planning twice changes nothing.
Changes Replan(const ObligationEvent& event, const Openings& openings, const RuleSet& rules,
               const std::vector<Slot>& existing, absl::Time now);

}  // namespace ip::notification

#endif  // NOTIFICATION_SERVICE_DOMAIN_PLAN_H_
