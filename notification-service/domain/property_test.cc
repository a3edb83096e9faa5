// Random lives of plans against the promises of notification.md § 5.3.
#include <gmock/gmock.h>

#include <algorithm>
#include <cstdlib>
#include <map>
#include <random>
#include <set>
#include <tuple>

#include "absl/strings/str_cat.h"
#include "lib/base/calendar.h"
#include "notification-service/domain/choose.h"
#include "notification-service/domain/hours.h"
#include "notification-service/domain/plan.h"
#include "notification-service/domain/test_events.h"

namespace ip::notification {
namespace {

struct Duty {
  Obligation::Kind kind;
  std::string name;
  bool open = false;
  absl::CivilDay due = {};
  std::string responsible = "persons/ola";
};

class Life {
 public:
  Life(const RuleSet& rules, unsigned seed) : rules_(rules), random_(seed) {
    now_ = OsloTime(2026, 1, 1, 6) + absl::Hours(24 * Pick(730));
    duties_ = {{.kind = Obligation::PLAN_EVALUATION, .name = "evaluations/a"},
               {.kind = Obligation::PLAN_EVALUATION, .name = "evaluations/b"},
               {.kind = Obligation::ACTIVITY_DUE, .name = "activities/c"}};
  }

  // Lives through some days, an hour at a time; something changes every so many hours.
  void Run(int days, int change_hours) {
    for (int hour = 0; hour < 24 * days; ++hour) {
      now_ += absl::Hours(1);
      if (Pick(change_hours) == 0) ChangeSomething();
      if (outage_ == 0 && Pick(1500) == 0) outage_ = 24 * (1 + Pick(24));
      if (outage_ > 0) {
        --outage_;
        continue;
      }
      Tick();
    }
    CheckNothingWasLost();
  }

 private:
  int Pick(int n) { return static_cast<int>(random_() % static_cast<unsigned>(n)); }

  void ChangeSomething() {
    Duty& duty = duties_[static_cast<size_t>(Pick(3))];
    switch (Pick(4)) {
      case 0:
        duty.open = !duty.open;
        break;
      case 1:
        duty.responsible = Pick(2) ? "persons/ola" : "persons/eva";
        break;
      default:
        std::swap(duty.due, before_[duty.name]);  // moves, and moves back
        if (Pick(2) == 0) duty.due = OsloDay(now_) + Pick(50);
    }
    if (duty.open && duty.due < absl::CivilDay(2020, 1, 1))
      duty.due = OsloDay(now_) + 10 + Pick(40);
    changed_ = true;
  }

  ObligationEvent Event() {
    ObligationEvent event = EventOf("plans/p", ++revision_);
    for (const Duty& duty : duties_) {
      if (!duty.open) continue;
      AddDuty(
          event, duty.name, duty.kind,
          {{"persons/kari", Obligation::COORDINATOR}, {duty.responsible, Obligation::RESPONSIBLE}},
          duty.due);
    }
    return event;
  }

  void Put(const Slot& slot) {
    const auto [at, is_new] = slots_.try_emplace(slot.id, slot);
    if (slot.state == SlotState::kPlanned && (is_new || at->second.state != slot.state)) {
      planned_at_[slot.id] = now_;
    }
    at->second = slot;
    if (slot.state == SlotState::kPlanned) {
      planned_.insert(slot.id);
    } else {
      planned_.erase(slot.id);
    }
  }

  void Apply(const std::vector<Slot>& updates) {
    for (const Slot& slot : updates) Put(slot);
  }

  void Tick() {
    ticks_.insert(now_);
    if (changed_) {
      changed_ = false;
      event_ = Event();
      openings_ = NextOpenings(event_, openings_, now_);
      std::vector<Slot> existing = Existing();
      const Changes changes = Replan(event_, openings_, rules_, existing, now_);
      Apply(changes.update);
      for (Slot slot : changes.insert) {
        slot.id = absl::StrCat(slots_.size());
        Put(slot);
      }
      existing = Existing();
      const Changes again = Replan(event_, openings_, rules_, existing, now_);
      EXPECT_TRUE(again.insert.empty() && again.update.empty())
          << "planning twice changes something";
      CheckNothingIsMissing();
    }
    std::map<std::string, std::vector<Slot>> due;
    for (const std::string& id : planned_) {
      const Slot& slot = slots_[id];
      if (slot.not_before <= now_) {
        due[Addressee(slot.recipient, slot.capacity)].push_back(slot);
      }
    }
    for (const auto& [addressee, slots] : due) Send(addressee, slots);
  }

  std::vector<Slot> Existing() const {
    std::vector<Slot> out;
    for (const auto& [id, slot] : slots_) out.push_back(slot);
    return out;
  }

