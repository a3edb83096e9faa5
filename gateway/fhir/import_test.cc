#include "gateway/fhir/import.h"

#include <gtest/gtest.h>

#include <regex>

#include "gateway/fhir/plan.h"
#include "lib/base/errors.h"

namespace ip::fhir {
namespace {

namespace pb = individuellplan::plan::v1;

pb::Goal* AddGoal(pb::CarePlan& plan, const std::string& name, const std::string& parent,
                  pb::Goal::State state = pb::Goal::ACTIVE) {
  pb::Goal* goal = plan.add_goals();
  goal->set_name(name);
  goal->set_parent_goal(parent);
  goal->set_state(state);
  return goal;
}

TEST(FhirImport, GoalsComeParentsFirstAndDeadOnesNotAtAll) {
  pb::CarePlan plan;
  AddGoal(plan, "c", "b");
  AddGoal(plan, "b", "a");
  AddGoal(plan, "a", "");
  AddGoal(plan, "dead", "", pb::Goal::CANCELLED);
  AddGoal(plan, "orphan", "dead");
  AddGoal(plan, "x", "y");  // a circle is nobody's parent
  AddGoal(plan, "y", "x");
  const auto goals = GoalsToBring(plan);
  std::string order;
  for (const auto& goal : goals) order += goal.name() + " ";
  EXPECT_EQ(order, "a orphan b c ");
  EXPECT_EQ(goals[1].parent_goal(), "");
}

TEST(FhirImport, OpensWithTheBundlesConsentAsOneOnPaperAndNothingOfOthersWords) {
  pb::CarePlan plan;
  plan.set_unit("units/fjordvik");
  plan.mutable_subject()->set_person("persons/abc");
  plan.add_comments()->mutable_text()->set_text("x");
  plan.add_consents()->set_kind(pb::Consent::SHARE);
  pb::Consent* consent = plan.add_consents();
  consent->set_kind(pb::Consent::CREATE_PLAN);
  consent->set_state(pb::Consent::ACTIVE);
  consent->set_form(pb::Consent::ELECTRONIC);
  const auto request = Opening(plan, "21848700069", {"units/lyngnes", "4698"}, "digest");
  EXPECT_EQ(request.plan().unit(), "units/lyngnes");
  EXPECT_EQ(request.plan().subject().person(), "");
  EXPECT_TRUE(request.plan().comments().empty());
  EXPECT_EQ(request.consent().kind(), pb::Consent::CREATE_PLAN);
  EXPECT_EQ(request.consent().form(), pb::Consent::PAPER);
  EXPECT_NE(request.consent().form_reference(), "");
  EXPECT_EQ(LeftOut(plan).size(), 2u);
  // Withdrawn: there is no consent, and the service refuses.
  consent->set_state(pb::Consent::WITHDRAWN);
  EXPECT_FALSE(Opening(plan, "", {}, "digest").has_consent());
}

TEST(FhirImport, WhatMattersMostIsTheOwnersToBring) {
  pb::CarePlan plan;
  plan.mutable_what_matters_most()->set_text("Ro");
  plan.add_needs()->set_text("Hjelp");
  plan.set_unit("units/fjordvik");
  const auto by_coordinator = Content(plan, "plans/new-1", false, "digest");
  ASSERT_EQ(by_coordinator.update_mask().paths_size(), 1);
  EXPECT_EQ(by_coordinator.update_mask().paths(0), "needs");
  EXPECT_EQ(by_coordinator.plan().unit(), "");
  EXPECT_FALSE(by_coordinator.plan().has_what_matters_most());
  EXPECT_TRUE(Content(plan, "plans/new-1", true, "digest").plan().has_what_matters_most());
}

TEST(FhirImport, ActivitiesComeWithoutAnybodysYes) {
  pb::CarePlan plan;
  pb::Activity* activity = plan.add_activities();
  activity->set_execution(pb::Activity::IN_PROGRESS);
  activity->set_responsible("plans/old-1/participants/p");
  plan.add_activities()->set_execution(pb::Activity::COMPLETED);
  const auto activities = ActivitiesToBring(plan);
  ASSERT_EQ(activities.size(), 1u);
  EXPECT_EQ(activities[0].responsible(), "");
}

TEST(FhirImport, TheSameStepHasTheSameRequestId) {
  EXPECT_EQ(RequestId("digest", "open"), RequestId("digest", "open"));
  EXPECT_NE(RequestId("digest", "open"), RequestId("other", "open"));
  EXPECT_TRUE(std::regex_match(
      RequestId("digest", "open"),
      std::regex("[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-a[0-9a-f]{3}-[0-9a-f]{12}")));
}

// The door reads before it asks who calls: nothing that comes may end the process.
TEST(FhirImport, TakesNoHarmFromWhatIsNoBundle) {
  const std::string deep = std::string(300'000, '[');
  EXPECT_EQ(ReasonOf(ReadResource(R"({"entry":)" + deep).status()), "JSON_MALFORMED");
  const std::string closed = deep + std::string(deep.size(), ']');
  EXPECT_EQ(ReasonOf(ReadResource(R"({"entry":)" + closed + "}").status()), "JSON_MALFORMED");
  for (const char* text : {"", "[]", "1", "{", "\xff", R"({"a":1} {})"}) {
    EXPECT_EQ(ReasonOf(ReadResource(text).status()), "JSON_MALFORMED") << text;
  }
  for (
      const char* text :
      {R"({})", R"({"entry":1})", R"({"entry":[1]})",
       R"({"entry":[{"resource":{"resourceType":1}}]})",
       R"({"entry":[{"resource":{"resourceType":"CarePlan","id":7}}]})",
       R"({"entry":[{"resource":{"resourceType":"CarePlan","id":"a","created":"infinite-futureT"}}]})",
       R"({"entry":[{"resource":{"resourceType":"CarePlan","id":"a","meta":{"lastUpdated":
            "infinite-future"}}}]})",
       R"({"entry":[{"resource":{"resourceType":"CarePlan","id":"a","extension":[{"url":
            "https://fhir.individuellplan.example/StructureDefinition/CarePlan.unit",
            "valueBase64Binary":"/w=="}]}}]})"}) {
    const auto bundle = ReadResource(text);
    ASSERT_TRUE(bundle.ok()) << text;
    EXPECT_FALSE(FromBundle(*bundle).ok()) << text;
    EXPECT_EQ(NationalIdOf(*bundle), "");
  }
  const auto number = ReadResource(R"({"entry":[{"resource":{"resourceType":"Patient","identifier":
      [{"system":"urn:oid:2.16.578.1.12.4.1.4.1","value":12345678901}]}}]})");
  EXPECT_EQ(NationalIdOf(*number), "");
}

}  // namespace
}  // namespace ip::fhir
