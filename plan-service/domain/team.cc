#include "plan-service/domain/team.h"

#include "lib/base/errors.h"
#include "plan-service/domain/consents.h"
#include "plan-service/domain/dates.h"
#include "plan-service/domain/names.h"
#include "plan-service/domain/text.h"
#include "plan-service/domain/transitions.h"

namespace ip::plan {
namespace {

namespace pb = individuellplan::plan::v1;
using Appointment = pb::CoordinatorAppointment;

constexpr std::string_view kParticipants = "participants";
constexpr std::string_view kAppointments = "coordinatorAppointments";

bool IsSubstitute(const Appointment& appointment) {
  return appointment.kind() == Appointment::SUBSTITUTE_COORDINATOR;
}

bool HoldsBaton(const Appointment& appointment) {
  return appointment.state() == Appointment::ACTIVE ||
         appointment.state() == Appointment::HANDOVER_PENDING;
}

void CheckParticipant(const std::string& field, const pb::Participant& participant,
                      Violations& violations) {
  CheckRequiredText(field + ".display_name", participant.display_name(), 200, violations);
  CheckText(field + ".role_title", participant.role_title(), 200, violations);
  CheckText(field + ".organization_display_name", participant.organization_display_name(), 200,
            violations);
  CheckText(field + ".phone", participant.phone(), 40, violations);
  CheckText(field + ".work_email", participant.work_email(), 254, violations);
  CheckText(field + ".contribution", participant.contribution(), 2000, violations);
  if (participant.has_period()) CheckPeriod(field + ".period", participant.period(), violations);
  if (!participant.work_email().empty() &&
      (participant.work_email().find('@') == std::string::npos ||
       participant.work_email().find_first_of(" \r\n<>") != std::string::npos)) {
    violations.Add(field + ".work_email", "must be a plain e-mail address such as a.b@example.no.");
  }
  if (participant.kind() != pb::Participant::PROFESSIONAL) return;
  if (participant.organization().rfind("organizations/", 0) != 0) {
    violations.Add(field + ".organization",
                   "is required for professionals: \"organizations/{organization number}\".");
  }
  if (participant.work_email().empty()) {
    violations.Add(field + ".work_email", "is required for professionals; reminders go there.");
  }
}

pb::Participant& AddParticipant(pb::CarePlan& plan, const Act& act,
                                const pb::Participant& participant, const std::string& person) {
  pb::Participant& added = *plan.add_participants();
  added = participant;
  added.set_name(NewChildName(plan.name(), kParticipants, act.now));
  added.set_person(person);
  added.clear_etag();
  if (!added.has_period()) *added.mutable_period()->mutable_start_date() = ToDate(act.Today());
  return added;
}

absl::Status CheckNotCoordinator(const pb::CarePlan& plan, std::string_view participant,
                                 absl::CivilDay day) {
  for (const auto* appointment : CoordinatorsOn(plan, day)) {
    if (appointment->participant() != participant) continue;
    return Error(absl::StatusCode::kFailedPrecondition, "COORDINATOR_MUST_BE_REPLACED",
                 "This participant is the coordinator. The unit replaces or ends the appointment "
                 "first (NominateCoordinator, EndCoordinatorAppointment); then they can leave.");
  }
  return absl::OkStatus();
}

// The caller's own appointment, found by the request's name and who calls.
absl::StatusOr<Appointment*> OwnAppointment(pb::CarePlan& plan, const Act& act,
                                            const pb::ActionRequest& request) {
  Appointment* appointment = FindByName(*plan.mutable_coordinator_appointments(), request.name());
  if (appointment == nullptr || appointment->person() != act.actor) {
    return NotFound("coordinator appointment");
  }
  absl::Status etag = CheckEtag(request.etag(), appointment->etag(), request.name());
  if (!etag.ok()) return etag;
  return appointment;
}

// The baton's present holder who waits for `successor`'s answer.
Appointment* WaitingFor(pb::CarePlan& plan, const Appointment& successor) {
  if (IsSubstitute(successor)) return nullptr;
  for (auto& other : *plan.mutable_coordinator_appointments()) {
    if (!IsSubstitute(other) && other.state() == Appointment::HANDOVER_PENDING) return &other;
  }
  return nullptr;
}

absl::Status Move(Appointment& appointment, std::string_view action, Appointment::State to) {
  absl::Status status = CheckTransition(AppointmentStates(), appointment.state(), action, to);
  if (status.ok()) appointment.set_state(to);
  return status;
}

absl::Status End(Appointment& appointment, std::string_view action, const Act& act,
                 const std::string& reason) {
  absl::Status status = Move(appointment, action, Appointment::ENDED);
  if (!status.ok()) return status;
  *appointment.mutable_end_time() = ToTimestamp(act.now);
  if (!reason.empty()) appointment.set_reason(reason);
  return absl::OkStatus();
}

absl::Status CheckNomination(const pb::CarePlan& plan, const Act& act,
                             const pb::NominateCoordinatorRequest& request,
                             const std::string& person) {
  Violations violations;
  CheckParticipant("candidate", request.candidate(), violations);
  if (request.kind() == Appointment::KIND_UNSPECIFIED) violations.Add("kind", "is required.");
  if (request.candidate().kind() != pb::Participant::PROFESSIONAL) {
    violations.Add("candidate.kind", "must be PROFESSIONAL: a coordinator works in a service.");
  }
  if (person == plan.subject().person()) {
    violations.Add("candidate_identity", "the owner cannot be their own coordinator.");
  }
  if (request.has_answer_due_date()) {
    CheckDate("answer_due_date", request.answer_due_date(), violations);
    if (IsDay(request.answer_due_date()) && ToDay(request.answer_due_date()) < act.Today()) {
      violations.Add("answer_due_date", "must not be in the past.");
    }
  }
  if (absl::Status status = violations.ToStatus(); !status.ok()) return status;
  if (absl::Status status = CheckEtagIfGiven(request.etag(), plan.etag(), plan.name());
      !status.ok()) {
    return status;
  }
  if (request.kind() == Appointment::CHILD_COORDINATOR && plan.subject().has_birth_date() &&
      Birthday(plan.subject().birth_date(), 18) <= act.Today()) {
    return Error(absl::StatusCode::kFailedPrecondition, "NOT_A_CHILD",
                 "A child coordinator is for children under 18 (hol § 7-2 a). Nominate a "
                 "coordinator instead.");
  }
  const bool substitute = request.kind() == Appointment::SUBSTITUTE_COORDINATOR;
  for (const auto& other : plan.coordinator_appointments()) {
    if (IsSubstitute(other) != substitute) continue;
    if (other.state() == Appointment::NOMINATED) {
      return StateForbids("APPOINTMENT_STATE_FORBIDS_ACTION", "NOMINATED", "NominateCoordinator",
                          "Somebody is asked already. End that nomination first "
                          "(EndCoordinatorAppointment).");
    }
    if (HoldsBaton(other) && other.person() == person) {
      return Error(absl::StatusCode::kAlreadyExists, "ALREADY_COORDINATOR",
                   "This person has the task already.");
    }
  }
  return absl::OkStatus();
}

}  // namespace

std::vector<const Appointment*> CoordinatorsOn(const pb::CarePlan& plan, absl::CivilDay day) {
  std::vector<const Appointment*> found;
  for (const bool substitutes : {false, true}) {
    for (const auto& appointment : plan.coordinator_appointments()) {
      if (!HoldsBaton(appointment) || IsSubstitute(appointment) != substitutes) continue;
      if (appointment.kind() == Appointment::CHILD_COORDINATOR && plan.subject().has_birth_date() &&
          Birthday(plan.subject().birth_date(), 18) <= day) {
        continue;
      }
      found.push_back(&appointment);
    }
  }
  return found;
}

bool AsksToHandOver(const Appointment& appointment) {
  return appointment.state() == Appointment::ACTIVE && appointment.has_handover_request_time();
}

const pb::Participant* ParticipantOf(const pb::CarePlan& plan, std::string_view person,
                                     absl::CivilDay day) {
  for (const auto& participant : plan.participants()) {
    if (participant.person() == person && Covers(participant.period(), day)) return &participant;
  }
  return nullptr;
}

void LetGo(pb::CarePlan& plan, const std::string& participant, const std::string& reason) {
  for (auto& activity : *plan.mutable_activities()) {
    const bool asked = activity.commitment() == pb::Activity::REQUESTED ||
                       activity.commitment() == pb::Activity::ACCEPTED;
    if (activity.responsible() == participant && asked) {
      activity.set_commitment(pb::Activity::RELEASED);
      activity.set_reason(reason);
    }
  }
  for (auto& consent : *plan.mutable_consents()) {
    const bool asked_for = consent.state() == pb::Consent::PROPOSED;
    if (consent.participant() == participant && (Stands(consent) || asked_for)) {
      consent.set_state(pb::Consent::EXPIRED);
    }
  }
}

absl::StatusOr<std::string> CreateParticipant(pb::CarePlan& plan, const Act& act,
                                              const pb::Participant& participant,
                                              const std::string& person) {
  Violations violations;
  CheckParticipant("participant", participant, violations);
  if (participant.kind() != pb::Participant::PROFESSIONAL &&
      participant.kind() != pb::Participant::RELATED_PERSON) {
    violations.Add("participant.kind", "must be PROFESSIONAL or RELATED_PERSON.");
  }
  CheckCount("plan.participants", plan.participants_size() + 1, 200, violations);
  if (absl::Status status = violations.ToStatus(); !status.ok()) return status;
  if (absl::Status status = CheckOpen(plan, "CreateParticipant"); !status.ok()) return status;
  for (const auto& other : plan.participants()) {
    const bool ended =
        other.period().has_end_date() && ToDay(other.period().end_date()) <= act.Today();
    if (other.person() != person || ended) continue;
    return Error(absl::StatusCode::kAlreadyExists, "PARTICIPANT_EXISTS",
                 "This person takes part already. Edit their entry with UpdateParticipant.",
                 {{"participant", other.name()}});
  }
  return AddParticipant(plan, act, participant, person).name();
}

absl::StatusOr<std::string> UpdateParticipant(pb::CarePlan& plan, const Act& act,
                                              const pb::UpdateParticipantRequest& request) {
  pb::Participant* participant =
      FindByName(*plan.mutable_participants(), request.participant().name());
  if (participant == nullptr) return NotFound("participant");
  auto touched =
      ApplyMask(request.participant(), request.update_mask(),
                {"display_name", "role_title", "organization", "organization_display_name", "phone",
                 "work_email", "contribution", "period", "protected_identity", "language"},
                *participant);
  if (!touched.ok()) return touched.status();
  Violations violations;
  CheckParticipant("participant", *participant, violations);
  if (participant->kind() == pb::Participant::OWNER && participant->period().has_end_date()) {
    violations.Add("participant.period.end_date", "the owner takes part as long as the plan is.");
  }
  if (absl::Status status = violations.ToStatus(); !status.ok()) return status;
  if (absl::Status status = CheckOpen(plan, "UpdateParticipant"); !status.ok()) return status;
  if (touched->contains("period") && !Covers(participant->period(), act.Today())) {
    absl::Status status = CheckNotCoordinator(plan, participant->name(), act.Today());
    if (!status.ok()) return status;
  }
  return participant->name();
}

absl::StatusOr<std::string> EndParticipation(pb::CarePlan& plan, const Act& act,
                                             const pb::ActionRequest& request) {
  pb::Participant* participant = FindByName(*plan.mutable_participants(), request.name());
  if (participant == nullptr) return NotFound("participant");
  if (absl::Status status = CheckEtag(request.etag(), participant->etag(), request.name());
      !status.ok()) {
    return status;
  }
  if (absl::Status status = CheckOpen(plan, "EndParticipation"); !status.ok()) return status;
  if (participant->kind() == pb::Participant::OWNER) {
    return InvalidField("name", "the owner takes part as long as the plan is.");
  }
  if (absl::Status status = CheckNotCoordinator(plan, participant->name(), act.Today());
      !status.ok()) {
    return status;
  }
  *participant->mutable_period()->mutable_end_date() = ToDate(act.Today());
  for (auto& appointment : *plan.mutable_coordinator_appointments()) {
    if (appointment.participant() == participant->name() &&
        appointment.state() == Appointment::NOMINATED) {
      absl::Status ended = End(appointment, "EndCoordinatorAppointment", act, request.reason());
      if (!ended.ok()) return ended;
    }
  }
  LetGo(plan, participant->name(), "Participation ended.");
  return participant->name();
}

absl::StatusOr<std::string> NominateCoordinator(pb::CarePlan& plan, const Act& act,
                                                const pb::NominateCoordinatorRequest& request,
                                                const std::string& person) {
  if (absl::Status status = CheckNomination(plan, act, request, person); !status.ok()) {
    return status;
  }
  if (absl::Status status = CheckOpen(plan, "NominateCoordinator"); !status.ok()) return status;
  const bool substitute = request.kind() == Appointment::SUBSTITUTE_COORDINATOR;
  for (auto& holder : *plan.mutable_coordinator_appointments()) {
    if (IsSubstitute(holder) || substitute || holder.state() != Appointment::ACTIVE) continue;
    absl::Status moved = Move(holder, "NominateCoordinator", Appointment::HANDOVER_PENDING);
    if (!moved.ok()) return moved;
  }
  const pb::Participant* participant = ParticipantOf(plan, person, act.Today());
  if (participant == nullptr) participant = &AddParticipant(plan, act, request.candidate(), person);

  Appointment& appointment = *plan.add_coordinator_appointments();
  appointment.set_name(NewChildName(plan.name(), kAppointments, act.now));
  appointment.set_state(Appointment::NOMINATED);
  appointment.set_kind(request.kind());
  appointment.set_participant(participant->name());
  appointment.set_person(person);
  *appointment.mutable_nominate_time() = ToTimestamp(act.now);
  *appointment.mutable_answer_due_date() =
      request.has_answer_due_date() ? request.answer_due_date() : ToDate(act.Today() + 7);
  return appointment.name();
}

absl::StatusOr<std::string> AcceptAppointment(pb::CarePlan& plan, const Act& act,
                                              const pb::ActionRequest& request) {
  auto appointment = OwnAppointment(plan, act, request);
  if (!appointment.ok()) return appointment.status();
  if (absl::Status status = CheckOpen(plan, "AcceptCoordinatorAppointment"); !status.ok()) {
    return status;
  }
  absl::Status status = Move(**appointment, "AcceptCoordinatorAppointment", Appointment::ACTIVE);
  if (!status.ok()) return status;
  *(*appointment)->mutable_accept_time() = ToTimestamp(act.now);
  if (Appointment* former = WaitingFor(plan, **appointment)) {
    status = End(*former, "AcceptCoordinatorAppointment", act, "Handed over.");
    if (!status.ok()) return status;
  }
  return (*appointment)->name();
}

absl::StatusOr<std::string> DeclineAppointment(pb::CarePlan& plan, const Act& act,
                                               const pb::ActionRequest& request) {
  auto appointment = OwnAppointment(plan, act, request);
  if (!appointment.ok()) return appointment.status();
  if (absl::Status status = RequireReason(request.reason()); !status.ok()) return status;
  absl::Status status = Move(**appointment, "DeclineCoordinatorAppointment", Appointment::DECLINED);
  if (!status.ok()) return status;
  (*appointment)->set_reason(request.reason());
  *(*appointment)->mutable_end_time() = ToTimestamp(act.now);
  if (Appointment* holder = WaitingFor(plan, **appointment)) {
    status = Move(*holder, "DeclineCoordinatorAppointment", Appointment::ACTIVE);
    if (!status.ok()) return status;
  }
  return (*appointment)->name();
}

absl::StatusOr<std::string> RequestHandover(pb::CarePlan& plan, const Act& act,
                                            const pb::ActionRequest& request) {
  auto appointment = OwnAppointment(plan, act, request);
  if (!appointment.ok()) return appointment.status();
  if (absl::Status status = RequireReason(request.reason()); !status.ok()) return status;
  absl::Status status = Move(**appointment, "RequestCoordinatorHandover", Appointment::ACTIVE);
  if (!status.ok()) return status;
  if (!(*appointment)->has_handover_request_time()) {
    *(*appointment)->mutable_handover_request_time() = ToTimestamp(act.now);
  }
  (*appointment)->set_handover_reason(request.reason());
  return (*appointment)->name();
}

absl::StatusOr<std::string> WithdrawHandover(pb::CarePlan& plan, const Act& act,
                                             const pb::ActionRequest& request) {
  auto appointment = OwnAppointment(plan, act, request);
  if (!appointment.ok()) return appointment.status();
  absl::Status status = Move(**appointment, "WithdrawCoordinatorHandover", Appointment::ACTIVE);
  if (!status.ok()) return status;
  (*appointment)->clear_handover_request_time();
  (*appointment)->clear_handover_reason();
  return (*appointment)->name();
}

absl::StatusOr<std::string> EndAppointment(pb::CarePlan& plan, const Act& act,
                                           const pb::ActionRequest& request) {
  Appointment* appointment = FindByName(*plan.mutable_coordinator_appointments(), request.name());
  if (appointment == nullptr) return NotFound("coordinator appointment");
  if (absl::Status status = CheckEtag(request.etag(), appointment->etag(), request.name());
      !status.ok()) {
    return status;
  }
  if (absl::Status status = RequireReason(request.reason()); !status.ok()) return status;
  const bool was_nominated = appointment->state() == Appointment::NOMINATED;
  absl::Status status = End(*appointment, "EndCoordinatorAppointment", act, request.reason());
  if (!status.ok()) return status;
  // Nobody is asked any more: whoever waited to hand over stays.
  if (Appointment* holder = was_nominated ? WaitingFor(plan, *appointment) : nullptr) {
    status = Move(*holder, "DeclineCoordinatorAppointment", Appointment::ACTIVE);
    if (!status.ok()) return status;
  }
  return appointment->name();
}

}  // namespace ip::plan