  void Send(const std::string& addressee, const std::vector<Slot>& due) {
    RecipientHistory history;
    for (const Slot& slot : LatelySent()) {
      if (Addressee(slot.recipient, slot.capacity) == addressee) history.bound.push_back(slot);
    }
    const absl::CivilDay today = OsloDay(now_);
    const bool had_digest = digests_.contains({addressee, today});
    if (had_digest) history.last_digest = today;
    const Choice choice = Choose(due, history, now_);
    Apply(choice.update);
    std::set<std::string> duties;
    bool straggler = false;
    for (const auto* list : {&choice.single, &choice.digest}) {
      for (const Slot& slot : *list) {
        Check(slot);
        EXPECT_TRUE(duties.insert(absl::StrCat(slot.obligation, slot.kind)).second)
            << "two rungs of one duty at once";
        straggler |= slot.rung == "-1d" || slot.rung == "+1d" ||
                     NextSendable(absl::FromCivil(today + 1, Oslo()), slot.klass, slot.recipient) >=
                         slot.not_after;
        Slot done = slot;
        done.state = SlotState::kDone;
        done.notify_time = now_;
        Put(done);
        sent_.push_back(done);
      }
    }
    if (choice.digest.empty()) return;
    EXPECT_TRUE(!had_digest || straggler) << "a second gathered mail in one day";
    digests_.insert({addressee, today});
  }

  void Check(const Slot& slot) {
    const std::string what = absl::StrCat(NaturalKey(slot), " at ", absl::FormatTime(now_, Oslo()));
    EXPECT_TRUE(keys_.insert(NaturalKey(slot)).second) << "sent twice: " << what;
    const absl::CivilHour local = absl::ToCivilHour(now_, Oslo());
    EXPECT_TRUE(local.hour() >= 7 && local.hour() < (slot.klass == Class::A ? 20 : 17)) << what;
    EXPECT_TRUE(slot.rung == "now" || IsWorkingDay(slot.send_day)) << what;
    EXPECT_TRUE(IsUnit(slot.recipient) || IsWorkingDay(OsloDay(now_))) << what;
    bool open = false;
    for (const auto& duty : event_.obligations()) {
      open |= duty.name() == slot.obligation && duty.kind() == slot.kind &&
              ToDay(duty.due_date()) == slot.due;
    }
    EXPECT_TRUE(open) << "outdated or closed: " << what;
    if (slot.rung[0] == '-') {
      EXPECT_LE(OsloDay(now_), *slot.due) << what;
    }
    if (slot.rung[0] == '+') {
      EXPECT_GT(OsloDay(now_), *slot.due) << what;
    }
    for (const Slot& earlier : LatelySent()) {
      if (earlier.obligation != slot.obligation || earlier.kind != slot.kind ||
          earlier.rung != slot.rung ||
          Addressee(earlier.recipient, earlier.capacity) !=
              Addressee(slot.recipient, slot.capacity)) {
        continue;
      }
      EXPECT_GE(OsloDay(now_) - OsloDay(*earlier.notify_time), slot.cooldown_days) << what;
    }
  }

  // As storage does: longer than any cooldown.
  std::vector<Slot> LatelySent() const {
    std::vector<Slot> out;
    for (auto at = sent_.rbegin();
         at != sent_.rend() && *at->notify_time > now_ - absl::Hours(24 * 60); ++at) {
      out.push_back(*at);
    }
    return out;
  }

  // Each rung that is still to come has a slot for the date as it now is. Reckoned from the rules
  // alone, so that no key can hide one.
  void CheckNothingIsMissing() {
    std::set<std::tuple<std::string, std::string, std::string, absl::CivilDay>> have;
    for (const auto& [id, slot] : slots_) {
      if (slot.state == SlotState::kCancelled || !slot.due) continue;
      have.emplace(slot.obligation, slot.rung, slot.recipient, *slot.due);
    }
    for (const auto& duty : event_.obligations()) {
      const absl::CivilDay due = *ToDay(duty.due_date());
      for (const Rung& rung : FindLadder(rules_, duty.kind())->rungs()) {
        const absl::CivilDay day = due + ParseStep(rung.at())->offset;
        const absl::CivilDay send =
            rung.at()[0] == '-' ? WorkingDayBackFrom(day) : WorkingDayForwardFrom(day);
        if (send < OsloDay(now_)) continue;
        for (const auto& party : duty.parties()) {
          if (std::count(rung.to().begin(), rung.to().end(), party.capacity()) == 0) continue;
          EXPECT_TRUE(have.contains({duty.name(), rung.at(), party.recipient(), due}))
              << "missing: " << duty.name() << " " << rung.at();
        }
      }
    }
  }

