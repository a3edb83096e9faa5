#include "plan-service/domain/view.h"

#include "individuellplan/type/v1/access.pb.h"
#include "plan-service/domain/alarms.h"
#include "plan-service/domain/dates.h"
#include "plan-service/domain/evaluations.h"
#include "plan-service/domain/names.h"
#include "plan-service/domain/team.h"

namespace ip::plan {
namespace {

namespace pb = individuellplan::plan::v1;
namespace type = individuellplan::type::v1;

}  // namespace

bool SeesWholeLog(const authz::Decision& decision) {
  return decision.reason == "OWNER" || decision.reason == "UNIT_LEADER" ||
         (decision.reason == "REPRESENTATIVE" && decision.sections.contains(type::CONSENTS));
}

bool SeesProtected(const authz::Decision& decision) {
  return decision.reason == "OWNER" || decision.reason == "REPRESENTATIVE" ||
         decision.reason == "COORDINATOR";
}

void HideIdentity(pb::Participant& participant) {
  participant.clear_person();
  participant.clear_display_name();
  participant.clear_role_title();
  participant.clear_organization();
  participant.clear_organization_display_name();
  participant.clear_phone();
  participant.clear_work_email();
}

void MakeView(pb::CarePlan& plan, const authz::Decision& decision, absl::CivilDay today,
              const RuleSet& rules) {
  plan.clear_alarms();
  for (const auto alarm : AlarmsOn(plan, today, rules)) plan.add_alarms(alarm);
  if (!SeesProtected(decision)) {
    for (pb::Participant& participant : *plan.mutable_participants()) {
      if (!participant.protected_identity()) continue;
      for (auto& appointment : *plan.mutable_coordinator_appointments()) {
        if (appointment.participant() == participant.name()) appointment.clear_person();
      }
      HideIdentity(participant);
    }
  }
  if (decision.reason != "OWNER" && decision.reason != "REPRESENTATIVE") {
    plan.clear_access_questions();
  }
  // That a period has run out changes nothing that is stored; readers need not compute it.
  for (pb::Consent& consent : *plan.mutable_consents()) {
    if (consent.state() == pb::Consent::ACTIVE && consent.period().has_end_date() &&
        ToDay(consent.period().end_date()) < today) {
      consent.set_state(pb::Consent::EXPIRED);
    }
  }
  plan.clear_redacted_sections();
  for (const auto section : authz::Prune(plan, decision.sections)) {
    plan.add_redacted_sections(section);
  }
}

pb::PlanSummary Summarize(const pb::CarePlan& plan, const authz::Decision& decision,
                          absl::CivilDay today, const RuleSet& rules) {
  pb::PlanSummary summary;
  summary.set_name(plan.name());
  summary.set_state(plan.state());
  summary.set_unit(plan.unit());
  *summary.mutable_update_time() = plan.update_time();
  const bool sees = decision.sections.contains(type::OVERVIEW);
  // Who represents the owner in other parts alone knows whom they represent.
  if (sees || decision.reason == "REPRESENTATIVE" || decision.reason == "READER") {
    summary.set_subject_display_name(plan.subject().display_name());
  }
  if (!sees) return summary;
  const auto coordinators = CoordinatorsOn(plan, today);
  if (!coordinators.empty()) {
    const pb::Participant* participant =
        FindByName(plan.participants(), coordinators.front()->participant());
    if (participant != nullptr && (!participant->protected_identity() || SeesProtected(decision))) {
      summary.set_coordinator(coordinators.front()->person());
      summary.set_coordinator_display_name(participant->display_name());
    }
  }
  if (const pb::Evaluation* next = NextEvaluation(plan)) {
    *summary.mutable_next_evaluation_date() = next->due_date();
    *summary.mutable_first_evaluation_date() = next->first_due_date();
    summary.set_evaluation_reschedule_count(next->reschedule_count());
  }
  for (const auto alarm : AlarmsOn(plan, today, rules)) summary.add_alarms(alarm);
  return summary;
}

}  // namespace ip::plan
