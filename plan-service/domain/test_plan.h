// A plan as tests want it: complete by § 19 and approved, one step from activation.
#ifndef PLAN_SERVICE_DOMAIN_TEST_PLAN_H_
#define PLAN_SERVICE_DOMAIN_TEST_PLAN_H_

#include <gtest/gtest.h>

#include <fstream>
#include <sstream>
#include <string>

#include "lib/base/errors.h"
#include "plan-service/domain/activities.h"
#include "plan-service/domain/consents.h"
#include "plan-service/domain/dates.h"
#include "plan-service/domain/evaluations.h"
#include "plan-service/domain/goals.h"
#include "plan-service/domain/names.h"
#include "plan-service/domain/plans.h"
#include "plan-service/domain/team.h"

namespace ip::plan::testing {

namespace pb = individuellplan::plan::v1;
namespace type = individuellplan::type::v1;

inline constexpr char kOwner[] = "persons/owner";
inline constexpr char kCoordinator[] = "persons/coordinator";
inline constexpr char kHelper[] = "persons/helper";
inline constexpr char kUnit[] = "units/fjordvik";
inline constexpr char kOrganization[] = "organizations/999990003";

inline absl::Time At(int year, int month, int day) {
  return absl::FromCivil(absl::CivilSecond(year, month, day, 10), Oslo());
}
inline const absl::Time kNow = At(2026, 3, 2);

inline Act OwnerAct() { return {kOwner, true, false, kNow}; }
inline Act CoordinatorAct() { return {kCoordinator, false, true, kNow}; }
inline Act UnitAct() { return {"persons/caseworker", false, false, kNow}; }
inline Act HelperAct() { return {kHelper, false, false, kNow}; }

template <class T>
T Must(absl::StatusOr<T> result) {
  EXPECT_TRUE(result.ok()) << result.status();
  return result.ok() ? *std::move(result) : T();
}

inline const RuleBook& Rules() {
  static const RuleBook* const rules = new RuleBook(Must(RuleBook::Load(IP_PLAN_RULES_DIR)));
  return *rules;
}
inline const RuleSet& RulesNow() { return Rules().On(OsloDay(kNow)); }

// Runs a change as the service does: on a copy that replaces the plan when all is well.
template <class Change>
absl::StatusOr<std::string> Do(pb::CarePlan& plan, Change change) {
  pb::CarePlan copy = plan;
  absl::StatusOr<std::string> result = change(copy);
  if (!result.ok()) return result;
  Stamp(plan, copy, kNow);
  plan = copy;
  return result;
}

inline pb::ActionRequest Request(const std::string& name, const std::string& etag,
                                 const std::string& reason = "fordi") {
  pb::ActionRequest request;
  request.set_name(name);
  request.set_etag(etag);
  request.set_reason(reason);
  return request;
}

inline pb::CreatePlanRequest NewPlanRequest() {
  pb::CreatePlanRequest request;
  request.mutable_plan()->mutable_subject()->set_display_name("Kari Nordli");
  request.mutable_plan()->set_municipality_code("4699");
  request.mutable_plan()->set_unit(kUnit);
  request.mutable_consent()->set_kind(pb::Consent::CREATE_PLAN);
  request.mutable_consent()->set_form(pb::Consent::PAPER);
  request.mutable_consent()->set_form_reference("arkiv 26/1");
  request.mutable_consent()->set_informed(true);
  return request;
}

inline pb::Participant Professional(const std::string& name) {
  pb::Participant participant;
  participant.set_kind(pb::Participant::PROFESSIONAL);
  participant.set_display_name(name);
  participant.set_role_title("Ergoterapeut");
  participant.set_organization(kOrganization);
  participant.set_work_email("noen@fjordvik.example");
  return participant;
}

inline std::string Nominate(
    pb::CarePlan& plan, const std::string& person,
    pb::CoordinatorAppointment::Kind kind = pb::CoordinatorAppointment::COORDINATOR) {
  pb::NominateCoordinatorRequest request;
  request.set_plan(plan.name());
  request.set_kind(kind);
  *request.mutable_candidate() = Professional("Amina Lie");
  return Must(Do(
      plan, [&](pb::CarePlan& p) { return NominateCoordinator(p, UnitAct(), request, person); }));
}

inline const pb::CoordinatorAppointment& Appointment(const pb::CarePlan& plan,
                                                     const std::string& name) {
  return *FindByName(plan.coordinator_appointments(), name);
}

inline void Accept(pb::CarePlan& plan, const std::string& appointment, const std::string& person) {
  Must(Do(plan, [&](pb::CarePlan& p) {
    return AcceptAppointment(p, {person, false, false, kNow},
                             Request(appointment, Appointment(p, appointment).etag()));
  }));
}

inline pb::CarePlan DraftPlan() {
  return Must(NewPlan(UnitAct(), NewPlanRequest(), "plans/plan-1", kOwner));
}

inline std::string AddHelper(pb::CarePlan& plan) {
  return Must(Do(plan, [](pb::CarePlan& p) {
    return CreateParticipant(p, CoordinatorAct(), Professional("Per Vik"), kHelper);
  }));
}

inline std::string Share(pb::CarePlan& plan, const std::string& participant,
                         std::initializer_list<type::Section> sections) {
  pb::Consent consent;
  consent.set_kind(pb::Consent::SHARE);
  consent.set_participant(participant);
  for (const auto section : sections) consent.add_sections(section);
  consent.set_form(pb::Consent::ELECTRONIC);
  consent.set_informed(true);
  const Act owner{plan.subject().person(), true, false, kNow};
  return Must(Do(plan, [&](pb::CarePlan& p) { return AddConsent(p, owner, consent, ""); }));
}

inline std::string AddActivity(pb::CarePlan& plan, const std::string& responsible) {
  pb::Activity activity;
  activity.set_title("Følge til butikken");
  activity.set_extent("2 timer hver uke");
  activity.set_implementation("Per møter Kari hjemme");
  activity.set_responsible(responsible);
  *activity.mutable_period()->mutable_start_date() = ToDate(OsloDay(kNow));
  *activity.mutable_period()->mutable_end_date() = ToDate(OsloDay(kNow) + 90);
  return Must(
      Do(plan, [&](pb::CarePlan& p) { return CreateActivity(p, CoordinatorAct(), activity); }));
}

inline std::string AddEvaluation(pb::CarePlan& plan, int days) {
  pb::Evaluation evaluation;
  *evaluation.mutable_due_date() = ToDate(OsloDay(kNow) + days);
  return Must(
      Do(plan, [&](pb::CarePlan& p) { return CreateEvaluation(p, CoordinatorAct(), evaluation); }));
}

inline std::string AddGoal(pb::CarePlan& plan, const Act& act) {
  pb::Goal goal;
  goal.mutable_own_words()->set_text("Jeg vil handle selv");
  return Must(Do(plan, [&](pb::CarePlan& p) { return CreateGoal(p, act, goal); }));
}

inline pb::CarePlan CompleteDraft() {
  pb::CarePlan plan = DraftPlan();
  Accept(plan, Nominate(plan, kCoordinator), kCoordinator);
  AddGoal(plan, OwnerAct());
  const std::string helper = AddHelper(plan);
  Share(plan, helper, {type::GOALS, type::ACTIVITIES});
  AddActivity(plan, helper);
  AddEvaluation(plan, 60);
  pb::UpdatePlanRequest update;
  *update.mutable_plan()->mutable_period()->mutable_start_date() = ToDate(OsloDay(kNow));
  update.mutable_plan()->set_strengths_none_stated(true);
  update.mutable_plan()->set_collaboration_none_needed(true);
  auto* need = update.mutable_plan()->add_needs();
  need->set_text("Noen å gå sammen med");
  need->set_life_area(type::DAILY_LIVING);
  Must(Do(plan, [&](pb::CarePlan& p) { return UpdatePlan(p, CoordinatorAct(), update); }));
  Must(Do(plan, [&](pb::CarePlan& p) {
    return ApprovePlan(p, OwnerAct(), Request(p.name(), p.etag()));
  }));
  return plan;
}

inline pb::CarePlan ActivePlan() {
  pb::CarePlan plan = CompleteDraft();
  Must(Do(plan, [&](pb::CarePlan& p) {
    return ActivatePlan(p, CoordinatorAct(), Request(p.name(), p.etag()), RulesNow());
  }));
  return plan;
}

}  // namespace ip::plan::testing

#endif  // PLAN_SERVICE_DOMAIN_TEST_PLAN_H_
