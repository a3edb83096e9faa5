#include "plan-service/domain/gaps.h"

#include <algorithm>
#include <set>

#include "plan-service/domain/act.h"

namespace ip::plan {
namespace {

namespace pb = individuellplan::plan::v1;
using pb::Activity;

constexpr int kFewest = 5;

// Hides the smallest shown cell of a group whose hidden part could be reckoned out; true when it
// had to.
template <class InGroup>
bool Widen(const std::vector<GapCell>& cells, std::set<GapKey>& hidden, InGroup in_group) {
  int hidden_cells = 0;
  int hidden_plans = 0;
  const GapCell* smallest = nullptr;
  for (const GapCell& cell : cells) {
    if (!in_group(cell.key)) continue;
    if (hidden.contains(cell.key)) {
      ++hidden_cells;
      hidden_plans += cell.plans;
    } else if (smallest == nullptr || cell.plans < smallest->plans) {
      smallest = &cell;
    }
  }
  const bool safe = hidden_cells == 0 || (hidden_cells >= 2 && hidden_plans >= kFewest);
  if (safe || smallest == nullptr) return false;
  hidden.insert(smallest->key);
  return true;
}

}  // namespace

std::map<GapKey, int> GapsOf(const pb::CarePlan& plan) {
  std::map<GapKey, int> gaps;
  if (!CheckOpen(plan, "").ok()) return gaps;
  for (const Activity& activity : plan.activities()) {
    if (activity.execution() == Activity::ENTERED_IN_ERROR ||
        activity.decision() == Activity::DECISION_UNSPECIFIED ||
        activity.decision() == Activity::NOT_REQUIRED) {
      continue;
    }
    ++gaps[{activity.life_area(), activity.decision()}];
  }
  return gaps;
}

pb::GetGapStatisticsResponse Publish(std::vector<GapCell> cells) {
  std::sort(cells.begin(), cells.end(),
            [](const GapCell& a, const GapCell& b) { return a.key < b.key; });
  std::set<GapKey> hidden;
  for (const GapCell& cell : cells) {
    if (cell.plans < kFewest) hidden.insert(cell.key);
  }
  // Each round hides one cell more at least, so it ends.
  for (bool again = true; again;) {
    again = Widen(cells, hidden, [](const GapKey&) { return true; });
    for (const GapCell& cell : cells) {
      again |= Widen(cells, hidden, [&](const GapKey& k) { return k.first == cell.key.first; });
      again |= Widen(cells, hidden, [&](const GapKey& k) { return k.second == cell.key.second; });
    }
  }
  pb::GetGapStatisticsResponse response;
  for (const GapCell& cell : cells) {
    if (hidden.contains(cell.key)) continue;
    auto& shown = *response.add_cells();
    shown.set_life_area(static_cast<individuellplan::type::v1::LifeArea>(cell.key.first));
    shown.set_decision(static_cast<Activity::Decision>(cell.key.second));
    shown.set_activity_count(cell.activities);
  }
  response.set_suppressed_cell_count(static_cast<int>(hidden.size()));
  return response;
}

}  // namespace ip::plan
