#include "plan-service/domain/alarms.h"

#include <algorithm>
#include <map>

#include "lib/base/clock.h"
#include "plan-service/domain/act.h"
#include "plan-service/domain/activities.h"
#include "plan-service/domain/consents.h"
#include "plan-service/domain/dates.h"
#include "plan-service/domain/evaluations.h"
#include "plan-service/domain/oversight.h"
#include "plan-service/domain/team.h"

namespace ip::plan {
namespace {

namespace pb = individuellplan::plan::v1;
using pb::CarePlan;
using Appointment = pb::CoordinatorAppointment;

constexpr int kConsentNoticeDays = 30;

std::vector<AlarmSpan> Spans(const std::map<CarePlan::Alarm, absl::CivilDay>& first) {
  std::vector<AlarmSpan> spans;
  spans.reserve(first.size());
  for (const auto& [alarm, from] : first) spans.push_back({alarm, from});
  return spans;
}

// The day the last coordinator's time ends by itself: a child's 18th birthday.
bool EndsAt18(const CarePlan& plan, absl::CivilDay today) {
  if (!plan.subject().has_birth_date()) return false;
  const auto coordinators = CoordinatorsOn(plan, today);
  return !coordinators.empty() &&
         std::all_of(coordinators.begin(), coordinators.end(), [](const Appointment* a) {
           return a->kind() == Appointment::CHILD_COORDINATOR;
         });
}

// What rings in a plan that is made or used.
template <class Add>
void AddOpen(const CarePlan& plan, absl::CivilDay today, const RuleSet& rules, Add add) {
  const bool active = plan.state() == CarePlan::ACTIVE;
  if (plan.state() == CarePlan::ON_HOLD) {
    add(CarePlan::HOLD_ENDED, ToDay(plan.hold().resume_date()));
  }
  if (CoordinatorsOn(plan, today).empty()) {
    add(CarePlan::NO_COORDINATOR, VacantSince(plan));
  } else if (EndsAt18(plan, today)) {
    add(CarePlan::NO_COORDINATOR, Birthday(plan.subject().birth_date(), 18));
  }
  if (const pb::Evaluation* next = NextEvaluation(plan); active && next != nullptr) {
    add(CarePlan::EVALUATION_OVERDUE, ToDay(next->due_date()) + 1);
  }
  for (const pb::Consent& consent : plan.consents()) {
    if (Stands(consent) && consent.period().has_end_date()) {
      add(CarePlan::CONSENT_EXPIRING, ToDay(consent.period().end_date()) - kConsentNoticeDays);
    }
  }
  for (const pb::Activity& activity : plan.activities()) {
    if (IsOpen(activity) && activity.commitment() == pb::Activity::REQUESTED) {
      add(CarePlan::UNANSWERED_REQUEST, ToDay(activity.answer_due_date()) + 1);
    }
  }
  for (const Appointment& appointment : plan.coordinator_appointments()) {
    if (appointment.state() == Appointment::NOMINATED) {
      add(CarePlan::UNANSWERED_REQUEST, ToDay(appointment.answer_due_date()) + 1);
    }
    if (AsksToHandOver(appointment)) {
      add(CarePlan::HANDOVER_REQUESTED, OsloDay(ToTime(appointment.handover_request_time())));
    }
  }
  for (const pb::TransitionTask& task : plan.transition_tasks()) {
    if (!task.has_done_time()) add(CarePlan::AGE_TRANSITION, ToDay(task.effective_date()));
  }
  if (active) {
    for (const auto& finding : CheckSection19(plan, today, rules)) {
      if (finding.severity() == pb::CheckPlanResponse::Finding::BLOCKING) {
        add(CarePlan::INCOMPLETE, today);
        break;
      }
    }
  }
}

}  // namespace

absl::CivilDay VacantSince(const CarePlan& plan) {
  absl::CivilDay since = OsloDay(ToTime(plan.create_time()));
  for (const Appointment& appointment : plan.coordinator_appointments()) {
    if (!appointment.has_accept_time()) continue;
    absl::CivilDay end = since;
    if (appointment.has_end_time()) {
      end = OsloDay(ToTime(appointment.end_time()));
    } else if (plan.subject().has_birth_date()) {
      end = Birthday(plan.subject().birth_date(), 18);
    }
    since = std::max(since, end);
  }
  return since;
}

std::vector<AlarmSpan> AlarmSpans(const CarePlan& plan, absl::CivilDay today,
                                  const RuleSet& rules) {
  std::map<CarePlan::Alarm, absl::CivilDay> first;
  const auto add = [&](CarePlan::Alarm alarm, absl::CivilDay from) {
    const auto [at, added] = first.emplace(alarm, from);
    if (!added) at->second = std::min(at->second, from);
  };
  for (const auto* question : OpenQuestions(plan)) {
    add(CarePlan::ACCESS_QUESTION, OsloDay(ToTime(question->ask_time())));
  }
  for (const auto* access : Unreviewed(plan)) {
    add(CarePlan::EMERGENCY_REVIEW, OsloDay(ToTime(access->create_time())));
  }
  for (const pb::Complaint& complaint : plan.complaints()) {
    if (complaint.state() == pb::Complaint::RECEIVED) {
      add(CarePlan::COMPLAINT_OPEN, OsloDay(ToTime(complaint.receive_time())));
    }
  }
  if (CheckOpen(plan, "").ok()) AddOpen(plan, today, rules, add);
  return Spans(first);
}

std::vector<CarePlan::Alarm> AlarmsOn(const CarePlan& plan, absl::CivilDay today,
                                      const RuleSet& rules) {
  std::vector<CarePlan::Alarm> alarms;
  for (const AlarmSpan& span : AlarmSpans(plan, today, rules)) {
    if (span.from <= today) alarms.push_back(span.alarm);
  }
  return alarms;
}

}  // namespace ip::plan
