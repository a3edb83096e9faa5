#include "plan-service/domain/transitions.h"

#include <set>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "individuellplan/plan/v1/care_plan.pb.h"
#include "lib/base/errors.h"

namespace ip::plan {
namespace {

namespace pb = individuellplan::plan::v1;

using pb::Activity;
using pb::CarePlan;
using pb::Complaint;
using pb::Consent;
using pb::CoordinatorAppointment;
using pb::Evaluation;
using pb::Goal;

std::string NameOf(const StateTable& table, int state) {
  const auto* value = table.states->FindValueByNumber(state);
  return value == nullptr ? absl::StrCat(state) : std::string(value->name());
}

std::string Names(const StateTable& table, const std::set<int>& states) {
  return absl::StrJoin(states, ", ",
                       [&](std::string* out, int state) { out->append(NameOf(table, state)); });
}

}  // namespace

const StateTable& PlanStates() {
  static const StateTable table = {
      "Plan",
      "PLAN_STATE_FORBIDS_ACTION",
      CarePlan::State_descriptor(),
      {
          {CarePlan::DRAFT, "ActivatePlan", CarePlan::ACTIVE},
          {CarePlan::ACTIVE, "HoldPlan", CarePlan::ON_HOLD},
          {CarePlan::ON_HOLD, "ResumePlan", CarePlan::ACTIVE},
          {CarePlan::ACTIVE, "CompletePlan", CarePlan::COMPLETED},
          {CarePlan::DRAFT, "RevokePlan", CarePlan::REVOKED},
          {CarePlan::ACTIVE, "RevokePlan", CarePlan::REVOKED},
          {CarePlan::ON_HOLD, "RevokePlan", CarePlan::REVOKED},
          {CarePlan::DRAFT, "WithdrawConsent", CarePlan::REVOKED},
          {CarePlan::ACTIVE, "WithdrawConsent", CarePlan::REVOKED},
          {CarePlan::ON_HOLD, "WithdrawConsent", CarePlan::REVOKED},
          {CarePlan::DRAFT, "MergePlans", CarePlan::REVOKED},
          {CarePlan::ACTIVE, "MergePlans", CarePlan::REVOKED},
          {CarePlan::ON_HOLD, "MergePlans", CarePlan::REVOKED},
          {CarePlan::DRAFT, "MarkPlanEnteredInError", CarePlan::ENTERED_IN_ERROR},
          {CarePlan::ACTIVE, "MarkPlanEnteredInError", CarePlan::ENTERED_IN_ERROR},
          {CarePlan::ON_HOLD, "MarkPlanEnteredInError", CarePlan::ENTERED_IN_ERROR},
          {CarePlan::COMPLETED, "MarkPlanEnteredInError", CarePlan::ENTERED_IN_ERROR},
          {CarePlan::REVOKED, "MarkPlanEnteredInError", CarePlan::ENTERED_IN_ERROR},
      }};
  return table;
}

const StateTable& GoalStates() {
  constexpr std::string_view kChange = "ChangeGoalState";
  static const StateTable table = {"Goal",
                                   "GOAL_STATE_FORBIDS_ACTION",
                                   Goal::State_descriptor(),
                                   {
                                       {Goal::PROPOSED, "AcceptGoal", Goal::ACCEPTED},
                                       {Goal::PROPOSED, "RejectGoal", Goal::REJECTED},
                                       {Goal::ACCEPTED, kChange, Goal::PLANNED},
                                       {Goal::ACCEPTED, kChange, Goal::ACTIVE},
                                       {Goal::ACCEPTED, kChange, Goal::CANCELLED},
                                       {Goal::PLANNED, kChange, Goal::ACTIVE},
                                       {Goal::PLANNED, kChange, Goal::CANCELLED},
                                       {Goal::ACTIVE, kChange, Goal::ON_HOLD},
                                       {Goal::ACTIVE, kChange, Goal::COMPLETED},
                                       {Goal::ACTIVE, kChange, Goal::CANCELLED},
                                       {Goal::ON_HOLD, kChange, Goal::ACTIVE},
                                       {Goal::ON_HOLD, kChange, Goal::COMPLETED},
                                       {Goal::ON_HOLD, kChange, Goal::CANCELLED},
                                       {Goal::PROPOSED, kChange, Goal::ENTERED_IN_ERROR},
                                       {Goal::ACCEPTED, kChange, Goal::ENTERED_IN_ERROR},
                                       {Goal::PLANNED, kChange, Goal::ENTERED_IN_ERROR},
                                       {Goal::ACTIVE, kChange, Goal::ENTERED_IN_ERROR},
                                       {Goal::ON_HOLD, kChange, Goal::ENTERED_IN_ERROR},
                                   }};
  return table;
}

const StateTable& ExecutionStates() {
  constexpr std::string_view kReport = "ReportActivityProgress";
  static const StateTable table = {"Activity: execution",
                                   "ACTIVITY_STATE_FORBIDS_ACTION",
                                   Activity::Execution_descriptor(),
                                   {
                                       {Activity::NOT_STARTED, kReport, Activity::SCHEDULED},
                                       {Activity::NOT_STARTED, kReport, Activity::IN_PROGRESS},
                                       {Activity::NOT_STARTED, kReport, Activity::CANCELLED},
                                       {Activity::SCHEDULED, kReport, Activity::IN_PROGRESS},
                                       {Activity::SCHEDULED, kReport, Activity::CANCELLED},
                                       {Activity::IN_PROGRESS, kReport, Activity::ON_HOLD},
                                       {Activity::IN_PROGRESS, kReport, Activity::COMPLETED},
                                       {Activity::IN_PROGRESS, kReport, Activity::STOPPED},
                                       {Activity::ON_HOLD, kReport, Activity::IN_PROGRESS},
                                       {Activity::ON_HOLD, kReport, Activity::STOPPED},
                                       {Activity::NOT_STARTED, kReport, Activity::ENTERED_IN_ERROR},
                                       {Activity::SCHEDULED, kReport, Activity::ENTERED_IN_ERROR},
                                       {Activity::IN_PROGRESS, kReport, Activity::ENTERED_IN_ERROR},
                                       {Activity::ON_HOLD, kReport, Activity::ENTERED_IN_ERROR},
                                   }};
  return table;
}

const StateTable& CommitmentStates() {
  static const StateTable table = {
      "Activity: commitment",
      "ACTIVITY_STATE_FORBIDS_ACTION",
      Activity::Commitment_descriptor(),
      {
          {Activity::UNASSIGNED, "RequestActivity", Activity::REQUESTED},
          {Activity::REQUESTED, "RequestActivity", Activity::REQUESTED},
          {Activity::DECLINED, "RequestActivity", Activity::REQUESTED},
          {Activity::RELEASED, "RequestActivity", Activity::REQUESTED},
          {Activity::REQUESTED, "AcceptActivity", Activity::ACCEPTED},
          {Activity::REQUESTED, "DeclineActivity", Activity::DECLINED},
          {Activity::ACCEPTED, "ReleaseActivity", Activity::RELEASED},
          {Activity::REQUESTED, "EndParticipation", Activity::RELEASED},
          {Activity::ACCEPTED, "EndParticipation", Activity::RELEASED},
      }};
  return table;
}

const StateTable& DecisionStates() {
  constexpr std::string_view kRecord = "RecordActivityDecision";
  constexpr std::string_view kComplain = "CreateComplaint";
  // A decision may have been made before anybody wrote it into the plan, so the first record may
  // stand anywhere on the way.
  static const StateTable table = {"Activity: decision",
                                   "ACTIVITY_STATE_FORBIDS_ACTION",
                                   Activity::Decision_descriptor(),
                                   {
                                       {Activity::NOT_REQUIRED, kRecord, Activity::TO_APPLY},
                                       {Activity::NOT_REQUIRED, kRecord, Activity::APPLIED},
                                       {Activity::NOT_REQUIRED, kRecord, Activity::GRANTED},
                                       {Activity::NOT_REQUIRED, kRecord, Activity::PARTLY_GRANTED},
                                       {Activity::NOT_REQUIRED, kRecord, Activity::REFUSED},
                                       {Activity::TO_APPLY, kRecord, Activity::NOT_REQUIRED},
                                       {Activity::TO_APPLY, kRecord, Activity::APPLIED},
                                       {Activity::APPLIED, kRecord, Activity::GRANTED},
                                       {Activity::APPLIED, kRecord, Activity::PARTLY_GRANTED},
                                       {Activity::APPLIED, kRecord, Activity::REFUSED},
                                       {Activity::GRANTED, kRecord, Activity::TO_APPLY},
                                       {Activity::PARTLY_GRANTED, kRecord, Activity::TO_APPLY},
                                       {Activity::PARTLY_GRANTED, kRecord, Activity::COMPLAINED},
                                       {Activity::PARTLY_GRANTED, kComplain, Activity::COMPLAINED},
                                       {Activity::REFUSED, kRecord, Activity::TO_APPLY},
                                       {Activity::REFUSED, kRecord, Activity::COMPLAINED},
                                       {Activity::REFUSED, kComplain, Activity::COMPLAINED},
                                       {Activity::COMPLAINED, kRecord, Activity::GRANTED},
                                       {Activity::COMPLAINED, kRecord, Activity::PARTLY_GRANTED},
                                       {Activity::COMPLAINED, kRecord, Activity::REFUSED},
                                   }};
  return table;
}

const StateTable& EvaluationStates() {
  static const StateTable table = {
      "Evaluation",
      "EVALUATION_STATE_FORBIDS_ACTION",
      Evaluation::State_descriptor(),
      {
          {Evaluation::PLANNED, "RescheduleEvaluation", Evaluation::RESCHEDULED},
          {Evaluation::PLANNED, "HoldEvaluation", Evaluation::HELD},
          {Evaluation::HELD, "ApproveEvaluation", Evaluation::APPROVED},
          {Evaluation::PLANNED, "PlanEnds", Evaluation::CANCELLED},
      }};
  return table;
}

const StateTable& ConsentStates() {
  static const StateTable table = {
      "Consent",
      "CONSENT_STATE_FORBIDS_ACTION",
      Consent::State_descriptor(),
      {
          {Consent::PROPOSED, "GiveConsent", Consent::ACTIVE},
          {Consent::PROPOSED, "RefuseConsent", Consent::REFUSED},
          {Consent::ACTIVE, "WithdrawConsent", Consent::WITHDRAWN},
          {Consent::NEEDS_RENEWAL, "WithdrawConsent", Consent::WITHDRAWN},
          {Consent::NEEDS_RENEWAL, "RefuseConsent", Consent::WITHDRAWN},
          {Consent::ACTIVE, "GiveConsent", Consent::SUPERSEDED},
          {Consent::NEEDS_RENEWAL, "GiveConsent", Consent::SUPERSEDED},
          {Consent::PROPOSED, "EndParticipation", Consent::EXPIRED},
          {Consent::ACTIVE, "EndParticipation", Consent::EXPIRED},
          {Consent::NEEDS_RENEWAL, "EndParticipation", Consent::EXPIRED},
          {Consent::PROPOSED, "PlanEnds", Consent::EXPIRED},
          {Consent::ACTIVE, "PlanEnds", Consent::EXPIRED},
          {Consent::NEEDS_RENEWAL, "PlanEnds", Consent::EXPIRED},
          {Consent::ACTIVE, "Turns16", Consent::NEEDS_RENEWAL},
          {Consent::NEEDS_RENEWAL, "GraceEnds", Consent::EXPIRED},
      }};
  return table;
}

const StateTable& AppointmentStates() {
  using Appointment = CoordinatorAppointment;
  static const StateTable table = {
      "Coordinator appointment",
      "APPOINTMENT_STATE_FORBIDS_ACTION",
      Appointment::State_descriptor(),
      {
          {Appointment::NOMINATED, "AcceptCoordinatorAppointment", Appointment::ACTIVE},
          {Appointment::NOMINATED, "DeclineCoordinatorAppointment", Appointment::DECLINED},
          {Appointment::NOMINATED, "EndCoordinatorAppointment", Appointment::ENDED},
          {Appointment::ACTIVE, "NominateCoordinator", Appointment::HANDOVER_PENDING},
          {Appointment::ACTIVE, "RequestCoordinatorHandover", Appointment::ACTIVE},
          {Appointment::ACTIVE, "WithdrawCoordinatorHandover", Appointment::ACTIVE},
          {Appointment::HANDOVER_PENDING, "DeclineCoordinatorAppointment", Appointment::ACTIVE},
          {Appointment::HANDOVER_PENDING, "AcceptCoordinatorAppointment", Appointment::ENDED},
          {Appointment::ACTIVE, "EndCoordinatorAppointment", Appointment::ENDED},
          {Appointment::HANDOVER_PENDING, "EndCoordinatorAppointment", Appointment::ENDED},
          {Appointment::NOMINATED, "PlanEnds", Appointment::ENDED},
          {Appointment::ACTIVE, "PlanEnds", Appointment::ENDED},
          {Appointment::HANDOVER_PENDING, "PlanEnds", Appointment::ENDED},
          {Appointment::NOMINATED, "Turns18", Appointment::ENDED},
          {Appointment::ACTIVE, "Turns18", Appointment::ENDED},
          {Appointment::HANDOVER_PENDING, "Turns18", Appointment::ENDED},
      }};
  return table;
}

const StateTable& ComplaintStates() {
  constexpr std::string_view kChange = "ChangeComplaintState";
  static const StateTable table = {
      "Complaint",
      "COMPLAINT_STATE_FORBIDS_ACTION",
      Complaint::State_descriptor(),
      {
          {Complaint::RECEIVED, kChange, Complaint::REVIEW},
          {Complaint::REVIEW, kChange, Complaint::UPHELD_BY_MUNICIPALITY},
          {Complaint::REVIEW, kChange, Complaint::SENT_TO_COUNTY_GOVERNOR},
          {Complaint::SENT_TO_COUNTY_GOVERNOR, kChange, Complaint::DECIDED},
          {Complaint::RECEIVED, kChange, Complaint::WITHDRAWN},
          {Complaint::REVIEW, kChange, Complaint::WITHDRAWN},
          {Complaint::SENT_TO_COUNTY_GOVERNOR, kChange, Complaint::WITHDRAWN},
      }};
  return table;
}

std::vector<const StateTable*> AllStateTables() {
  return {&PlanStates(),       &GoalStates(),        &ExecutionStates(),
          &CommitmentStates(), &DecisionStates(),    &EvaluationStates(),
          &ConsentStates(),    &AppointmentStates(), &ComplaintStates()};
}

absl::Status CheckTransition(const StateTable& table, int from, std::string_view action, int to) {
  std::set<int> sources, targets;
  std::set<std::string_view> possible;
  for (const Transition& step : table.transitions) {
    if (step.from == from && step.action == action && step.to == to) return absl::OkStatus();
    if (step.action == action && step.to == to) sources.insert(step.from);
    if (step.action == action && step.from == from) targets.insert(step.to);
    if (step.from == from) possible.insert(step.action);
  }
  std::string way_out;
  if (!sources.empty()) {
    absl::StrAppend(&way_out, "Going to ", NameOf(table, to), " is possible from ",
                    Names(table, sources), ". ");
  }
  if (!targets.empty()) {
    absl::StrAppend(&way_out, "From here it can go to ", Names(table, targets), ". ");
  }
  const std::string actions = absl::StrJoin(
      possible, ", ", [](std::string* out, std::string_view name) { out->append(name); });
  absl::StrAppend(&way_out, "Possible now: ", possible.empty() ? "nothing" : actions, ".");
  return StateForbids(table.reason, NameOf(table, from), action, way_out);
}

std::string RenderStateTables() {
  std::string out;
  for (const StateTable* table : AllStateTables()) {
    absl::StrAppend(&out, "## ", std::string(table->title),
                    "\n\n| from | action | to |\n|---|---|---|\n");
    for (const Transition& step : table->transitions) {
      absl::StrAppend(&out, "| ", NameOf(*table, step.from), " | ", std::string(step.action), " | ",
                      NameOf(*table, step.to), " |\n");
    }
    out += "\n";
  }
  return out;
}

}  // namespace ip::plan
