#include "plan-service/domain/diff.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "plan-service/domain/test_plan.h"

namespace ip::plan::testing {
namespace {

using Change = pb::DiffPlanRevisionsResponse::Change;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

std::vector<std::string> Told(const pb::CarePlan& before, const pb::CarePlan& after) {
  std::vector<std::string> told;
  for (const Change& change : Diff(before, after)) {
    told.push_back(Change::Kind_Name(change.kind()) + " " + change.path() + " " + change.before() +
                   " > " + change.after());
  }
  return told;
}

TEST(Diff, FindsNothingBetweenAPlanAndItself) {
  const pb::CarePlan plan = ActivePlan();
  pb::CarePlan touched = plan;
  touched.set_etag("other");
  touched.set_revision(99);
  touched.mutable_goals(0)->set_etag("other");
  *touched.mutable_update_time() = ToTimestamp(kNow + absl::Hours(1));
  EXPECT_THAT(Told(plan, touched), IsEmpty());
}

TEST(Diff, NamesTheElementAndTheField) {
  const pb::CarePlan plan = ActivePlan();
  pb::CarePlan changed = plan;
  changed.mutable_goals(0)->mutable_own_words()->set_text("Jeg vil \"lage mat\" selv");
  changed.mutable_goals(0)->set_state(pb::Goal::ACTIVE);
  const std::string goal = "goals[" + plan.goals(0).name() + "].";
  EXPECT_EQ(Told(plan, changed),
            (std::vector<std::string>{
                "MODIFIED " + goal + "state \"ACCEPTED\" > \"ACTIVE\"",
                "MODIFIED " + goal +
                    "own_words.text \"Jeg vil handle selv\" > \"Jeg vil \\\"lage mat\\\" selv\""}));
}

TEST(Diff, FollowsElementsThatMoveAndTellsThoseThatComeAndGo) {
  pb::CarePlan plan = ActivePlan();
  AddGoal(plan, OwnerAct());
  pb::CarePlan changed = plan;
  changed.mutable_goals()->SwapElements(0, 1);
  EXPECT_THAT(Told(plan, changed), IsEmpty());
  const std::string gone = changed.goals(1).name();
  changed.mutable_goals()->RemoveLast();
  ASSERT_THAT(Diff(plan, changed), SizeIs(1));
  EXPECT_EQ(Diff(plan, changed)[0].kind(), Change::REMOVED);
  EXPECT_EQ(Diff(plan, changed)[0].path(), "goals[" + gone + "]");
  EXPECT_THAT(Diff(plan, changed)[0].before(), HasSubstr("Jeg vil handle selv"));
  EXPECT_EQ(Diff(changed, plan)[0].kind(), Change::ADDED);
}

TEST(Diff, TellsUnnamedElementsDatesAndFlags) {
  pb::CarePlan before;
  before.add_needs()->set_text("bolig");
  before.add_needs()->set_text("arbeid");
  before.mutable_adaptation()->add_formats("stor skrift");
  before.set_strengths_none_stated(true);
  *before.mutable_period()->mutable_start_date() = ToDate(absl::CivilDay(2026, 3, 2));
  pb::CarePlan after = before;
  after.mutable_needs(0)->set_text("skole");
  after.mutable_adaptation()->add_formats("bilder");
  after.set_strengths_none_stated(false);
  *after.mutable_period()->mutable_start_date() = ToDate(absl::CivilDay(2026, 4, 2));
  EXPECT_EQ(
      Told(before, after),
      (std::vector<std::string>{
          "MODIFIED period.start_date {\"year\":2026,\"month\":3,\"day\":2} > "
          "{\"year\":2026,\"month\":4,\"day\":2}",
          "REMOVED strengths_none_stated true > ", "REMOVED needs[0] {\"text\":\"bolig\"} > ",
          "ADDED needs[0]  > {\"text\":\"skole\"}", "ADDED adaptation.formats[1]  > \"bilder\""}));
}

}  // namespace
}  // namespace ip::plan::testing
