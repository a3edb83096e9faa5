// Merging a duplicate and moving to another unit.
#include "plan-service/domain/moves.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "plan-service/domain/facts.h"
#include "plan-service/domain/test_plan.h"

namespace ip::plan::testing {
namespace {

using pb::CarePlan;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

constexpr char kSameOwner[] = "persons/owner-by-d-number";

// The same human under another number, with a helper and a goal of their own.
CarePlan Duplicate() {
  CarePlan duplicate = Must(NewPlan(UnitAct(), NewPlanRequest(), "plans/dup-1", kSameOwner));
  Accept(duplicate, Nominate(duplicate, "persons/other-coordinator"), "persons/other-coordinator");
  AddGoal(duplicate, {kSameOwner, true, false, kNow});
  const std::string helper = AddHelper(duplicate);
  Share(duplicate, helper, {type::GOALS});
  AddActivity(duplicate, helper);
  AddEvaluation(duplicate, 30);
  pb::AccessBlock block;
  block.set_person("persons/not-her");
  Must(Do(duplicate, [&](CarePlan& p) { return BlockAccess(p, OwnerAct(), block); }));
  pb::Comment comment;
  comment.set_target(duplicate.goals(0).name());
  comment.mutable_text()->set_text("Se plans/dup-1 om dette");
  Must(Do(duplicate, [&](CarePlan& p) { return CreateComment(p, OwnerAct(), comment); }));
  return duplicate;
}

pb::MergePlansRequest MergeRequest(const CarePlan& kept, const CarePlan& duplicate) {
  pb::MergePlansRequest request;
  request.set_name(kept.name());
  request.set_etag(kept.etag());
  request.set_duplicate(duplicate.name());
  request.set_reason("Åpnet med D-nummer før fødselsnummeret kom");
  return request;
}

absl::Status Merge(CarePlan& kept, CarePlan& duplicate) {
  const auto request = MergeRequest(kept, duplicate);
  auto retired =
      Do(duplicate, [&](CarePlan& p) { return RetireDuplicate(p, kept, UnitAct(), request); });
  if (!retired.ok()) return retired.status();
  return Do(kept, [&](CarePlan& p) { return TakeUpDuplicate(p, duplicate, UnitAct(), request); })
      .status();
}

TEST(Merge, TheDuplicateEndsAndPointsToThePlanThatIsKept) {
  CarePlan kept = ActivePlan();
  CarePlan duplicate = Duplicate();
  ASSERT_TRUE(Merge(kept, duplicate).ok());
  EXPECT_EQ(duplicate.state(), CarePlan::REVOKED);
  EXPECT_EQ(duplicate.merged_into(), kept.name());
  EXPECT_EQ(kept.state(), CarePlan::ACTIVE);
  ASSERT_THAT(kept.merged_plans(), SizeIs(1));
  EXPECT_EQ(kept.merged_plans(0), duplicate.name());
}

TEST(Merge, ContentComesOverWithItsReferences) {
  CarePlan kept = ActivePlan();
  const CarePlan before = kept;
  CarePlan duplicate = Duplicate();
  ASSERT_TRUE(Merge(kept, duplicate).ok());
  ASSERT_THAT(kept.goals(), SizeIs(2));
  EXPECT_EQ(PlanOf(kept.goals(1).name()), kept.name());
  EXPECT_EQ(kept.goals(1).own_words().author(), kOwner);
  EXPECT_EQ(kept.comments(0).target(), kept.goals(1).name());
  // What people wrote is not touched.
  EXPECT_EQ(kept.comments(0).text().text(), "Se plans/dup-1 om dette");
  // The helper stands in both plans and is one participant; the owner too.
  EXPECT_EQ(kept.participants_size(), before.participants_size() + 1);
  EXPECT_EQ(kept.participants(kept.participants_size() - 1).person(), "persons/other-coordinator");
  EXPECT_EQ(kept.activities(1).responsible(), before.activities(0).responsible());
  EXPECT_EQ(kept.evaluations(1).state(), pb::Evaluation::PLANNED);
  EXPECT_EQ(kept.coordinator_appointments_size(), before.coordinator_appointments_size());
  EXPECT_EQ(kept.subject().person(), kOwner);
}

TEST(Merge, NobodySeesMoreThanBeforeAndBlocksStayShut) {
  CarePlan kept = ActivePlan();
  const std::string helper = kept.participants(2).name();
  // Nothing is shared with the helper in the kept plan.
  kept.mutable_consents(1)->set_state(pb::Consent::WITHDRAWN);
  CarePlan duplicate = Duplicate();
  ASSERT_TRUE(Merge(kept, duplicate).ok());
  Caller caller;
  caller.person = kHelper;
  caller.role = type::PRACTITIONER;
  caller.organization = kOrganization;
  const auto facts = GatherFacts(kept, caller, "", kNow);
  EXPECT_FALSE(authz::Decide(type::READ_PLAN, facts).allowed);
  EXPECT_EQ(kept.activities(1).commitment(), pb::Activity::RELEASED);
  for (int i = 2; i < kept.consents_size(); ++i) {
    EXPECT_FALSE(InForce(kept.consents(i), OsloDay(kNow))) << i;
  }
  ASSERT_THAT(kept.access_blocks(), SizeIs(1));
  EXPECT_EQ(kept.access_blocks(0).person(), "persons/not-her");
}

TEST(Merge, AgainChangesNothing) {
  CarePlan kept = ActivePlan();
  CarePlan duplicate = Duplicate();
  ASSERT_TRUE(Merge(kept, duplicate).ok());
  const int goals = kept.goals_size();
  ASSERT_TRUE(Merge(kept, duplicate).ok());
  EXPECT_EQ(kept.goals_size(), goals);
  EXPECT_THAT(kept.merged_plans(), SizeIs(1));
}

TEST(Merge, RefusesWhatIsNotADuplicate) {
  CarePlan kept = ActivePlan();
  CarePlan duplicate = Duplicate();
  CarePlan itself = kept;
  EXPECT_EQ(ReasonOf(Merge(kept, itself)), "INVALID_REQUEST");
  *kept.mutable_subject()->mutable_birth_date() = ToDate(absl::CivilDay(1990, 1, 1));
  *duplicate.mutable_subject()->mutable_birth_date() = ToDate(absl::CivilDay(1990, 1, 2));
  EXPECT_EQ(ReasonOf(Merge(kept, duplicate)), "NOT_THE_SAME_PERSON");
  *duplicate.mutable_subject()->mutable_birth_date() = kept.subject().birth_date();
  duplicate.set_unit("units/other");
  EXPECT_EQ(ReasonOf(Merge(kept, duplicate)), "NOT_YOUR_UNIT");
  duplicate.set_unit(kUnit);
  duplicate.set_merged_into("plans/another");
  EXPECT_EQ(ReasonOf(Merge(kept, duplicate)), "DUPLICATE_IS_MERGED");
  duplicate.clear_merged_into();
  duplicate.set_state(CarePlan::COMPLETED);
  EXPECT_EQ(ReasonOf(Merge(kept, duplicate)), "PLAN_STATE_FORBIDS_ACTION");
}

Arrival ToElsewhere() {
  Arrival arrival{"plans/new-1", "persons/owner-there", "units/elsewhere", "4601", {}};
  arrival.provenance.set_source_plan("plans/plan-1");
  return arrival;
}

TEST(Arrive, BeginsAsADraftWithContentAndWithoutTheOldServices) {
  CarePlan from = ActivePlan();
  pb::AccessBlock block;
  block.set_person("persons/not-her");
  Must(Do(from, [&](CarePlan& p) { return BlockAccess(p, OwnerAct(), block); }));
  const CarePlan plan = Must(Arrive(from, UnitAct(), ToElsewhere()));
  EXPECT_EQ(plan.state(), CarePlan::DRAFT);
  EXPECT_EQ(plan.unit(), "units/elsewhere");
  EXPECT_EQ(plan.municipality_code(), "4601");
  EXPECT_EQ(plan.subject().person(), "persons/owner-there");
  EXPECT_EQ(plan.provenance().source_plan(), "plans/plan-1");
  EXPECT_FALSE(plan.has_approval());
  EXPECT_EQ(plan.revision(), 1);
  EXPECT_EQ(plan.goals(0).own_words().text(), "Jeg vil handle selv");
  EXPECT_EQ(plan.goals(0).own_words().author(), "persons/owner-there");
  EXPECT_TRUE(IsChildName(plan.goals(0).name(), "plans/new-1", "goals"));
  EXPECT_EQ(ToDay(NextEvaluation(plan)->due_date()), OsloDay(kNow) + 60);
  EXPECT_THAT(CoordinatorsOn(plan, OsloDay(kNow)), IsEmpty());
  EXPECT_EQ(plan.activities(0).commitment(), pb::Activity::RELEASED);
  EXPECT_THAT(plan.access_blocks(), SizeIs(1));
  for (const auto& consent : plan.consents()) {
    EXPECT_EQ(InForce(consent, OsloDay(kNow)), consent.kind() == pb::Consent::CREATE_PLAN);
  }
  EXPECT_THAT(plan.DebugString(), Not(HasSubstr("plans/plan-1/")));
}

TEST(Arrive, NeedsTheConsentThatCarriesThePlan) {
  CarePlan from = ActivePlan();
  from.mutable_consents(0)->set_state(pb::Consent::WITHDRAWN);
  EXPECT_EQ(ReasonOf(Arrive(from, UnitAct(), ToElsewhere()).status()), "CONSENT_MISSING");
}

}  // namespace
}  // namespace ip::plan::testing
