#include "plan-service/domain/facts.h"

#include <algorithm>

#include "plan-service/domain/consents.h"
#include "plan-service/domain/dates.h"
#include "plan-service/domain/names.h"
#include "plan-service/domain/oversight.h"
#include "plan-service/domain/team.h"

namespace ip::plan {
namespace {

namespace pb = individuellplan::plan::v1;
namespace type = individuellplan::type::v1;
using authz::Facts;
using authz::Relation;
using authz::Sections;

bool IsOver(const pb::CarePlan& plan) {
  return plan.state() == pb::CarePlan::REVOKED || plan.state() == pb::CarePlan::ENTERED_IN_ERROR;
}

template <class List>
Sections ToSections(const List& list) {
  Sections sections;
  for (const int section : list) sections.insert(static_cast<type::Section>(section));
  return sections;
}

// Logged in for the organization that the entry names, or the entry names none.
bool WorksThere(const pb::Participant& participant, const Caller& caller) {
  return participant.organization().empty() || participant.organization() == caller.organization;
}

bool IsCalledBy(const pb::Participant& participant, const Caller& caller) {
  if (participant.person() != caller.person || caller.person.empty()) return false;
  switch (participant.kind()) {
    case pb::Participant::PROFESSIONAL:
      return caller.role == type::PRACTITIONER && WorksThere(participant, caller);
    case pb::Participant::RELATED_PERSON:
      return caller.role == type::CITIZEN && caller.acting_for.empty();
    default:
      return false;
  }
}

void AddBlocks(const pb::CarePlan& plan, const std::string& person, const std::string& organization,
               Facts& facts) {
  for (const pb::AccessBlock& block : plan.access_blocks()) {
    if (block.has_lift_time()) continue;
    const bool meant = (!block.person().empty() && block.person() == person) ||
                       (!block.organization().empty() && block.organization() == organization);
    if (!meant) continue;
    if (block.sections().empty()) facts.blocked = true;
    for (const int section : block.sections()) {
      facts.blocked_sections.insert(static_cast<type::Section>(section));
    }
  }
}

void AddCitizen(const pb::CarePlan& plan, const Caller& caller, absl::CivilDay today,
                Facts& facts) {
  const std::string& owner = plan.subject().person();
  if (caller.acting_for.empty() && caller.person == owner) {
    facts.bases.push_back({Relation::kOwner, {}, ""});
  }
  if (!caller.acting_for.empty() && caller.acting_for != owner) return;
  for (const pb::Representative& representative : plan.representatives()) {
    if (representative.person() != caller.person || !Represents(representative, today)) continue;
    facts.bases.push_back({representative.may_act() ? Relation::kRepresentative : Relation::kReader,
                           representative.sections().empty()
                               ? authz::AllSections()
                               : ToSections(representative.sections()),
                           ""});
  }
}

void AddCoordinator(const pb::CarePlan& plan, const Caller& caller, absl::CivilDay today,
                    Facts& facts) {
  const auto works_there = [&](const pb::CoordinatorAppointment& appointment) {
    const pb::Participant* participant = FindByName(plan.participants(), appointment.participant());
    return appointment.person() == caller.person && !caller.person.empty() &&
           (participant == nullptr || WorksThere(*participant, caller));
  };
  for (const auto* appointment : CoordinatorsOn(plan, today)) {
    if (works_there(*appointment)) {
      facts.bases.push_back({Relation::kCoordinator, {}, ""});
      break;
    }
  }
  for (const auto& appointment : plan.coordinator_appointments()) {
    if (appointment.state() == pb::CoordinatorAppointment::NOMINATED && works_there(appointment)) {
      facts.bases.push_back({Relation::kNominee, {type::OVERVIEW}, ""});
      break;
    }
  }
}

// An emergency opens the plan to the very login it was opened from. Apart from it, health personnel
// who have nothing to do with the plan may ask for it; nobody may for their own.
void AddHealthPersonnel(const pb::CarePlan& plan, const Caller& caller, absl::Time now,
                        Facts& facts) {
  for (const pb::EmergencyAccess& access : plan.emergency_accesses()) {
    if (access.accessor() == caller.person && access.organization() == caller.organization &&
        InForce(access, now) && !IsOver(plan)) {
      facts.bases.push_back({Relation::kEmergency, {}, ""});
      break;
    }
  }
  const auto is_caller = [&](const auto& who) { return who.person() == caller.person; };
  if (!caller.hpr_number.empty() && !is_caller(plan.subject()) &&
      std::none_of(plan.representatives().begin(), plan.representatives().end(), is_caller)) {
    facts.bases.push_back({Relation::kHealthPersonnel, {}, ""});
  }
}

// A consent with a purpose covers only calls that state that purpose; one without covers the work
// with the plan, which is everybody's in the group whatever they state.
bool CoversPurpose(const pb::Consent& consent, const std::string& purpose_of_use) {
  return consent.purpose().empty() || consent.purpose() == purpose_of_use;
}

void AddShares(const pb::CarePlan& plan, const pb::Participant& participant,
               const std::string& purpose_of_use, absl::CivilDay today, Facts& facts) {
  if (IsOver(plan) || !Covers(participant.period(), today)) return;
  for (const pb::Consent& consent : plan.consents()) {
    if (consent.kind() != pb::Consent::SHARE || consent.participant() != participant.name() ||
        !InForce(consent, today) || !CoversPurpose(consent, purpose_of_use)) {
      continue;
    }
    Sections sections = ToSections(consent.sections());
    sections.insert(type::OVERVIEW);
    facts.bases.push_back({Relation::kParticipant, std::move(sections), consent.name()});
  }
}

}  // namespace

Facts GatherFacts(const pb::CarePlan& plan, const Caller& caller, const std::string& unit,
                  absl::Time now) {
  const absl::CivilDay today = OsloDay(now);
  Facts facts;
  AddBlocks(plan, caller.person, caller.organization, facts);
  switch (caller.role) {
    case type::CITIZEN:
      AddCitizen(plan, caller, today, facts);
      break;
    case type::PRACTITIONER:
      AddCoordinator(plan, caller, today, facts);
      AddHealthPersonnel(plan, caller, now, facts);
      break;
    case type::CASE_WORKER:
      if (!unit.empty() && unit == plan.unit()) {
        // Complaints come to the unit that decided (pbrl § 7-2).
        facts.bases.push_back({Relation::kCaseWorker, {type::OVERVIEW, type::DECISIONS}, ""});
      }
      break;
    case type::UNIT_LEADER:
      if (!unit.empty() && unit == plan.unit()) {
        facts.bases.push_back({Relation::kUnitLeader, {type::OVERVIEW}, ""});
      }
      break;
    case type::SERVICE:
      facts.bases.push_back({Relation::kService, {}, ""});
      break;
    default:
      break;
  }
  for (const pb::Participant& participant : plan.participants()) {
    if (IsCalledBy(participant, caller)) {
      AddShares(plan, participant, caller.purpose_of_use, today, facts);
    }
  }
  return facts;
}

Facts FactsOfParticipant(const pb::CarePlan& plan, const pb::Participant& participant,
                         const pb::Consent* hypothetical, const std::string& purpose_of_use,
                         absl::Time now) {
  const absl::CivilDay today = OsloDay(now);
  Caller caller;
  caller.person = participant.person();
  caller.organization = participant.organization();
  caller.role =
      participant.kind() == pb::Participant::PROFESSIONAL ? type::PRACTITIONER : type::CITIZEN;
  caller.purpose_of_use = hypothetical != nullptr && !hypothetical->purpose().empty()
                              ? hypothetical->purpose()
                              : purpose_of_use;
  Facts facts = GatherFacts(plan, caller, "", now);
  if (hypothetical != nullptr && !IsOver(plan) && Covers(participant.period(), today) &&
      Covers(hypothetical->period(), today)) {
    Sections sections = ToSections(hypothetical->sections());
    sections.insert(type::OVERVIEW);
    facts.bases.push_back({Relation::kParticipant, std::move(sections), ""});
  }
  return facts;
}

bool WaitsForShare(const pb::CarePlan& plan, const Caller& caller, absl::CivilDay today) {
  if (IsOver(plan)) return false;
  Facts blocks;
  AddBlocks(plan, caller.person, caller.organization, blocks);
  if (blocks.blocked) return false;
  for (const pb::Participant& participant : plan.participants()) {
    if (!IsCalledBy(participant, caller) || !Covers(participant.period(), today)) continue;
    for (const pb::Consent& consent : plan.consents()) {
      if (consent.participant() == participant.name()) return false;
    }
    for (const pb::Activity& activity : plan.activities()) {
      if (activity.responsible() == participant.name() &&
          activity.commitment() == pb::Activity::REQUESTED) {
        return true;
      }
    }
  }
  return false;
}

}  // namespace ip::plan
