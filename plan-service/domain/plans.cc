#include "plan-service/domain/plans.h"

#include <set>
#include <vector>

#include "absl/strings/str_cat.h"
#include "lib/base/errors.h"
#include "plan-service/domain/consents.h"
#include "plan-service/domain/dates.h"
#include "plan-service/domain/evaluations.h"
#include "plan-service/domain/goals.h"
#include "plan-service/domain/names.h"
#include "plan-service/domain/text.h"
#include "plan-service/domain/transitions.h"

namespace ip::plan {
namespace {

namespace pb = individuellplan::plan::v1;
namespace type = individuellplan::type::v1;
using pb::CarePlan;

// Of several on one day the one that was planned last.
const pb::Evaluation* LastHeld(const CarePlan& plan) {
  const pb::Evaluation* last = nullptr;
  for (const pb::Evaluation& evaluation : plan.evaluations()) {
    if (evaluation.state() != pb::Evaluation::HELD &&
        evaluation.state() != pb::Evaluation::APPROVED) {
      continue;
    }
    if (last == nullptr || ToDay(evaluation.held_date()) >= ToDay(last->held_date())) {
      last = &evaluation;
    }
  }
  return last;
}

const std::set<std::string>& EditableFields() {
  static const std::set<std::string> fields = {
      "period",     "what_matters_most",     "strengths",
      "needs",      "strengths_none_stated", "adaptation",
      "sub_plans",  "collaboration_needs",   "collaboration_none_needed",
      "legal_bases"};
  return fields;
}

void CheckContent(const CarePlan& plan, Violations& violations) {
  if (plan.has_period()) CheckPeriod("plan.period", plan.period(), violations);
  if (plan.has_what_matters_most()) {
    CheckOwnText("plan.what_matters_most", plan.what_matters_most(), violations);
  }
  CheckCount("plan.strengths", plan.strengths_size(), 100, violations);
  for (int i = 0; i < plan.strengths_size(); ++i) {
    CheckRequiredText(absl::StrCat("plan.strengths[", i, "].text"), plan.strengths(i).text(), 1000,
                      violations);
  }
  CheckCount("plan.needs", plan.needs_size(), 100, violations);
  for (int i = 0; i < plan.needs_size(); ++i) {
    const std::string field = absl::StrCat("plan.needs[", i, "]");
    CheckRequiredText(field + ".text", plan.needs(i).text(), 1000, violations);
    if (plan.needs(i).life_area() == individuellplan::type::v1::LIFE_AREA_UNSPECIFIED) {
      violations.Add(field + ".life_area", "is required.");
    }
  }
  CheckCount("plan.collaboration_needs", plan.collaboration_needs_size(), 100, violations);
  for (int i = 0; i < plan.collaboration_needs_size(); ++i) {
    const std::string field = absl::StrCat("plan.collaboration_needs[", i, "]");
    CheckRequiredText(field + ".party", plan.collaboration_needs(i).party(), 200, violations);
    CheckRequiredText(field + ".purpose", plan.collaboration_needs(i).purpose(), 1000, violations);
  }
  CheckCount("plan.sub_plans", plan.sub_plans_size(), 50, violations);
  for (int i = 0; i < plan.sub_plans_size(); ++i) {
    const std::string field = absl::StrCat("plan.sub_plans[", i, "]");
    CheckRequiredText(field + ".kind", plan.sub_plans(i).kind(), 50, violations);
    CheckRequiredText(field + ".display_name", plan.sub_plans(i).display_name(), 200, violations);
    CheckRequiredText(field + ".custodian", plan.sub_plans(i).custodian(), 200, violations);
    CheckText(field + ".uri", plan.sub_plans(i).uri(), 2000, violations);
  }
  const auto& adaptation = plan.adaptation();
  CheckText("plan.adaptation.background", adaptation.background(), 2000, violations);
  CheckCount("plan.adaptation.formats", adaptation.formats_size(), 20, violations);
  for (const auto& format : adaptation.formats()) {
    CheckText("plan.adaptation.formats", format, 100, violations);
  }
  CheckCount("plan.adaptation.interpreter_languages", adaptation.interpreter_languages_size(), 20,
             violations);
  for (const auto& language : adaptation.interpreter_languages()) {
    CheckText("plan.adaptation.interpreter_languages", language, 35, violations);
  }
}

absl::Status CheckNew(const pb::CreatePlanRequest& request) {
  const CarePlan& plan = request.plan();
  Violations violations;
  CheckRequiredText("plan.subject.display_name", plan.subject().display_name(), 200, violations);
  if (plan.subject().has_birth_date()) {
    CheckDate("plan.subject.birth_date", plan.subject().birth_date(), violations);
  }
  if (plan.municipality_code().size() != 4 ||
      plan.municipality_code().find_first_not_of("0123456789") != std::string::npos) {
    violations.Add("plan.municipality_code", "is required: four digits.");
  }
  if (plan.unit().rfind("units/", 0) != 0) {
    violations.Add("plan.unit", "is required: \"units/{unit}\" that answers for the plan.");
  }
  CheckText("plan.notice", plan.notice(), 200, violations);
  CheckContent(plan, violations);
  if (absl::Status status = violations.ToStatus(); !status.ok()) return status;
  return CheckOpeningConsent(request.consent());
}

absl::Status Move(CarePlan& plan, std::string_view action, CarePlan::State to) {
  absl::Status status = CheckTransition(PlanStates(), plan.state(), action, to);
  if (status.ok()) plan.set_state(to);
  return status;
}

}  // namespace

absl::StatusOr<CarePlan> NewPlan(const Act& act, const pb::CreatePlanRequest& request,
                                 const std::string& name, const std::string& person) {
  if (absl::Status status = CheckNew(request); !status.ok()) return status;
  const CarePlan& wanted = request.plan();
  CarePlan plan;
  plan.set_name(name);
  plan.set_state(CarePlan::DRAFT);
  *plan.mutable_subject() = wanted.subject();
  plan.mutable_subject()->set_person(person);
  plan.set_municipality_code(wanted.municipality_code());
  plan.set_unit(wanted.unit());
  plan.set_notice(wanted.notice());
  *plan.mutable_legal_bases() = wanted.legal_bases();
  if (wanted.has_period()) *plan.mutable_period() = wanted.period();
  *plan.mutable_strengths() = wanted.strengths();
  *plan.mutable_needs() = wanted.needs();
  *plan.mutable_collaboration_needs() = wanted.collaboration_needs();
  if (wanted.has_adaptation()) *plan.mutable_adaptation() = wanted.adaptation();

  pb::Participant& owner = *plan.add_participants();
  owner.set_name(NewChildName(name, "participants", act.now));
  owner.set_kind(pb::Participant::OWNER);
  owner.set_person(person);
  owner.set_display_name(wanted.subject().display_name());
  owner.set_language(wanted.subject().language());
  *owner.mutable_period()->mutable_start_date() = ToDate(act.Today());

  pb::Consent opening = request.consent();
  opening.clear_grantor_basis();
  auto consent = AddConsent(plan, act, opening, act.actor);
  if (!consent.ok()) return consent.status();
  // Whoever represents the owner is registered after the plan exists, so only their right is known.
  if (request.consent().grantor_basis() != pb::Representative::KIND_UNSPECIFIED) {
    plan.mutable_consents(0)->set_grantor_basis(request.consent().grantor_basis());
    plan.mutable_consents(0)->clear_grantor();
  }
  *plan.mutable_create_time() = ToTimestamp(act.now);
  Stamp(CarePlan(), plan, act.now);
  return plan;
}

absl::StatusOr<std::string> UpdatePlan(CarePlan& plan, const Act& act,
                                       const pb::UpdatePlanRequest& request) {
  auto touched = ApplyMask(request.plan(), request.update_mask(), EditableFields(), plan);
  if (!touched.ok()) return touched.status();
  if (touched->contains("what_matters_most")) {
    if (!act.as_owner) return OwnWordsAreTheOwners("plan.what_matters_most");
    if (plan.has_what_matters_most()) {
      Sign(*plan.mutable_what_matters_most(), plan.subject().person(), act);
    }
  }
  Violations violations;
  CheckContent(plan, violations);
  if (absl::Status status = violations.ToStatus(); !status.ok()) return status;
  if (absl::Status status = CheckEtagIfGiven(request.plan().etag(), plan.etag(), plan.name());
      !status.ok()) {
    return status;
  }
  if (absl::Status status = CheckOpen(plan, "UpdatePlan"); !status.ok()) return status;
  ContentChanged(plan, act);
  return plan.name();
}

authz::Sections SectionsOf(const pb::UpdatePlanRequest& request) {
  authz::Sections sections;
  for (const auto& name : FieldsMeant(request.plan(), request.update_mask(), EditableFields())) {
    const auto* field = CarePlan::descriptor()->FindFieldByName(name);
    if (field == nullptr || !EditableFields().contains(name))
      continue;  // UpdatePlan will refuse it
    const auto section = field->options().GetExtension(type::section);
    if (section == type::SECTION_UNSPECIFIED) return {};
    sections.insert(section);
  }
  return sections;
}

absl::StatusOr<std::string> ApprovePlan(CarePlan& plan, const Act& act,
                                        const pb::ActionRequest& request) {
  if (absl::Status status = CheckEtag(request.etag(), plan.etag(), plan.name()); !status.ok()) {
    return status;
  }
  if (absl::Status status = CheckOpen(plan, "ApprovePlan"); !status.ok()) return status;
  pb::Approval& approval = *plan.mutable_approval();
  approval.set_revision(plan.revision());
  approval.set_approver(act.actor);
  *approval.mutable_approve_time() = ToTimestamp(act.now);
  return plan.name();
}

absl::StatusOr<std::string> ActivatePlan(CarePlan& plan, const Act& act,
                                         const pb::ActionRequest& request, const RuleSet& rules) {
  if (absl::Status status = CheckEtag(request.etag(), plan.etag(), plan.name()); !status.ok()) {
    return status;
  }
  if (absl::Status status =
          CheckTransition(PlanStates(), plan.state(), "ActivatePlan", CarePlan::ACTIVE);
      !status.ok()) {
    return status;
  }
  std::vector<Precondition> gaps;
  for (const auto& finding : CheckSection19(plan, act.Today(), rules)) {
    if (finding.severity() != pb::CheckPlanResponse::Finding::BLOCKING) continue;
    gaps.push_back({absl::StrCat("19_", finding.letter()), finding.target(), finding.text().nb()});
  }
  if (!gaps.empty()) {
    return PreconditionsFailed("PLAN_INCOMPLETE",
                               "The plan lacks what § 19 demands. CheckPlan shows each gap and "
                               "where to mend it.",
                               gaps);
  }
  plan.set_state(CarePlan::ACTIVE);
  return plan.name();
}

absl::StatusOr<std::string> HoldPlan(CarePlan& plan, const Act& act,
                                     const pb::HoldPlanRequest& request) {
  Violations violations;
  CheckRequiredText("hold.reason", request.hold().reason(), 1000, violations);
  CheckDate("hold.resume_date", request.hold().resume_date(), violations);
  if (IsDay(request.hold().resume_date()) && ToDay(request.hold().resume_date()) <= act.Today()) {
    violations.Add("hold.resume_date", "must be after today.");
  }
  if (absl::Status status = violations.ToStatus(); !status.ok()) return status;
  if (absl::Status status = CheckEtag(request.etag(), plan.etag(), plan.name()); !status.ok()) {
    return status;
  }
  if (absl::Status status = Move(plan, "HoldPlan", CarePlan::ON_HOLD); !status.ok()) return status;
  *plan.mutable_hold() = request.hold();
  return plan.name();
}

absl::StatusOr<std::string> ResumePlan(CarePlan& plan, const Act& act,
                                       const pb::ActionRequest& request) {
  if (absl::Status status = CheckEtag(request.etag(), plan.etag(), plan.name()); !status.ok()) {
    return status;
  }
  if (absl::Status status =
          CheckTransition(PlanStates(), plan.state(), "ResumePlan", CarePlan::ACTIVE);
      !status.ok()) {
    return status;
  }
  const pb::Evaluation* next = NextEvaluation(plan);
  if (next == nullptr || ToDay(next->due_date()) < act.Today()) {
    return Error(absl::StatusCode::kFailedPrecondition, "EVALUATION_MISSING",
                 "No plan is active without an evaluation ahead (§ 19 g). Set a date first "
                 "(CreateEvaluation or RescheduleEvaluation).");
  }
  plan.set_state(CarePlan::ACTIVE);
  plan.clear_hold();
  return plan.name();
}

absl::StatusOr<std::string> CompletePlan(CarePlan& plan, const Act& act,
                                         const pb::ActionRequest& request) {
  if (absl::Status status = CheckEtag(request.etag(), plan.etag(), plan.name()); !status.ok()) {
    return status;
  }
  if (absl::Status status =
          CheckTransition(PlanStates(), plan.state(), "CompletePlan", CarePlan::COMPLETED);
      !status.ok()) {
    return status;
  }
  const pb::Evaluation* last = LastHeld(plan);
  if (last == nullptr || !last->closing()) {
    return Error(
        absl::StatusCode::kFailedPrecondition, "FINAL_EVALUATION_MISSING",
        last == nullptr
            ? "No evaluation has been held. A plan is completed after a final one: hold it "
              "first (HoldEvaluation with closing)."
            : "The last evaluation was not held as the final one; it set a day for the "
              "next. Hold the next one with closing (HoldEvaluation), then complete.");
  }
  absl::Status status =
      EndPlan(plan, act, "CompletePlan", CarePlan::COMPLETED, "The plan was completed.");
  if (!status.ok()) return status;
  return plan.name();
}

absl::StatusOr<std::string> StopPlan(CarePlan& plan, const Act& act,
                                     const pb::ActionRequest& request, std::string_view action,
                                     CarePlan::State to) {
  if (absl::Status status = RequireReason(request.reason()); !status.ok()) return status;
  if (absl::Status status = CheckEtag(request.etag(), plan.etag(), plan.name()); !status.ok()) {
    return status;
  }
  if (absl::Status status = EndPlan(plan, act, action, to, "The plan was ended."); !status.ok()) {
    return status;
  }
  return plan.name();
}

absl::Status EndPlan(CarePlan& plan, const Act& act, std::string_view action, CarePlan::State to,
                     std::string_view reason) {
  if (absl::Status status = Move(plan, action, to); !status.ok()) return status;
  plan.clear_hold();
  CancelEvaluations(plan, reason);
  using Appointment = pb::CoordinatorAppointment;
  for (Appointment& appointment : *plan.mutable_coordinator_appointments()) {
    const bool pending = appointment.state() == Appointment::NOMINATED;
    const bool holds = appointment.state() == Appointment::ACTIVE ||
                       appointment.state() == Appointment::HANDOVER_PENDING;
    // A completed plan keeps its coordinator, who answers for the records.
    if (!pending && (to == CarePlan::COMPLETED || !holds)) continue;
    appointment.set_state(Appointment::ENDED);
    appointment.set_reason(std::string(reason));
    *appointment.mutable_end_time() = ToTimestamp(act.now);
  }
  for (pb::Consent& consent : *plan.mutable_consents()) {
    const bool shares = Stands(consent) && consent.kind() == pb::Consent::SHARE;
    if ((shares && to != CarePlan::COMPLETED) || consent.state() == pb::Consent::PROPOSED) {
      consent.set_state(pb::Consent::EXPIRED);
    }
  }
  return absl::OkStatus();
}

}  // namespace ip::plan
