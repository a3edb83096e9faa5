#include "plan-service/domain/obligations.h"

#include <algorithm>
#include <string>

#include "plan-service/domain/act.h"
#include "plan-service/domain/activities.h"
#include "plan-service/domain/alarms.h"
#include "plan-service/domain/consents.h"
#include "plan-service/domain/dates.h"
#include "plan-service/domain/names.h"
#include "plan-service/domain/oversight.h"
#include "plan-service/domain/team.h"

namespace ip::plan {
namespace {

namespace pb = individuellplan::plan::v1;
using individuellplan::type::v1::Obligation;
using individuellplan::type::v1::ObligationEvent;
using pb::CarePlan;
using Appointment = pb::CoordinatorAppointment;

// Days a new plan may lie without anybody being asked before the unit is reminded.
constexpr int kFirstNominationDays = 3;

// Days after its end in which a consent that was not renewed is still somebody's duty.
constexpr int kAskAnewDays = 14;

class Builder {
 public:
  Builder(const CarePlan& plan, absl::CivilDay today) : plan_(plan), today_(today) {
    event_.set_aggregate(plan.name());
    event_.set_revision(plan.revision());
    event_.set_municipality_code(plan.municipality_code());
    event_.set_unit(plan.unit());
    for (const Appointment* appointment : CoordinatorsOn(plan, today)) {
      if (appointment->kind() == Appointment::CHILD_COORDINATOR) event_.set_plan_type("CHILD");
    }
  }

  ObligationEvent Build() {
    AddOversight();
    if (!CheckOpen(plan_, "").ok()) return event_;
    for (const Appointment& appointment : plan_.coordinator_appointments()) {
      if (appointment.state() == Appointment::NOMINATED) AddNomination(appointment);
      if (AsksToHandOver(appointment)) {
        AddUnit(AddAtOnce(Obligation::COORDINATOR_HANDOVER, appointment.name()));
      }
    }
    if (CoordinatorsOn(plan_, today_).empty()) AddVacancy();
    for (const pb::Activity& activity : plan_.activities()) {
      if (IsOpen(activity)) AddActivity(activity);
    }
    for (const pb::TransitionTask& task : plan_.transition_tasks()) {
      if (task.kind() == pb::TransitionTask::TURNS_18) AddComingVacancy(task);
      if (!task.has_done_time()) AddAge(task);
    }
    for (const pb::Consent& consent : plan_.consents()) {
      if (consent.state() == pb::Consent::PROPOSED) AddQuestion(consent);
    }
    if (plan_.state() != CarePlan::ACTIVE) return event_;
    for (const pb::Evaluation& evaluation : plan_.evaluations()) {
      if (evaluation.state() == pb::Evaluation::PLANNED) AddEvaluation(evaluation);
    }
    for (const pb::Consent& consent : plan_.consents()) {
      if (!EndsOrEnded(consent)) continue;
      Obligation& duty =
          Add(Obligation::CONSENT_EXPIRY, consent.name(), consent.period().end_date());
      AddCoordinators(duty);
    }
    if (plan_.period().has_end_date()) {
      Obligation& duty = Add(Obligation::PLAN_PERIOD_END, plan_.name(), plan_.period().end_date());
      AddCoordinators(duty);
      AddOwner(duty);
    }
    return event_;
  }

 private:
  // A duty without a date: at once.
  Obligation& AddAtOnce(Obligation::Kind kind, const std::string& name) {
    Obligation& duty = *event_.add_obligations();
    duty.set_name(name);
    duty.set_kind(kind);
    return duty;
  }

  Obligation& Add(Obligation::Kind kind, const std::string& name, const google::type::Date& due) {
    Obligation& duty = AddAtOnce(kind, name);
    *duty.mutable_due_date() = due;
    return duty;
  }

  bool IsBlocked(const std::string& person) const {
    const pb::Participant* participant = ParticipantOf(plan_, person, today_);
    return std::any_of(plan_.access_blocks().begin(), plan_.access_blocks().end(),
                       [&](const pb::AccessBlock& block) {
                         if (block.has_lift_time() || !block.sections().empty()) return false;
                         return block.person() == person ||
                                (participant != nullptr && !block.organization().empty() &&
                                 block.organization() == participant->organization());
                       });
  }

  // A consent that has run out unnoticed leaves people without access: the coordinator is to ask
  // anew for a while after.
  bool EndsOrEnded(const pb::Consent& consent) const {
    if (!consent.period().has_end_date()) return false;
    const bool ran_out = (Stands(consent) || consent.state() == pb::Consent::EXPIRED) &&
                         ToDay(consent.period().end_date()) < today_ &&
                         today_ <= ToDay(consent.period().end_date()) + kAskAnewDays;
    return ran_out || InForce(consent, today_);
  }

  void AddParty(Obligation& duty, const std::string& recipient, Obligation::Capacity capacity) {
    if (recipient.empty()) return;
    for (const auto& party : duty.parties()) {
      if (party.recipient() == recipient && party.capacity() == capacity) return;
    }
    Obligation::Party& party = *duty.add_parties();
    party.set_recipient(recipient);
    party.set_capacity(capacity);
  }

  void AddPerson(Obligation& duty, const std::string& person, Obligation::Capacity capacity) {
    if (!IsBlocked(person)) AddParty(duty, person, capacity);
  }

  void AddCoordinators(Obligation& duty) {
    for (const auto* appointment : CoordinatorsOn(plan_, today_)) {
      AddPerson(duty, appointment->person(), Obligation::COORDINATOR);
    }
  }

