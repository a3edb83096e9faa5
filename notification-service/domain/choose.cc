#include "notification-service/domain/choose.h"

#include <algorithm>
#include <map>
#include <string_view>
#include <tuple>

#include "lib/base/clock.h"

namespace ip::notification {
namespace {

Slot Ended(Slot slot, SlotState state, const char* reason) {
  slot.state = state;
  slot.reason = reason;
  return slot;
}

// When each rung of each duty was last bound.
using LastBound =
    std::map<std::tuple<std::string_view, Obligation::Kind, std::string_view>, absl::Time>;

LastBound LastBoundOf(const std::vector<Slot>& bound) {
  LastBound last;
  for (const Slot& slot : bound) {
    if (!slot.notify_time) continue;
    absl::Time& time =
        last.try_emplace({slot.obligation, slot.kind, slot.rung}, *slot.notify_time).first->second;
    time = std::max(time, *slot.notify_time);
  }
  return last;
}

bool InCooldown(const Slot& slot, const LastBound& last, absl::CivilDay today) {
  const auto earlier = last.find({slot.obligation, slot.kind, slot.rung});
  return earlier != last.end() && today - OsloDay(earlier->second) < slot.cooldown_days;
}

// The rungs next to the due date cannot wait until tomorrow.
bool IsUrgent(const Slot& slot, absl::Time next_chance) {
  return slot.rung == "-1d" || slot.rung == "+1d" || next_chance >= slot.not_after;
}

// No step of a ladder: neither the day's one mail nor the later rungs have anything to do with it.
void TakeBack(Slot slot, const RecipientHistory& history, absl::Time now, Choice& choice) {
  if (now >= slot.not_after) {
    choice.update.push_back(Ended(std::move(slot), SlotState::kExpired, "EXPIRED"));
  } else if (MaySend(now, slot.klass, slot.recipient, history.quiet)) {
    choice.taken_back.push_back(std::move(slot));
  } else {
    slot.not_before = NextSendable(now, slot.klass, slot.recipient, history.quiet);
    choice.update.push_back(std::move(slot));
  }
}

}  // namespace

Choice Choose(const std::vector<Slot>& due, const RecipientHistory& history, absl::Time now) {
  Choice choice;
  const LastBound last_bound = LastBoundOf(history.bound);
  std::map<std::pair<std::string, Obligation::Kind>, std::vector<Slot>> duties;
  for (const Slot& slot : due) {
    if (TakesBack(slot)) {
      TakeBack(slot, history, now, choice);
    } else {
      duties[{slot.obligation, slot.kind}].push_back(slot);
    }
  }

  for (auto& [duty, slots] : duties) {
    std::sort(slots.begin(), slots.end(), [](const Slot& a, const Slot& b) {
      return std::tie(a.send_day, a.rung_index) < std::tie(b.send_day, b.rung_index);
    });
    // A later rung is right for longer, so if any is right, the last one is.
    Slot last = slots.back();
    slots.pop_back();
    const bool right = now < last.not_after;
    for (Slot& slot : slots) {
      choice.update.push_back(right ? Ended(slot, SlotState::kSuperseded, "LATER_RUNG")
                                    : Ended(slot, SlotState::kExpired, "EXPIRED"));
    }
    if (!right) {
      choice.update.push_back(Ended(last, SlotState::kExpired, "EXPIRED"));
    } else if (InCooldown(last, last_bound, OsloDay(now))) {
      choice.update.push_back(Ended(last, SlotState::kSkipped, "COOLDOWN"));
    } else if (!MaySend(now, last.klass, last.recipient, history.quiet)) {
      last.not_before = NextSendable(now, last.klass, last.recipient, history.quiet);
      choice.update.push_back(std::move(last));
    } else if (last.optional && history.muted.contains(last.kind)) {
      choice.portal_only.push_back(std::move(last));
    } else if (last.klass == Class::A) {
      choice.single.push_back(std::move(last));
    } else {
      const absl::CivilDay today = OsloDay(now);
      const absl::CivilDay next_day =
          std::max(today + 1, history.last_digest.value_or(today) + history.digest_days);
      const bool too_soon =
          history.last_digest && today - *history.last_digest < history.digest_days;
      const absl::Time next_chance = NextSendable(absl::FromCivil(next_day, Oslo()), last.klass,
                                                  last.recipient, history.quiet);
      if (too_soon && !IsUrgent(last, next_chance)) {
        last.not_before = next_chance;
        choice.update.push_back(std::move(last));
      } else {
        choice.digest.push_back(std::move(last));
      }
    }
  }
  return choice;
}

}  // namespace ip::notification
