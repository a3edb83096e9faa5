#include "notification-service/domain/plan.h"

#include <algorithm>
#include <set>

#include "lib/base/calendar.h"
#include "lib/base/clock.h"
#include "notification-service/domain/hours.h"

namespace ip::notification {
namespace {

// How long the last rung of a ladder stays right.
constexpr int kLastRungDays = 14;

// How long a duty may be back on its day before calendars are told that it is gone.
constexpr absl::Duration kSettle = absl::Minutes(10);

absl::Time StartOf(absl::CivilDay day) { return absl::FromCivil(day, Oslo()); }

// Who gets a rung. A person who answers in several capacities is one recipient.
std::vector<std::pair<std::string, Obligation::Capacity>> RecipientsOf(const Rung& rung,
                                                                       const Obligation& obligation,
                                                                       const std::string& unit) {
  std::map<std::string, std::pair<std::string, Obligation::Capacity>> found;
  for (const int wanted : rung.to()) {
    const auto capacity = static_cast<Obligation::Capacity>(wanted);
    bool named = false;
    for (const auto& party : obligation.parties()) {
      if (party.capacity() != capacity) continue;
      named = true;
      found.try_emplace(Addressee(party.recipient(), capacity), party.recipient(), capacity);
    }
    const bool of_unit = capacity == Obligation::UNIT || capacity == Obligation::UNIT_LEADER;
    if (of_unit && !named && !unit.empty()) {
      found.try_emplace(Addressee(unit, capacity), unit, capacity);
    }
  }
  std::vector<std::pair<std::string, Obligation::Capacity>> out;
  out.reserve(found.size());
  for (auto& [addressee, recipient] : found) out.push_back(recipient);
  return out;
}

// Sets send_day and not_before. False for a rung before a due date that is absent.
bool Schedule(const Rung& rung, const Step& step, Slot& slot) {
  const absl::CivilDay opened = OsloDay(slot.opened);
  if (rung.at() == "now") {
    slot.not_before = NextSendable(slot.opened + absl::Minutes(rung.settle_minutes()), slot.klass,
                                   slot.recipient);
    slot.send_day = OsloDay(slot.not_before);
    return true;
  }
  const bool has_due = slot.due.has_value();
  if (step.from_due && !has_due && step.offset < 0) return false;
  const absl::CivilDay base = step.from_due && has_due ? *slot.due : opened;
  const absl::CivilDay day =
      step.working_days ? AddWorkingDays(base, step.offset) : base + step.offset;
  const bool before_due = rung.at().starts_with('-');
  slot.send_day = before_due ? WorkingDayBackFrom(day) : WorkingDayForwardFrom(day);
  slot.not_before = MorningOf(slot.send_day, slot.recipient);
  return true;
}

// A rung is right until the day before the next one; one before the due date never after that date.
void LimitValidity(std::vector<Slot*>& ladder) {
  std::sort(ladder.begin(), ladder.end(), [](const Slot* a, const Slot* b) {
    return std::tie(a->send_day, a->rung_index) < std::tie(b->send_day, b->rung_index);
  });
  for (size_t i = 0; i < ladder.size(); ++i) {
    Slot& slot = *ladder[i];
    absl::CivilDay last =
        i + 1 < ladder.size() ? ladder[i + 1]->send_day - 1 : slot.send_day + kLastRungDays;
    if (slot.rung.starts_with('-')) last = std::min(last, *slot.due);
    slot.not_after = StartOf(std::max(last, slot.send_day) + 1);
  }
}

const Obligation* FindObligation(const ObligationEvent& event, const Slot& slot) {
  for (const auto& obligation : event.obligations()) {
    if (obligation.name() == slot.obligation && obligation.kind() == slot.kind) return &obligation;
  }
  return nullptr;
}

// Whether a slot asks the unit to reach somebody about a duty that is still open. No feed tells
// those: they live as long as what they are about.
bool IsStillUnreached(const ObligationEvent& event, const Slot& slot) {
  if (slot.kind != Obligation::RECIPIENT_UNREACHABLE) return false;
  return std::any_of(event.obligations().begin(), event.obligations().end(),
                     [&](const Obligation& duty) {
                       return duty.name() == slot.obligation && ToDay(duty.due_date()) == slot.due;
                     });
}

bool IsDue(const ObligationEvent& event, const Slot& slot) {
  const Obligation* duty = FindObligation(event, slot);
  return duty != nullptr && ToDay(duty->due_date()) == slot.due;
}

// What no ladder gives, and what lives as long as it is right.
bool StandsByItself(const ObligationEvent& event, const Slot& slot) {
  return IsStillUnreached(event, slot) || (TakesBack(slot) && !IsDue(event, slot));
}

std::string WhyGone(const ObligationEvent& event, const Slot& slot,
                    const std::map<std::string, Slot>& wanted) {
  const Obligation* obligation = FindObligation(event, slot);
  if (obligation == nullptr) return "CLOSED";
  const std::string addressee = Addressee(slot.recipient, slot.capacity);
  const bool still_theirs = std::any_of(wanted.begin(), wanted.end(), [&](const auto& item) {
    return item.second.obligation == slot.obligation && item.second.kind == slot.kind &&
           Addressee(item.second.recipient, item.second.capacity) == addressee;
  });
  if (!still_theirs) return "UNASSIGNED";
  return ToDay(obligation->due_date()) != slot.due ? "MOVED" : "RULE_CHANGED";
}

bool SamePlan(const Slot& a, const Slot& b) {
  return a.due == b.due && a.send_day == b.send_day && a.not_after == b.not_after &&
         a.rule == b.rule && a.capacity == b.capacity && a.rung_index == b.rung_index &&
         a.klass == b.klass && a.optional == b.optional && a.cooldown_days == b.cooldown_days;
}

void PlanOrSkip(Slot& slot, absl::Time now) {
  const bool past = slot.send_day < OsloDay(now);
  slot.state = past ? SlotState::kSkipped : SlotState::kPlanned;
  slot.reason = past ? "PAST" : "";
}

}  // namespace

Openings NextOpenings(const ObligationEvent& event, const Openings& before, absl::Time now) {
  Openings after;
  for (const auto& obligation : event.obligations()) {
    const std::pair key(obligation.name(), obligation.kind());
    const auto known = before.find(key);
    after[key] = known == before.end() ? now : known->second;
  }
  return after;
}

std::map<std::string, Slot> Candidates(const ObligationEvent& event, const Openings& openings,
                                       const RuleSet& rules) {
  std::map<std::string, Slot> out;
  std::map<std::string, std::vector<Slot*>> ladders;  // by duty and addressee
  for (const auto& obligation : event.obligations()) {
    const Ladder* ladder = FindLadder(rules, event, obligation.kind());
    const auto opened = openings.find({obligation.name(), obligation.kind()});
    if (ladder == nullptr || opened == openings.end()) continue;
    for (int i = 0; i < ladder->rungs_size(); ++i) {
      const Rung& rung = ladder->rungs(i);
      const auto step = ParseStep(rung.at());
      if (!step.ok()) continue;  // ParseRuleSet lets none through
      for (const auto& [recipient, capacity] : RecipientsOf(rung, obligation, event.unit())) {
        Slot slot;
        slot.aggregate = event.aggregate();
        slot.obligation = obligation.name();
        slot.kind = obligation.kind();
        slot.due = ToDay(obligation.due_date());
        slot.opened = opened->second;
        slot.rung = rung.at();
        slot.rung_index = i;
        slot.rule = rules.version();
        slot.recipient = recipient;
        slot.capacity = capacity;
        slot.klass = rung.class_();
        slot.optional = rung.optional();
        slot.cooldown_days = rung.cooldown_days();
        if (!Schedule(rung, *step, slot)) continue;
        auto [at, is_new] = out.try_emplace(NaturalKey(slot), slot);
        if (!is_new) continue;
        ladders[slot.obligation + "|" + std::to_string(slot.kind) + "|" +
                Addressee(recipient, capacity)]
            .push_back(&at->second);
      }
    }
  }
  for (auto& [key, ladder] : ladders) LimitValidity(ladder);
  return out;
}

std::optional<Slot> UnreachedTask(const Slot& slot, const std::string& unit, absl::Time now) {
  const bool nothing_to_do = slot.optional || TakesBack(slot);
  if (nothing_to_do || unit.empty() || slot.capacity == Obligation::UNIT_LEADER) {
    return std::nullopt;
  }
  Slot task = slot;
  task.id.clear();
  task.kind = Obligation::RECIPIENT_UNREACHABLE;
  task.rung = "unreached";
  task.rung_index = 0;
  // Where the unit's own mailbox does not work, its leader is the last to turn to.
  task.capacity = slot.recipient == unit ? Obligation::UNIT_LEADER : Obligation::UNIT;
  task.recipient = unit;
  task.klass = Class::A;
  task.cooldown_days = 0;
  task.not_before = NextSendable(now, Class::A, unit);
  task.send_day = OsloDay(task.not_before);
  task.not_after = StartOf(task.send_day + kLastRungDays + 1);
  task.state = SlotState::kPlanned;
  task.reason.clear();
  task.notify_time.reset();
  return task;
}

bool StillWaits(const ObligationEvent& event, const Slot& slot) {
  if (TakesBack(slot)) return false;
  if (slot.kind == Obligation::RECIPIENT_UNREACHABLE) return IsStillUnreached(event, slot);
  if (!IsDue(event, slot)) return false;
  const std::string addressee = Addressee(slot.recipient, slot.capacity);
  const auto& parties = FindObligation(event, slot)->parties();
  const bool named = std::any_of(parties.begin(), parties.end(), [&](const auto& party) {
    return Addressee(party.recipient(), party.capacity()) == addressee;
  });
  return named || slot.recipient == event.unit();
}

std::vector<Slot> CalledOff(const ObligationEvent& event, const std::vector<Slot>& told,
                            absl::Time now) {
  std::map<std::string, Slot> found;  // by NaturalKey
  for (const Slot& slot : told) {
    const bool by_mail = slot.state == SlotState::kDone && slot.reason != "OPTED_OUT";
    const bool to_come = slot.due && *slot.due > OsloDay(now);
    if (!by_mail || !to_come || TakesBack(slot) || IsDue(event, slot) ||
        slot.kind == Obligation::RECIPIENT_UNREACHABLE) {
      continue;
    }
    Slot back = slot;
    back.id.clear();
    back.rung = kTakesBack;
    back.rung_index = 0;
    back.klass = Class::A;
    back.optional = false;
    back.cooldown_days = 0;
    back.not_before = NextSendable(now + kSettle, Class::A, back.recipient);
    back.send_day = OsloDay(back.not_before);
    back.not_after = StartOf(*back.due);
    back.state = SlotState::kPlanned;
    back.reason.clear();
    back.notify_time.reset();
    found.try_emplace(NaturalKey(back), std::move(back));
  }
  // Once for each day, unless it was called off before it went.
  for (const Slot& slot : told) {
    const auto known = found.find(NaturalKey(slot));
    if (known == found.end()) continue;
    if (slot.state == SlotState::kCancelled) {
      known->second.id = slot.id;
    } else {
      found.erase(known);
    }
  }
  std::vector<Slot> out;
  out.reserve(found.size());
  for (auto& [key, slot] : found) out.push_back(std::move(slot));
  return out;
}

Changes Replan(const ObligationEvent& event, const Openings& openings, const RuleSet& rules,
               const std::vector<Slot>& existing, absl::Time now) {
  Changes changes;
  std::map<std::string, Slot> wanted = Candidates(event, openings, rules);
  std::set<std::string> known;
  for (const Slot& slot : existing) {
    const std::string key = NaturalKey(slot);
    known.insert(key);
    const auto candidate = wanted.find(key);
    const bool open = slot.state == SlotState::kPlanned || slot.state == SlotState::kBound;
    if (candidate == wanted.end()) {
      if (!open || StandsByItself(event, slot)) continue;
      Slot gone = slot;
      gone.state = SlotState::kCancelled;
      gone.reason = WhyGone(event, slot, wanted);
      changes.update.push_back(std::move(gone));
      continue;
    }
    const bool again = slot.state == SlotState::kCancelled;
    if (!again && (slot.state != SlotState::kPlanned || SamePlan(slot, candidate->second)))
      continue;
    Slot planned = candidate->second;
    planned.id = slot.id;
    if (again) PlanOrSkip(planned, now);
    changes.update.push_back(std::move(planned));
  }
  for (auto& [key, slot] : wanted) {
    if (known.contains(key)) continue;
    PlanOrSkip(slot, now);
    changes.insert.push_back(slot);
  }
  return changes;
}

}  // namespace ip::notification
