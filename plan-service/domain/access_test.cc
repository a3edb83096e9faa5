// Facts, decisions, views and obligations: what leaves a plan, and to whom.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "plan-service/domain/facts.h"
#include "plan-service/domain/obligations.h"
#include "plan-service/domain/test_plan.h"
#include "plan-service/domain/view.h"

namespace ip::plan::testing {
namespace {

using authz::Decide;
using authz::Sections;
using type::Obligation;

Caller Citizen(const std::string& person) {
  Caller caller;
  caller.person = person;
  caller.role = type::CITIZEN;
  return caller;
}

Caller Worker(const std::string& person, type::Role role = type::PRACTITIONER,
              const std::string& organization = kOrganization) {
  Caller caller;
  caller.person = person;
  caller.role = role;
  caller.organization = organization;
  return caller;
}

authz::Decision Read(const pb::CarePlan& plan, const Caller& caller, const std::string& unit = "",
                     int days = 0) {
  return Decide(type::READ_PLAN, GatherFacts(plan, caller, unit, kNow + absl::Hours(24) * days));
}

TEST(Facts, OwnerAndCoordinatorSeeAllOthersNothing) {
  const pb::CarePlan plan = ActivePlan();
  EXPECT_EQ(Read(plan, Citizen(kOwner)).sections, authz::AllSections());
  EXPECT_EQ(Read(plan, Worker(kCoordinator)).sections, authz::AllSections());
  EXPECT_FALSE(Read(plan, Citizen("persons/stranger")).allowed);
  EXPECT_FALSE(Read(plan, Worker("persons/stranger")).allowed);
}

TEST(Facts, ARelationHoldsOnlyInItsCapacity) {
  const pb::CarePlan plan = ActivePlan();
  EXPECT_FALSE(Read(plan, Worker(kOwner)).allowed);
  EXPECT_FALSE(Read(plan, Citizen(kCoordinator)).allowed);
  EXPECT_FALSE(
      Read(plan, Worker(kCoordinator, type::PRACTITIONER, "organizations/999990099")).allowed);
}

TEST(Facts, UnitSeesTheOverviewAndTheComplaintsOfItsOwnPlans) {
  const pb::CarePlan plan = ActivePlan();
  const Caller worker = Worker("persons/w", type::CASE_WORKER);
  EXPECT_EQ(Read(plan, worker, kUnit).sections, (Sections{type::OVERVIEW, type::DECISIONS}));
  EXPECT_FALSE(Read(plan, worker, "units/other").allowed);
  EXPECT_FALSE(Read(plan, worker, "").allowed);
}

TEST(Facts, NomineeSeesTheOverviewUntilTheyAnswer) {
  pb::CarePlan plan = DraftPlan();
  const std::string appointment = Nominate(plan, kCoordinator);
  EXPECT_EQ(Read(plan, Worker(kCoordinator)).sections, Sections{type::OVERVIEW});
  Accept(plan, appointment, kCoordinator);
  EXPECT_EQ(Read(plan, Worker(kCoordinator)).sections, authz::AllSections());
}

TEST(Facts, Check04_WithdrawalTakesEffectAtOnce) {
  pb::CarePlan plan = ActivePlan();
  EXPECT_EQ(Read(plan, Worker(kHelper)).sections,
            (Sections{type::OVERVIEW, type::GOALS, type::ACTIVITIES}));
  const auto& consent = plan.consents(1);
  Must(Do(plan, [&](pb::CarePlan& p) {
    return WithdrawConsent(p, OwnerAct(), Request(consent.name(), consent.etag()));
  }));
  EXPECT_FALSE(Read(plan, Worker(kHelper)).allowed);
  EXPECT_FALSE(WaitsForShare(plan, Worker(kHelper), OsloDay(kNow)));
}

TEST(Facts, AShareEndsWithItsPeriod) {
  pb::CarePlan plan = ActivePlan();
  *plan.mutable_consents(1)->mutable_period()->mutable_end_date() = ToDate(OsloDay(kNow) + 5);
  EXPECT_TRUE(Read(plan, Worker(kHelper), "", 5).allowed);
  EXPECT_FALSE(Read(plan, Worker(kHelper), "", 6).allowed);
}

TEST(Facts, WhoIsAskedWithoutAShareIsToldWhatIsMissing) {
  pb::CarePlan plan = DraftPlan();
  AddActivity(plan, AddHelper(plan));
  EXPECT_FALSE(Read(plan, Worker(kHelper)).allowed);
  EXPECT_TRUE(WaitsForShare(plan, Worker(kHelper), OsloDay(kNow)));
  EXPECT_FALSE(WaitsForShare(plan, Worker("persons/stranger"), OsloDay(kNow)));
  pb::AccessBlock block;
  block.set_person(kHelper);
  Must(Do(plan, [&](pb::CarePlan& p) { return BlockAccess(p, OwnerAct(), block); }));
  EXPECT_FALSE(WaitsForShare(plan, Worker(kHelper), OsloDay(kNow)));
}

TEST(Facts, BlocksBeatConsentsAndRoles) {
  pb::CarePlan plan = ActivePlan();
  pb::AccessBlock block;
  block.set_organization(kOrganization);
  Must(Do(plan, [&](pb::CarePlan& p) { return BlockAccess(p, OwnerAct(), block); }));
  EXPECT_FALSE(Read(plan, Worker(kHelper)).allowed);
  EXPECT_FALSE(Read(plan, Worker(kCoordinator)).allowed);
  EXPECT_TRUE(Read(plan, Citizen(kOwner)).allowed);
}

TEST(Facts, RepresentativeActsWithinTheirMandate) {
  pb::CarePlan plan = ActivePlan();
  pb::Representative mother;
  mother.set_kind(pb::Representative::GUARDIAN);
  mother.set_display_name("Mor");
  mother.set_basis("vedtak");
  *mother.mutable_period()->mutable_start_date() = ToDate(OsloDay(kNow));
  *mother.mutable_period()->mutable_end_date() = ToDate(OsloDay(kNow) + 10);
  mother.add_sections(type::GOALS);
  Must(Do(plan, [&](pb::CarePlan& p) {
    return CreateRepresentative(p, OwnerAct(), mother, "persons/mother");
  }));
  EXPECT_EQ(Read(plan, Citizen("persons/mother")).sections, Sections{type::GOALS});
  const auto write = [&](int days) {
    return Decide(type::WRITE_OWN_WORDS,
                  GatherFacts(plan, Citizen("persons/mother"), "", kNow + absl::Hours(24) * days))
        .allowed;
  };
  EXPECT_FALSE(write(0));
  plan.mutable_representatives(0)->set_may_act(true);
  EXPECT_TRUE(write(10));
  EXPECT_FALSE(write(11));
  Caller elsewhere = Citizen("persons/mother");
  elsewhere.acting_for = "persons/another";
  EXPECT_FALSE(Read(plan, elsewhere).allowed);
}

TEST(View, LeavesOutWhatIsNotSharedAndSaysSo) {
  pb::CarePlan plan = ActivePlan();
  MakeView(plan, Read(plan, Worker(kHelper)), OsloDay(kNow), RulesNow());
  EXPECT_EQ(plan.goals_size(), 1);
  EXPECT_EQ(plan.needs_size(), 0);
  EXPECT_EQ(plan.participants_size(), 0);
  EXPECT_THAT(plan.redacted_sections(), ::testing::Contains(type::NEEDS));
}

TEST(View, HidesProtectedParticipantsFromTheGroup) {
  pb::CarePlan plan = ActivePlan();
  plan.mutable_participants(1)->set_protected_identity(true);
  pb::CarePlan own = plan;
  MakeView(own, Read(plan, Citizen(kOwner)), OsloDay(kNow), RulesNow());
  EXPECT_EQ(own.participants(1).display_name(), "Amina Lie");
  plan.mutable_consents(1)->add_sections(type::TEAM);
  pb::CarePlan others = plan;
  MakeView(others, Read(plan, Worker(kHelper)), OsloDay(kNow), RulesNow());
  EXPECT_EQ(others.participants(1).display_name(), "");
  EXPECT_EQ(others.coordinator_appointments(0).person(), "");
  EXPECT_EQ(others.participants(2).display_name(), "Per Vik");
}

std::string Parties(const type::ObligationEvent& event, Obligation::Kind kind) {
  std::string out;
  for (const auto& duty : event.obligations()) {
    if (duty.kind() != kind) continue;
    for (const auto& party : duty.parties()) {
      out += Obligation::Capacity_Name(party.capacity()) + "=" + party.recipient() + " ";
    }
  }
  return out;
}

TEST(Obligations, OfAnActivePlan) {
  const pb::CarePlan plan = ActivePlan();
  const auto event = ObligationsOf(plan, OsloDay(kNow));
  EXPECT_EQ(event.aggregate(), plan.name());
  EXPECT_EQ(event.revision(), plan.revision());
  EXPECT_EQ(Parties(event, Obligation::PLAN_EVALUATION),
            "COORDINATOR=persons/coordinator RESPONSIBLE=persons/helper OWNER=persons/owner "
            "UNIT=units/fjordvik UNIT_LEADER=units/fjordvik ");
  EXPECT_EQ(Parties(event, Obligation::COMMITMENT_ANSWER),
            "RESPONSIBLE=persons/helper COORDINATOR=persons/coordinator UNIT=units/fjordvik "
            "UNIT_LEADER=units/fjordvik ");
  EXPECT_EQ(Parties(event, Obligation::ACTIVITY_DUE),
            "RESPONSIBLE=persons/helper COORDINATOR=persons/coordinator ");
  EXPECT_EQ(Parties(event, Obligation::COORDINATOR_VACANCY), "");
}

TEST(Obligations, HoldNoFreeText) {
  pb::CarePlan plan = ActivePlan();
  const std::string wire = ObligationsOf(plan, OsloDay(kNow)).SerializeAsString();
  for (const char* text : {"Kari", "handle", "butikken", "Per", "fjordvik.example"}) {
    EXPECT_EQ(wire.find(text), std::string::npos) << text;
  }
}

TEST(Obligations, RestWhilePausedAndEndWithThePlan) {
  pb::CarePlan plan = ActivePlan();
  plan.set_state(pb::CarePlan::ON_HOLD);
  EXPECT_EQ(Parties(ObligationsOf(plan, OsloDay(kNow)), Obligation::PLAN_EVALUATION), "");
  plan.set_state(pb::CarePlan::REVOKED);
  EXPECT_EQ(ObligationsOf(plan, OsloDay(kNow)).obligations_size(), 0);
}

TEST(Obligations, Check08_VacancyIsTheUnitsAtOnceWhenACoordinatorLeaves) {
  pb::CarePlan plan = DraftPlan();
  auto event = ObligationsOf(plan, OsloDay(kNow));
  ASSERT_EQ(event.obligations_size(), 1);
  EXPECT_EQ(ToDay(event.obligations(0).due_date()), OsloDay(kNow) + 3);
  Nominate(plan, kCoordinator);
  event = ObligationsOf(plan, OsloDay(kNow));
  EXPECT_EQ(Parties(event, Obligation::COORDINATOR_VACANCY), "");
  EXPECT_EQ(Parties(event, Obligation::COORDINATOR_ANSWER),
            "RESPONSIBLE=persons/coordinator UNIT=units/fjordvik UNIT_LEADER=units/fjordvik ");
  plan = ActivePlan();
  const auto& appointment = plan.coordinator_appointments(0);
  Must(Do(plan, [&](pb::CarePlan& p) {
    return EndAppointment(p, UnitAct(), Request(appointment.name(), appointment.etag()));
  }));
  event = ObligationsOf(plan, OsloDay(kNow));
  EXPECT_EQ(Parties(event, Obligation::COORDINATOR_VACANCY),
            "UNIT=units/fjordvik UNIT_LEADER=units/fjordvik ");
  for (const auto& duty : event.obligations()) {
    EXPECT_TRUE(duty.kind() != Obligation::COORDINATOR_VACANCY || !duty.has_due_date());
  }
}

// Until somebody is nominated, then it is theirs to answer; anew when they decline.
TEST(Obligations, AHandOverIsTheUnitsWhileNobodyIsNominated) {
  pb::CarePlan plan = ActivePlan();
  const std::string first = plan.coordinator_appointments(0).name();
  const auto find = [&] {
    return Parties(ObligationsOf(plan, OsloDay(kNow)), Obligation::COORDINATOR_HANDOVER);
  };
  const auto as = [&](auto rule, const Act& act, const std::string& name) {
    return Do(plan, [&](pb::CarePlan& p) {
      return rule(p, act, Request(name, Appointment(p, name).etag(), "Flytter"));
    });
  };
  const std::string units = "UNIT=units/fjordvik UNIT_LEADER=units/fjordvik ";
  EXPECT_EQ(find(), "");
  Must(as(RequestHandover, CoordinatorAct(), first));
  EXPECT_EQ(find(), units);
  const auto event = ObligationsOf(plan, OsloDay(kNow));
  for (const auto& duty : event.obligations()) {
    if (duty.kind() != Obligation::COORDINATOR_HANDOVER) continue;
    EXPECT_EQ(duty.name(), first);
    EXPECT_FALSE(duty.has_due_date());
  }
  const std::string second = Nominate(plan, "persons/next");
  EXPECT_EQ(find(), "");
  Must(as(DeclineAppointment, Act{"persons/next", false, false, kNow}, second));
  EXPECT_EQ(find(), units);
  plan.set_state(pb::CarePlan::ON_HOLD);
  EXPECT_EQ(find(), units);
  Must(as(WithdrawHandover, CoordinatorAct(), first));
  EXPECT_EQ(find(), "");
}

TEST(Obligations, WhoIsBlockedGetsNoMail) {
  pb::CarePlan plan = ActivePlan();
  pb::AccessBlock block;
  block.set_person(kHelper);
  Must(Do(plan, [&](pb::CarePlan& p) { return BlockAccess(p, OwnerAct(), block); }));
  EXPECT_EQ(Parties(ObligationsOf(plan, OsloDay(kNow)), Obligation::ACTIVITY_DUE),
            "COORDINATOR=persons/coordinator ");
}

}  // namespace
}  // namespace ip::plan::testing
