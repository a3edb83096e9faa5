#include "plan-service/domain/ages.h"

#include <algorithm>
#include <functional>
#include <vector>

#include "absl/strings/str_cat.h"
#include "lib/base/derived_id.h"
#include "lib/base/errors.h"
#include "lib/base/id.h"
#include "plan-service/domain/dates.h"
#include "plan-service/domain/names.h"
#include "plan-service/domain/transitions.h"

namespace ip::plan {
namespace {

namespace pb = individuellplan::plan::v1;
using pb::CarePlan;
using pb::Consent;
using pb::TransitionTask;
using Appointment = pb::CoordinatorAppointment;

struct Step {
  absl::CivilDay day;
  std::function<void(CarePlan&)> take;
};
using Steps = std::vector<Step>;

// What changes without a change of the plan needs an etag that no change of the plan makes.
template <class Element>
void Mark(Element& element, const CarePlan& plan) {
  element.set_etag(MakeEtag(absl::StrCat(element.name(), "/age"), plan.revision()));
}

void AddTask(const CarePlan& plan, const plan_rules::AgeRule& age, absl::CivilDay birthday,
             Steps& steps) {
  const auto& tasks = plan.transition_tasks();
  const bool stands = std::any_of(tasks.begin(), tasks.end(), [&](const TransitionTask& task) {
    return task.kind() == age.kind();
  });
  if (stands || birthday < OsloDay(ToTime(plan.create_time()))) return;
  steps.push_back({birthday - age.lead_days(), [&age, birthday](CarePlan& p) {
                     TransitionTask& task = *p.add_transition_tasks();
                     // The same name, whoever gets there first.
                     task.set_name(absl::StrCat(p.name(), "/transitionTasks/turns-", age.years()));
                     task.set_kind(age.kind());
                     *task.mutable_effective_date() = ToDate(birthday);
                     *task.mutable_text() = age.text();
                     task.set_source(age.source());
                     Mark(task, p);
                   }});
}

// The question to the young person: the same thing again, this time theirs to give. What had an end
// of its own keeps it.
void AskAnew(const Consent& given, CarePlan& plan) {
  Consent& question = *plan.add_consents();
  // The same name, whoever gets there first.
  question.set_name(absl::StrCat(plan.name(), "/consents/", DerivedId("renews|" + given.name())));
  question.set_state(Consent::PROPOSED);
  question.set_kind(given.kind());
  question.set_participant(given.participant());
  *question.mutable_sections() = given.sections();
  question.set_purpose(given.purpose());
  if (given.period().has_end_date()) *question.mutable_period() = given.period();
  question.set_renews(given.name());
  Mark(question, plan);
}

void AddConsents(const CarePlan& plan, absl::CivilDay birthday, int grace_days, Steps& steps) {
  for (int i = 0; i < plan.consents_size(); ++i) {
    const Consent& consent = plan.consents(i);
    if (consent.grantor_basis() != pb::Representative::PARENT) continue;
    const absl::CivilDay end =
        std::max(birthday, OsloDay(ToTime(consent.give_time()))) + grace_days;
    const auto move = [&](absl::CivilDay day, std::string_view action, Consent::State to) {
      if (!CheckTransition(ConsentStates(), consent.state(), action, to).ok()) return;
      steps.push_back({day, [i, to, end](CarePlan& p) {
                         Consent& moved = *p.mutable_consents(i);
                         if (to == Consent::NEEDS_RENEWAL) AskAnew(moved, p);
                         moved.set_state(to);
                         // So that it is seen and reminded of like any consent that ends.
                         auto& period = *moved.mutable_period();
                         if (!period.has_end_date() || ToDay(period.end_date()) >= end) {
                           *period.mutable_end_date() = ToDate(end - 1);
                         }
                         Mark(moved, p);
                       }});
    };
    move(birthday, "Turns16", Consent::NEEDS_RENEWAL);
    move(end, "GraceEnds", Consent::EXPIRED);
  }
}

void AddCoordinators(const CarePlan& plan, absl::CivilDay birthday, Steps& steps) {
  for (int i = 0; i < plan.coordinator_appointments_size(); ++i) {
    const Appointment& appointment = plan.coordinator_appointments(i);
    if (appointment.kind() != Appointment::CHILD_COORDINATOR ||
        !CheckTransition(AppointmentStates(), appointment.state(), "Turns18", Appointment::ENDED)
             .ok()) {
      continue;
    }
    steps.push_back({birthday, [i, birthday](CarePlan& p) {
                       Appointment& ended = *p.mutable_coordinator_appointments(i);
                       ended.set_state(Appointment::ENDED);
                       ended.set_reason("The owner has turned 18 (hol § 7-2 a).");
                       *ended.mutable_end_time() = ToTimestamp(absl::FromCivil(birthday, Oslo()));
                       Mark(ended, p);
                     }});
  }
}

// What the owner's age still asks of the plan, due or to come.
Steps StepsOf(const CarePlan& plan, const RuleSet& rules) {
  Steps steps;
  if (!plan.subject().has_birth_date() || !CheckOpen(plan, "").ok()) return steps;
  for (const auto& age : rules.ages()) {
    const absl::CivilDay birthday = Birthday(plan.subject().birth_date(), age.years());
    AddTask(plan, age, birthday, steps);
    if (age.kind() == TransitionTask::TURNS_16) {
      AddConsents(plan, birthday, rules.consent_grace_days(), steps);
    }
    if (age.kind() == TransitionTask::TURNS_18) AddCoordinators(plan, birthday, steps);
  }
  return steps;
}

}  // namespace

void ComeOfAge(CarePlan& plan, absl::Time now, const RuleSet& rules) {
  const absl::CivilDay today = OsloDay(now);
  // A step may open the next one: what needs renewal ends some time later.
  for (bool again = true; again;) {
    again = false;
    for (const Step& step : StepsOf(plan, rules)) {
      if (step.day > today) continue;
      step.take(plan);
      again = true;
    }
  }
}

std::optional<absl::CivilDay> NextAgeStep(const CarePlan& plan, const RuleSet& rules) {
  std::optional<absl::CivilDay> next;
  for (const Step& step : StepsOf(plan, rules)) {
    if (!next || step.day < *next) next = step.day;
  }
  return next;
}

absl::StatusOr<std::string> CompleteTransitionTask(CarePlan& plan, const Act& act,
                                                   const pb::ActionRequest& request) {
  TransitionTask* task = FindByName(*plan.mutable_transition_tasks(), request.name());
  if (task == nullptr) return NotFound("transition task");
  if (absl::Status status = CheckEtag(request.etag(), task->etag(), request.name()); !status.ok()) {
    return status;
  }
  if (absl::Status status = CheckOpen(plan, "CompleteTransitionTask"); !status.ok()) return status;
  if (task->has_done_time()) {
    return StateForbids("TRANSITION_TASK_STATE_FORBIDS_ACTION", "DONE", "CompleteTransitionTask",
                        "It is done already.");
  }
  *task->mutable_done_time() = ToTimestamp(act.now);
  return task->name();
}

}  // namespace ip::plan