  // What expired could not be sent: the service was never up in the hours it was right.
  void CheckNothingWasLost() {
    for (const auto& [id, slot] : slots_) {
      if (slot.state == SlotState::kPlanned) {
        EXPECT_GT(slot.not_before, *ticks_.rbegin()) << "forgotten";
      }
      if (slot.state != SlotState::kExpired) continue;
      for (auto tick = ticks_.lower_bound(MorningOf(slot.send_day, slot.recipient));
           tick != ticks_.end() && *tick < slot.not_after; ++tick) {
        // A straggler waits for the next morning.
        if (digests_.contains({Addressee(slot.recipient, slot.capacity), OsloDay(*tick)})) continue;
        // Not yet planned at that tick counts as not up.
        if (planned_at_.contains(id) && *tick < planned_at_[id]) continue;
        EXPECT_FALSE(MaySend(*tick, slot.klass, slot.recipient))
            << NaturalKey(slot) << " expired, but could have been sent "
            << absl::FormatTime(*tick, Oslo());
      }
    }
  }

  const RuleSet& rules_;
  std::mt19937 random_;
  absl::Time now_;
  int outage_ = 0;
  bool changed_ = false;
  int64_t revision_ = 0;
  std::vector<Duty> duties_;
  std::map<std::string, absl::CivilDay> before_;
  ObligationEvent event_;
  Openings openings_;
  std::map<std::string, Slot> slots_;
  std::set<std::string> planned_;
  std::map<std::string, absl::Time> planned_at_;
  std::vector<Slot> sent_;
  std::set<std::string> keys_;
  std::set<std::pair<std::string, absl::CivilDay>> digests_;
  std::set<absl::Time> ticks_;
};

TEST(Property, RandomLivesKeepThePromises) {
  const Rules rules = *Rules::LoadDirectory(IP_RULES_DIR);
  const auto number = [](const char* name, int otherwise) {
    const char* text = std::getenv(name);
    return text != nullptr ? std::atoi(text) : otherwise;
  };
  const int first = number("IP_FIRST_HISTORY", 0);
  const int lives = number("IP_HISTORIES", 40);
  for (int seed = first; seed < first + lives && !testing::Test::HasFailure(); ++seed) {
    SCOPED_TRACE(absl::StrCat("seed ", seed));
    Life(rules.On(absl::CivilDay(2026, 6, 1)), static_cast<unsigned>(seed)).Run(120, 60);
  }
}

// Ten years of everything: clock changes, Easter, 17 May, leap days.
TEST(Property, TenYearsKeepThePromises) {
  const Rules rules = *Rules::LoadDirectory(IP_RULES_DIR);
  Life(rules.On(absl::CivilDay(2026, 6, 1)), 7).Run(3653, 600);
}

// Every day of ten years as a due date, against the calendar itself.
TEST(Property, EveryDueDateOfTenYearsIsRemindedOfOnWorkingMornings) {
  const Rules rules = *Rules::LoadDirectory(IP_RULES_DIR);
  const RuleSet& set = rules.On(absl::CivilDay(2026, 6, 1));
  int slots = 0;
  for (absl::CivilDay due(2026, 1, 1); due < absl::CivilDay(2036, 1, 1); ++due) {
    ObligationEvent event = EventOf("plans/p", 1);
    for (const auto kind : {Obligation::PLAN_EVALUATION, Obligation::ACTIVITY_DUE,
                            Obligation::CONSENT_EXPIRY, Obligation::PLAN_PERIOD_END}) {
      AddDuty(event, "d", kind,
              {{"persons/kari", Obligation::COORDINATOR}, {"persons/ola", Obligation::RESPONSIBLE}},
              due);
    }
    const absl::Time opened = OsloTime(2025, 1, 1, 12);
    for (const auto& [key, slot] : Candidates(event, NextOpenings(event, {}, opened), set)) {
      const absl::CivilDay day = due + ParseStep(slot.rung)->offset;
      const absl::CivilMinute at = absl::ToCivilMinute(slot.not_before, Oslo());
      EXPECT_EQ(absl::CivilDay(at), slot.send_day) << key;
      EXPECT_TRUE(at.hour() == 8 && at.minute() < 30) << key;
      EXPECT_TRUE(IsWorkingDay(slot.send_day)) << key;
      EXPECT_TRUE(slot.rung[0] == '-' ? slot.send_day <= day : slot.send_day >= day) << key;
      for (absl::CivilDay d = std::min(day, slot.send_day); d < std::max(day, slot.send_day); ++d) {
        EXPECT_TRUE(d == slot.send_day || !IsWorkingDay(d)) << key << " went too far";
      }
      EXPECT_GT(slot.not_after, slot.not_before) << key;
      ++slots;
    }
    if (testing::Test::HasFailure()) return;
  }
  EXPECT_GT(slots, 50'000);
}

}  // namespace
}  // namespace ip::notification
