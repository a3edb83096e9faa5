#include "lib/authz/decide.h"

#include <gtest/gtest.h>

#include "individuellplan/plan/v1/care_plan.pb.h"

namespace ip::authz {
namespace {

namespace pb = individuellplan::type::v1;

Facts With(Relation relation, Sections sections = {}) {
  Facts facts;
  facts.bases.push_back({relation, std::move(sections), ""});
  return facts;
}

TEST(Decide, RefusesWithoutARelation) {
  for (int action = pb::Action_MIN; action <= pb::Action_MAX; ++action) {
    EXPECT_FALSE(Decide(static_cast<Action>(action), Facts{}).allowed);
  }
}

TEST(Decide, OwnerSeesEverythingAndCannotBeBlocked) {
  Facts facts = With(Relation::kOwner);
  facts.blocked = true;
  const auto decision = Decide(pb::READ_PLAN, facts);
  EXPECT_TRUE(decision.allowed);
  EXPECT_EQ(decision.sections, AllSections());
}

TEST(Decide, BlockBeatsConsent) {
  Facts facts = With(Relation::kParticipant, {pb::GOALS});
  EXPECT_TRUE(Decide(pb::READ_PLAN, facts).allowed);
  facts.blocked = true;
  EXPECT_FALSE(Decide(pb::READ_PLAN, facts).allowed);
  EXPECT_EQ(Decide(pb::READ_PLAN, facts).reason, "BLOCKED");
}

TEST(Decide, BlockedSectionIsTakenFromWhatConsentOpens) {
  Facts facts = With(Relation::kParticipant, {pb::GOALS, pb::NEEDS});
  facts.blocked_sections = {pb::NEEDS};
  EXPECT_EQ(Decide(pb::READ_PLAN, facts).sections, Sections{pb::GOALS});
}

TEST(Decide, OnlyTheOwnerWritesTheOwnersWords) {
  EXPECT_TRUE(Decide(pb::WRITE_OWN_WORDS, With(Relation::kOwner)).allowed);
  EXPECT_FALSE(Decide(pb::WRITE_OWN_WORDS, With(Relation::kCoordinator)).allowed);
  EXPECT_FALSE(Decide(pb::WRITE_OWN_WORDS, With(Relation::kReader)).allowed);
}

TEST(Prune, RemovesWhatIsNotVisible) {
  individuellplan::plan::v1::CarePlan plan;
  plan.set_name("plans/a");
  plan.add_goals()->set_name("plans/a/goals/b");
  plan.add_needs()->set_text("bolig");
  const auto removed = Prune(plan, {pb::GOALS});
  EXPECT_EQ(removed, Sections{pb::NEEDS});
  EXPECT_EQ(plan.goals_size(), 1);
  EXPECT_EQ(plan.needs_size(), 0);
  EXPECT_EQ(plan.name(), "plans/a");
}

TEST(Prune, EveryFieldOfAPlanWithContentHasASection) {
  const auto* descriptor = individuellplan::plan::v1::CarePlan::descriptor();
  const std::set<std::string> open = {"name",
                                      "state",
                                      "etag",
                                      "create_time",
                                      "update_time",
                                      "revision",
                                      "municipality_code",
                                      "unit",
                                      "legal_bases",
                                      "notice",
                                      "redacted_sections",
                                      "own_mandate"};
  for (int i = 0; i < descriptor->field_count(); ++i) {
    const auto* field = descriptor->field(i);
    EXPECT_EQ(field->options().GetExtension(pb::section) == pb::SECTION_UNSPECIFIED,
              open.contains(std::string(field->name())))
        << field->name();
  }
}

}  // namespace
}  // namespace ip::authz
