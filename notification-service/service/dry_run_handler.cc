#include <algorithm>

#include "absl/strings/str_cat.h"
#include "lib/base/errors.h"
#include "notification-service/domain/plan.h"
#include "notification-service/service/handlers.h"
#include "notification-service/service/reminder.h"

namespace ip::notification {
namespace {

constexpr int kDefaultHorizon = 60;
constexpr int kLongestHorizon = 400;
constexpr int kPage = 500;
constexpr int kMostAggregates = 20'000;
constexpr int kShown = 100;

// Counts what a plan or notice would gain and lose before `until`, and shows the first of each.
void Compare(const Held& held, const RuleSet& rules, absl::Time now, absl::Time until,
             pb::DryRunRulesResponse& response) {
  const auto soon = [until](const Slot& slot) { return slot.not_before <= until; };
  const Changes changes = Replan(held.event, held.openings, rules, held.slots, now);
  const auto add = [&](const Slot& slot) {
    if (slot.state != SlotState::kPlanned || !soon(slot)) return;
    response.set_added_count(response.added_count() + 1);
    if (response.added_size() < kShown) *response.add_added() = ReminderOf(slot);
  };
  for (const Slot& slot : changes.insert) add(slot);
  for (const Slot& slot : changes.update) {
    const auto before = std::find_if(held.slots.begin(), held.slots.end(),
                                     [&](const Slot& s) { return s.id == slot.id; });
    const bool was_coming = before->state == SlotState::kPlanned && soon(*before);
    if (slot.state == SlotState::kCancelled && was_coming) {
      response.set_removed_count(response.removed_count() + 1);
      if (response.removed_size() < kShown) *response.add_removed() = ReminderOf(*before);
    }
    if (before->state == SlotState::kCancelled) add(slot);
  }
}

}  // namespace

absl::StatusOr<pb::DryRunRulesResponse> Handlers::DryRunRules(
    rpc::CallContext& ctx, const pb::DryRunRulesRequest& request) {
  if (request.horizon_days() < 0 || request.horizon_days() > kLongestHorizon) {
    return InvalidField("horizon_days", "must be 0 to 400");
  }
  const auto rules = ParseRuleSet(request.rule_set_json());
  if (!rules.ok()) return InvalidField("rule_set_json", std::string(rules.status().message()));
  const absl::Time now = parts_.clock->Now();
  const int days = request.horizon_days() == 0 ? kDefaultHorizon : request.horizon_days();
  pb::DryRunRulesResponse response;
  std::string last;
  for (int seen = 0;; seen += kPage) {
    if (seen >= kMostAggregates) {
      return Error(absl::StatusCode::kResourceExhausted, "TOO_MANY_AGGREGATES",
                   "There are more than 20,000 plans and notices: try the rules on a copy.");
    }
    const auto names = parts_.intake->Names(last, kPage);
    if (!names.ok()) return names.status();
    for (const std::string& name : *names) {
      const auto held = parts_.intake->Read(name, ctx.deadline());
      if (!held.ok()) return held.status();
      if (*held) Compare(**held, *rules, now, now + absl::Hours(24 * days), response);
    }
    if (names->size() < kPage) return response;
    last = names->back();
  }
}

}  // namespace ip::notification
