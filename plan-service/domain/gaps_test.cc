#include "plan-service/domain/gaps.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

#include "plan-service/domain/test_plan.h"

namespace ip::plan::testing {
namespace {

using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr GapKey kHousingRefused{type::HOUSING, pb::Activity::REFUSED};
constexpr GapKey kHousingGranted{type::HOUSING, pb::Activity::GRANTED};
constexpr GapKey kWorkRefused{type::WORK, pb::Activity::REFUSED};
constexpr GapKey kWorkGranted{type::WORK, pb::Activity::GRANTED};

TEST(Gaps, CountDecisionsOfOpenPlans) {
  pb::CarePlan plan = ActivePlan();
  EXPECT_THAT(GapsOf(plan), IsEmpty());
  plan.mutable_activities(0)->set_decision(pb::Activity::REFUSED);
  plan.mutable_activities(0)->set_life_area(type::HOUSING);
  *plan.add_activities() = plan.activities(0);
  EXPECT_EQ(GapsOf(plan), (std::map<GapKey, int>{{kHousingRefused, 2}}));
  plan.mutable_activities(1)->set_execution(pb::Activity::ENTERED_IN_ERROR);
  EXPECT_EQ(GapsOf(plan).at(kHousingRefused), 1);
  plan.set_state(pb::CarePlan::REVOKED);
  EXPECT_THAT(GapsOf(plan), IsEmpty());
}

TEST(Gaps, ACellRestsOnFivePlansHoweverManyActivities) {
  const auto shown = Publish({{kHousingRefused, 5, 9}});
  ASSERT_THAT(shown.cells(), SizeIs(1));
  EXPECT_EQ(shown.cells(0).activity_count(), 9);
  EXPECT_EQ(shown.suppressed_cell_count(), 0);
  EXPECT_THAT(Publish({{kHousingRefused, 4, 90}}).cells(), IsEmpty());
}

TEST(Gaps, ASmallCellTakesAnotherWithItSoThatNoSumTellsIt) {
  const auto shown = Publish({{kHousingRefused, 2, 2},
                              {kHousingGranted, 40, 40},
                              {kWorkRefused, 30, 30},
                              {kWorkGranted, 20, 20}});
  // Row and column of the small cell each lose one more, and these are alone in theirs: nothing is
  // left that does not give one of them away.
  EXPECT_THAT(shown.cells(), IsEmpty());
  EXPECT_EQ(shown.suppressed_cell_count(), 4);
}

// Whatever the numbers: who knows the sums of all rows, columns and the whole cannot reckon out a
// hidden cell in one step, and no shown cell is small.
TEST(Gaps, NoHiddenCellIsAloneInAnySum) {
  std::mt19937 random(7);
  for (int round = 0; round < 500; ++round) {
    std::vector<GapCell> cells;
    for (int area = 1; area <= 5; ++area) {
      for (int decision = 2; decision <= 6; ++decision) {
        const int plans = static_cast<int>(random() % 14);
        if (plans > 0) cells.push_back({{area, decision}, plans, plans});
      }
    }
    const auto response = Publish(cells);
    std::set<GapKey> shown;
    for (const auto& cell : response.cells()) {
      EXPECT_GE(cell.activity_count(), 5);
      shown.insert({cell.life_area(), cell.decision()});
    }
    const auto check = [&](auto in_group) {
      int hidden = 0, plans = 0, visible = 0;
      for (const GapCell& cell : cells) {
        if (!in_group(cell.key)) continue;
        if (shown.contains(cell.key)) {
          ++visible;
        } else {
          ++hidden;
          plans += cell.plans;
        }
      }
      EXPECT_TRUE(visible == 0 || hidden == 0 || (hidden > 1 && plans >= 5)) << round;
    };
    check([](const GapKey&) { return true; });
    for (int i = 1; i <= 6; ++i) {
      check([&](const GapKey& key) { return key.first == i; });
      check([&](const GapKey& key) { return key.second == i; });
    }
  }
}

}  // namespace
}  // namespace ip::plan::testing