  void AddResponsible(Obligation& duty, const pb::Activity& activity) {
    const bool asked = activity.commitment() == pb::Activity::REQUESTED ||
                       activity.commitment() == pb::Activity::ACCEPTED;
    const pb::Participant* responsible = FindByName(plan_.participants(), activity.responsible());
    if (asked && responsible != nullptr && Covers(responsible->period(), today_)) {
      AddPerson(duty, responsible->person(), Obligation::RESPONSIBLE);
    }
  }

  void AddOwner(Obligation& duty) {
    AddParty(duty, plan_.subject().person(), Obligation::OWNER);
    for (const pb::Representative& representative : plan_.representatives()) {
      if (representative.may_act() && Represents(representative, today_)) {
        AddParty(duty, representative.person(), Obligation::OWNER);
      }
    }
  }

  void AddUnit(Obligation& duty) {
    AddParty(duty, plan_.unit(), Obligation::UNIT);
    AddParty(duty, plan_.unit(), Obligation::UNIT_LEADER);
  }

  // These wait whatever becomes of the plan.
  void AddOversight() {
    for (const pb::Complaint& complaint : plan_.complaints()) {
      if (complaint.state() != pb::Complaint::RECEIVED &&
          complaint.state() != pb::Complaint::REVIEW) {
        continue;
      }
      AddUnit(Add(Obligation::COMPLAINT, complaint.name(), complaint.answer_due_date()));
    }
    for (const auto* question : OpenQuestions(plan_)) {
      AddUnit(Add(Obligation::ACCESS_QUESTION, question->access_log_entry(),
                  question->answer_due_date()));
    }
    for (const auto* access : Unreviewed(plan_)) {
      Obligation& duty = AddAtOnce(Obligation::EMERGENCY_REVIEW, access->name());
      AddOwner(duty);
      AddUnit(duty);
    }
  }

  // A child coordinator's time is known to end: the unit is reminded on the day unless somebody
  // else has taken over by then.
  void AddComingVacancy(const pb::TransitionTask& turns_18) {
    const auto coordinators = CoordinatorsOn(plan_, today_);
    const bool ends = std::all_of(coordinators.begin(), coordinators.end(), [](const auto* a) {
      return a->kind() == Appointment::CHILD_COORDINATOR;
    });
    if (coordinators.empty() || !ends) return;
    AddUnit(Add(Obligation::COORDINATOR_VACANCY, plan_.name(), turns_18.effective_date()));
  }

  void AddAge(const pb::TransitionTask& task) {
    Obligation& duty = Add(Obligation::AGE_TRANSITION, task.name(), task.effective_date());
    AddCoordinators(duty);
    AddUnit(duty);
  }

  // Theirs alone to answer, and the coordinator's to explain; asked until what it renews has ended.
  void AddQuestion(const pb::Consent& question) {
    const pb::Consent* renewed = FindByName(plan_.consents(), question.renews());
    if (renewed == nullptr || !InForce(*renewed, today_)) return;
    Obligation& duty =
        Add(Obligation::CONSENT_QUESTION, question.name(), renewed->period().end_date());
    AddParty(duty, plan_.subject().person(), Obligation::OWNER);
    AddCoordinators(duty);
  }

  void AddNomination(const Appointment& appointment) {
    Obligation& duty =
        Add(Obligation::COORDINATOR_ANSWER, appointment.name(), appointment.answer_due_date());
    AddPerson(duty, appointment.person(), Obligation::RESPONSIBLE);
    AddUnit(duty);
  }

  // While the first coordinator is being found, nobody has to be alarmed; once one has left, it is
  // at once, whoever is asked meanwhile.
  void AddVacancy() {
    const auto& appointments = plan_.coordinator_appointments();
    const bool had_one = std::any_of(appointments.begin(), appointments.end(),
                                     [](const Appointment& a) { return a.has_accept_time(); });
    const bool asked =
        std::any_of(appointments.begin(), appointments.end(),
                    [](const Appointment& a) { return a.state() == Appointment::NOMINATED; });
    if (asked && !had_one) return;
    Obligation& duty = AddAtOnce(Obligation::COORDINATOR_VACANCY, plan_.name());
    if (appointments.empty()) {
      *duty.mutable_due_date() = ToDate(VacantSince(plan_) + kFirstNominationDays);
    }
    AddUnit(duty);
  }

  void AddActivity(const pb::Activity& activity) {
    if (activity.commitment() == pb::Activity::REQUESTED) {
      Obligation& duty =
          Add(Obligation::COMMITMENT_ANSWER, activity.name(), activity.answer_due_date());
      AddResponsible(duty, activity);
      AddCoordinators(duty);
      AddUnit(duty);
    }
    if (plan_.state() == CarePlan::ACTIVE && activity.period().has_end_date()) {
      Obligation& duty =
          Add(Obligation::ACTIVITY_DUE, activity.name(), activity.period().end_date());
      AddResponsible(duty, activity);
      AddCoordinators(duty);
    }
  }

  void AddEvaluation(const pb::Evaluation& evaluation) {
    Obligation& duty = Add(Obligation::PLAN_EVALUATION, evaluation.name(), evaluation.due_date());
    AddCoordinators(duty);
    for (const pb::Activity& activity : plan_.activities()) {
      if (IsOpen(activity)) AddResponsible(duty, activity);
    }
    AddOwner(duty);
    AddUnit(duty);
  }

  const CarePlan& plan_;
  const absl::CivilDay today_;
  ObligationEvent event_;
};

}  // namespace

ObligationEvent ObligationsOf(const CarePlan& plan, absl::CivilDay today) {
  return Builder(plan, today).Build();
}

}  // namespace ip::plan
