// What other services are told of who acts for whom.
#include "plan-service/domain/mandate.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "lib/authz/decide.h"
#include "plan-service/domain/test_plan.h"

namespace ip::plan::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr char kMother[] = "persons/mother";
constexpr char kAunt[] = "persons/aunt";

// Mother acts in everything for ten days, an aunt only reads goals.
pb::CarePlan Represented() {
  pb::CarePlan plan = ActivePlan();
  const auto appoint = [&](const char* person, bool may_act, type::Section section) {
    pb::Representative representative;
    representative.set_kind(pb::Representative::GUARDIAN);
    representative.set_display_name("Noen");
    representative.set_basis("vedtak");
    representative.set_may_act(may_act);
    *representative.mutable_period()->mutable_start_date() = ToDate(OsloDay(kNow));
    *representative.mutable_period()->mutable_end_date() = ToDate(OsloDay(kNow) + 10);
    if (section != type::SECTION_UNSPECIFIED) representative.add_sections(section);
    Must(Do(plan, [&](pb::CarePlan& p) {
      return CreateRepresentative(p, OwnerAct(), representative, person);
    }));
  };
  appoint(kMother, true, type::SECTION_UNSPECIFIED);
  appoint(kAunt, false, type::GOALS);
  return plan;
}

TEST(Mandate, IsWhatTheRepresentationSays) {
  const pb::CarePlan plan = Represented();
  const auto all = SizeIs(authz::AllSections().size());
  EXPECT_THAT(MandateIn(plan, kMother, kNow).read_sections(), all);
  EXPECT_THAT(MandateIn(plan, kMother, kNow).act_sections(), all);
  EXPECT_THAT(MandateIn(plan, kAunt, kNow).read_sections(), ElementsAre(type::GOALS));
  EXPECT_THAT(MandateIn(plan, kAunt, kNow).act_sections(), IsEmpty());
}

TEST(Mandate, HoldsInItsPeriodOnly) {
  const pb::CarePlan plan = Represented();
  EXPECT_THAT(MandateIn(plan, kMother, kNow - absl::Hours(24)).read_sections(), IsEmpty());
  EXPECT_THAT(MandateIn(plan, kMother, kNow + 10 * absl::Hours(24)).read_sections(),
              ::testing::Not(IsEmpty()));
  EXPECT_THAT(MandateIn(plan, kMother, kNow + 11 * absl::Hours(24)).read_sections(), IsEmpty());
}

TEST(Mandate, IsNobodyElses) {
  const pb::CarePlan plan = Represented();
  for (const char* other : {"", "persons/stranger", kOwner, kCoordinator, kHelper}) {
    EXPECT_EQ(MandateIn(plan, other, kNow).ByteSizeLong(), 0u) << other;
  }
}

// Who only reads the goals does not see the representatives, but their own mandate.
TEST(Mandate, IsToldToWhomItIsGivenAndNobodyElse) {
  const pb::CarePlan plan = Represented();
  const auto own = [&](const char* person, type::Role role = type::CITIZEN) {
    Caller caller;
    caller.person = person;
    caller.role = role;
    return OwnMandateIn(plan, caller, kNow);
  };
  const auto aunt = own(kAunt);
  ASSERT_TRUE(aunt.has_value());
  EXPECT_EQ(aunt->represented(), kOwner);
  EXPECT_EQ(aunt->represented_display_name(), plan.subject().display_name());
  EXPECT_THAT(aunt->read_sections(), ElementsAre(type::GOALS));
  EXPECT_THAT(aunt->act_sections(), IsEmpty());
  EXPECT_THAT(own(kMother)->act_sections(), SizeIs(authz::AllSections().size()));
  for (const char* other : {kOwner, kCoordinator, "persons/stranger"}) {
    EXPECT_FALSE(own(other).has_value()) << other;
  }
  EXPECT_FALSE(own(kMother, type::PRACTITIONER).has_value());
}

TEST(Mandate, EndsWithThePlanAndGivesWayToBlocks) {
  pb::CarePlan plan = Represented();
  pb::AccessBlock block;
  block.set_person(kAunt);
  Must(Do(plan, [&](pb::CarePlan& p) { return BlockAccess(p, OwnerAct(), block); }));
  EXPECT_THAT(MandateIn(plan, kAunt, kNow).read_sections(), IsEmpty());
  for (const auto state :
       {pb::CarePlan::COMPLETED, pb::CarePlan::REVOKED, pb::CarePlan::ENTERED_IN_ERROR}) {
    plan.set_state(state);
    EXPECT_EQ(MandateIn(plan, kMother, kNow).ByteSizeLong(), 0u) << state;
  }
}

}  // namespace
}  // namespace ip::plan::testing
