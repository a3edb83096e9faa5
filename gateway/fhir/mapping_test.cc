#include <gtest/gtest.h>

#include "gateway/fhir/plan.h"
#include "gateway/fhir/testing/random_plan.h"
#include "google/protobuf/util/message_differencer.h"
#include "lib/base/errors.h"

namespace ip::fhir {
namespace {

namespace pb = individuellplan::plan::v1;
using google::protobuf::util::MessageDifferencer;

constexpr char kBase[] = "https://ip.example.no/fhir/R4/";

std::string Export(const pb::CarePlan& plan) {
  return ToBundle(ToResources(plan), "collection", kBase).dump();
}

const Json* Find(const std::vector<Json>& resources, std::string_view type) {
  for (const Json& resource : resources) {
    if (resource.at("resourceType") == type) return &resource;
  }
  return nullptr;
}

pb::CarePlan SmallPlan() {
  pb::CarePlan plan;
  plan.set_name("plans/0198c000-0000-7000-8000-000000000001");
  plan.set_state(pb::CarePlan::ACTIVE);
  plan.set_revision(7);
  plan.mutable_subject()->set_person("persons/abc");
  plan.mutable_subject()->set_display_name("Kari Nordli");
  auto* goal = plan.add_goals();
  goal->set_name(plan.name() + "/goals/0198c000-0000-7000-8000-000000000002");
  goal->set_state(pb::Goal::ACTIVE);
  goal->mutable_own_words()->set_text("Jeg vil handle selv");
  goal->mutable_own_words()->set_author("persons/abc");
  plan.add_needs()->set_text("Hjelp til å handle");
  plan.mutable_needs(0)->set_life_area(individuellplan::type::v1::DAILY_LIVING);
  plan.add_needs()->set_text("Noen å snakke med");
  auto* participant = plan.add_participants();
  participant->set_name(plan.name() + "/participants/0198c000-0000-7000-8000-000000000003");
  participant->set_kind(pb::Participant::PROFESSIONAL);
  participant->set_display_name("Amina Lie");
  participant->set_organization("organizations/999990003");
  auto* activity = plan.add_activities();
  activity->set_name(plan.name() + "/activities/0198c000-0000-7000-8000-000000000004");
  activity->set_title("Øve på butikken");
  activity->set_execution(pb::Activity::IN_PROGRESS);
  activity->set_commitment(pb::Activity::ACCEPTED);
  activity->set_responsible(participant->name());
  activity->add_goals(goal->name());
  return plan;
}

TEST(FhirMapping, PutsThingsWhereOthersLookForThem) {
  const auto resources = ToResources(SmallPlan());
  const Json& plan = *Find(resources, "CarePlan");
  EXPECT_EQ(plan.at("status"), "active");
  EXPECT_EQ(plan.at("meta").at("versionId"), "7");
  const Json& need = *Find(resources, "Condition");
  EXPECT_EQ(need.at("code").at("text"), "Hjelp til å handle");
  EXPECT_EQ(plan.at("addresses").size(), 2u);
  EXPECT_EQ(plan.at("addresses").at(0).at("reference").get<std::string>(),
            "Condition/" + need.at("id").get<std::string>());
  EXPECT_EQ(PlanNameOf(need.at("id").get<std::string>()), SmallPlan().name());
  for (const Json& resource : resources) {
    EXPECT_EQ(resource.at("meta").at("profile").at(0).get<std::string>(),
              "http://hl7.org/fhir/StructureDefinition/" +
                  resource.at("resourceType").get<std::string>());
  }
  const Json& goal = *Find(resources, "Goal");
  EXPECT_EQ(goal.at("description").at("text"), "Jeg vil handle selv");
  EXPECT_EQ(goal.at("expressedBy").at("display"), "Kari Nordli");
  EXPECT_EQ(plan.at("goal").at(0).at("reference").get<std::string>(),
            "Goal/" + goal.at("id").get<std::string>());
  const Json& activity = *Find(resources, "ServiceRequest");
  EXPECT_EQ(activity.at("performer").at(0).at("display"), "Amina Lie");
  EXPECT_EQ(Find(resources, "Task")->at("status"), "accepted");
  const Json& member = Find(resources, "CareTeam")->at("participant").at(0);
  EXPECT_EQ(member.at("onBehalfOf").at("identifier").at("value"), "999990003");
}

TEST(FhirMapping, AnIdTellsItsPlan) {
  const pb::CarePlan plan = SmallPlan();
  EXPECT_EQ(FhirId(plan.goals(0).name()).size(), 64u);
  EXPECT_EQ(PlanNameOf(FhirId(plan.goals(0).name())), plan.name());
  EXPECT_EQ(PlanNameOf(FhirId(plan.name())), plan.name());
  EXPECT_EQ(PlanNameOf("../x"), "");
}

TEST(FhirMapping, RandomPlansComeBackAsTheyWere) {
  for (unsigned seed = 0; seed < 200; ++seed) {
    const pb::CarePlan plan = testing::RandomPlan(seed);
    const std::string first = Export(plan);
    const auto read = FromBundle(Json::parse(first));
    ASSERT_TRUE(read.ok()) << seed << ": " << read.status();
    MessageDifferencer differencer;
    std::string difference;
    differencer.ReportDifferencesToString(&difference);
    ASSERT_TRUE(differencer.Compare(plan, *read)) << seed << ": " << difference;
    ASSERT_EQ(Export(*read), first) << seed;
  }
}

TEST(FhirMapping, TextsComeBackToTheLetter) {
  pb::CarePlan plan = SmallPlan();
  const std::string text = "Jeg\u00a0vil \n\t«bo» 🏠 for\u202fmeg\u2003selv";
  plan.mutable_goals(0)->mutable_own_words()->set_text(text);
  const auto resources = ToResources(plan);
  EXPECT_EQ(Find(resources, "Goal")->at("description").at("text"),
            "Jeg vil \n\t«bo» 🏠 for meg selv");
  EXPECT_EQ(FromBundle(ToBundle(resources, "collection", kBase))->goals(0).own_words().text(),
            text);
}

TEST(FhirMapping, ReadsWhatOthersWroteInFhirsOwnPlaces) {
  const auto plan =
      FromBundle(Json::parse(R"({"resourceType": "Bundle", "type": "collection", "entry": [
    {"resource": {"resourceType": "Goal", "id": "g-01", "lifecycleStatus": "proposed",
                  "description": {"text": "Selvstendig i dagliglivet"}}},
    {"resource": {"resourceType": "CarePlan", "id": "plan-1", "status": "draft", "intent": "plan",
                  "addresses": [{"reference": "Condition/c1"}],
                  "period": {"start": "2026-01-01T00:00:00+01:00"}}},
    {"resource": {"resourceType": "Condition", "id": "c1", "code": {"coding": [{"display": "Trygg bolig"}]}}},
    {"resource": {"resourceType": "Condition", "id": "c2", "code": {"text": "En diagnose"}}},
    {"resource": {"resourceType": "Observation", "id": "o1"}},
    {"resource": {"resourceType": "Patient", "id": "p", "name": [{"family": "Nordli", "given": ["Kari"]}],
                  "identifier": [{"system": "urn:oid:2.16.578.1.12.4.1.4.1", "value": "21848700069"}]}}]})"));
  ASSERT_TRUE(plan.ok()) << plan.status();
  EXPECT_EQ(plan->subject().display_name(), "Kari Nordli");
  EXPECT_EQ(plan->period().start_date().month(), 1);
  ASSERT_EQ(plan->needs_size(), 1);  // what the plan addresses alone
  EXPECT_EQ(plan->needs(0).text(), "Trygg bolig");
  EXPECT_EQ(plan->goals(0).professional_wording(), "Selvstendig i dagliglivet");
  EXPECT_FALSE(plan->goals(0).has_own_words());
}

TEST(FhirMapping, SaysWhereABundleIsWrongWithoutRepeatingIt) {
  const auto read = FromBundle(Json::parse(R"({"resourceType": "Bundle", "entry": [
    {"resource": {"resourceType": "CarePlan", "id": "plan-1", "status": "draft"}},
    {"resource": {"resourceType": "Goal", "id": "g-01", "description": "Kari Nordli"}}]})"));
  EXPECT_EQ(ReasonOf(read.status()), "INVALID_REQUEST");
  EXPECT_EQ(read.status().ToString().find("Nordli"), std::string::npos);
  EXPECT_FALSE(FromBundle(Json::parse("[]")).ok());
  EXPECT_FALSE(FromBundle(Json::parse(R"({"entry": []})")).ok());
}

}  // namespace
}  // namespace ip::fhir
