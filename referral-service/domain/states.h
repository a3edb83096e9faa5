// The state table of a notice (domain.md § 7.1), as data.
#ifndef REFERRAL_SERVICE_DOMAIN_STATES_H_
#define REFERRAL_SERVICE_DOMAIN_STATES_H_

#include <optional>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "referral-service/domain/types.h"

namespace ip::referral {

// One row: an action, the states it is possible in, and the state it leads to (none: it stays).
struct Transition {
  std::string_view action;
  std::vector<State> from;
  std::optional<State> to;
};
const std::vector<Transition>& Transitions();

// FAILED_PRECONDITION / NOTICE_STATE_FORBIDS_ACTION with state, action and what would allow it.
absl::Status CheckState(const pb::NeedNotice& notice, std::string_view action);

// Writes the step into the history, with the state the notice is in.
void Record(pb::NeedNotice& notice, const Step& step);

// CheckState, then moves the notice on and records the step.
absl::Status Advance(pb::NeedNotice& notice, const Step& step);

// Sent, and not closed.
bool IsOpen(State state);

// Waits for the unit to decide: SUBMITTED, IN_TRIAGE or AWAITING_INFO.
bool IsUndecided(State state);

// What the state table calls the saga's own steps.
inline constexpr std::string_view kAdvanceAcceptance = "AdvanceAcceptance";
inline constexpr std::string_view kCloseNotice = "CloseNotice";

}  // namespace ip::referral

#endif  // REFERRAL_SERVICE_DOMAIN_STATES_H_
