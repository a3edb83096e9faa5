// Dates that move back and forth, told twice, out of order and over a stream that is cut again and
// again: what is planned is what planning from scratch would give. IP_HISTORIES=1000 lives as many.
#include <algorithm>
#include <cstdlib>
#include <random>
#include <set>

#include "absl/strings/str_cat.h"
#include "notification-service/testing/running_service.h"

namespace ip::notification {
namespace {

const absl::CivilDay kDays[] = {absl::CivilDay(2027, 3, 10), absl::CivilDay(2027, 4, 21),
                                absl::CivilDay(2027, 6, 2)};

int Histories() {
  const char* wanted = std::getenv("IP_HISTORIES");
  return wanted == nullptr ? 20 : std::atoi(wanted);
}

// All events of one plan, in order.
std::vector<ObligationEvent> HistoryOf(int plan, std::mt19937& random) {
  std::vector<ObligationEvent> events;
  size_t day = 0;
  const int moves = 1 + static_cast<int>(random() % 5);
  for (int revision = 1; revision <= 1 + 2 * moves; ++revision) {
    ObligationEvent event = EventOf(absl::StrCat("plans/p", plan), revision);
    Parties parties = {{"persons/kari", Obligation::COORDINATOR}};
    if (random() % 3 != 0) {
      parties.emplace_back(absl::StrCat("persons/o", plan), Obligation::RESPONSIBLE);
    }
    // A, B, A …, now and then a third day or none.
    day = random() % 8 == 0 ? 2 : 1 - std::min<size_t>(day, 1);
    if (random() % 10 != 0) {
      AddDuty(event, "evaluations/e", Obligation::PLAN_EVALUATION, parties, kDays[day]);
    }
    events.push_back(event);
  }
  return events;
}

TEST_F(WorkerTest, PlansAsFromScratchWhateverTheFeedDoes) {
  std::mt19937 random(20270104);
  std::vector<ObligationEvent> feed, truth;
  for (int plan = 0; plan < Histories(); ++plan) {
    auto events = HistoryOf(plan, random);
    truth.push_back(events.back());
    // Some are told twice, and neighbours change places. The last stays last: what the feed never
    // tells is the reconciler's to find.
    for (size_t i = 0; i + 1 < events.size(); ++i) {
      if (random() % 4 == 0) std::swap(events[i], events[random() % (events.size() - 1)]);
      if (random() % 4 == 0) events.insert(events.begin() + static_cast<int>(i), events[i]);
    }
    feed.insert(feed.end(), events.begin(), events.end());
  }
  // Plans are told side by side: each keeps its own order.
  std::vector<size_t> order(feed.size());
  for (size_t i = 0; i < order.size(); ++i) order[i] = i;
  for (size_t i = 0; i + 1 < order.size(); ++i) {
    const size_t j = i + 1;
    if (random() % 2 == 0 && feed[order[i]].aggregate() != feed[order[j]].aggregate()) {
      std::swap(order[i], order[j]);
    }
  }
  fakes_.CutAfter(7);
  for (const size_t i : order) fakes_.Tell(feed[i]);
  const auto deadline = [] { return SystemClock().Now() + absl::Seconds(10); };
  for (const ObligationEvent& last : truth) {
    ASSERT_TRUE(Eventually([&] {
      const auto held = running_->intake.Read(last.aggregate(), deadline());
      return held.ok() && held->has_value() && (*held)->event.revision() == last.revision();
    })) << last.aggregate();
  }
  EXPECT_GE(fakes_.streams(), static_cast<int>(feed.size()) / 7);

  const RuleSet& rules = running_->rules.On(OsloDay(clock_.Now()));
  for (const ObligationEvent& last : truth) {
    const auto held = *running_->intake.Read(last.aggregate(), deadline());
    std::set<std::string> keys, planned, wanted;
    for (const Slot& slot : held->slots) {
      EXPECT_TRUE(keys.insert(NaturalKey(slot)).second) << NaturalKey(slot);
      if (slot.state == SlotState::kPlanned) planned.insert(NaturalKey(slot));
    }
    for (const auto& [key, slot] : Candidates(last, held->openings, rules)) {
      if (slot.send_day >= OsloDay(clock_.Now())) wanted.insert(key);
    }
    EXPECT_EQ(planned, wanted) << last.aggregate();
  }
  Reconciler reconciler(&running_->sources, &running_->intake, &running_->rules, &clock_,
                        &running_->planned);
  EXPECT_EQ(reconciler.Compare().same, static_cast<int>(truth.size()));
  std::cout << truth.size() << " plans, " << feed.size() << " events, " << fakes_.streams()
            << " streams\n";
}

}  // namespace
}  // namespace ip::notification
