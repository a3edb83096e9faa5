#include "plan-service/domain/activities.h"

#include "absl/strings/str_cat.h"
#include "lib/base/errors.h"
#include "plan-service/domain/dates.h"
#include "plan-service/domain/goals.h"
#include "plan-service/domain/names.h"
#include "plan-service/domain/text.h"
#include "plan-service/domain/transitions.h"

namespace ip::plan {
namespace {

namespace pb = individuellplan::plan::v1;
using pb::Activity;

constexpr int kAnswerDays = 14;

const pb::Participant* Present(const pb::CarePlan& plan, const std::string& name, const Act& act) {
  const pb::Participant* participant = FindByName(plan.participants(), name);
  return participant != nullptr && Covers(participant->period(), act.Today()) ? participant
                                                                              : nullptr;
}

void CheckActivity(const pb::CarePlan& plan, const Activity& activity, Violations& violations) {
  CheckRequiredText("activity.title", activity.title(), 200, violations);
  CheckText("activity.extent", activity.extent(), 1000, violations);
  CheckText("activity.implementation", activity.implementation(), 4000, violations);
  CheckText("activity.decision_reference", activity.decision_reference(), 100, violations);
  CheckCount("activity.goals", activity.goals_size(), 50, violations);
  CheckCount("activity.contributors", activity.contributors_size(), 50, violations);
  for (int i = 0; i < activity.goals_size(); ++i) {
    if (FindByName(plan.goals(), activity.goals(i)) == nullptr) {
      violations.Add(absl::StrCat("activity.goals[", i, "]"),
                     "must be the name of a goal of this plan.");
    }
  }
  for (int i = 0; i < activity.contributors_size(); ++i) {
    if (FindByName(plan.participants(), activity.contributors(i)) == nullptr) {
      violations.Add(absl::StrCat("activity.contributors[", i, "]"),
                     "must be the name of a participant of this plan; invite them first "
                     "(CreateParticipant).");
    }
  }
  if (activity.has_period()) CheckPeriod("activity.period", activity.period(), violations);
}

// REQUESTED, or ACCEPTED at once when somebody takes it on themselves.
void Ask(Activity& activity, const pb::Participant& responsible, const google::type::Date& due,
         const Act& act) {
  const bool own = responsible.person() == act.actor ||
                   (act.as_owner && responsible.kind() == pb::Participant::OWNER);
  activity.set_responsible(responsible.name());
  activity.set_commitment(own ? Activity::ACCEPTED : Activity::REQUESTED);
  *activity.mutable_request_time() = ToTimestamp(act.now);
  *activity.mutable_answer_due_date() = due;
  activity.clear_reason();
}

bool IsResponsible(const pb::CarePlan& plan, const Activity& activity, const Act& act) {
  const pb::Participant* responsible = FindByName(plan.participants(), activity.responsible());
  if (responsible == nullptr) return false;
  return responsible->person() == act.actor ||
         (act.as_owner && responsible->kind() == pb::Participant::OWNER);
}

absl::StatusOr<std::string> Answer(pb::CarePlan& plan, const Act& act,
                                   const pb::ActionRequest& request, std::string_view action,
                                   Activity::Commitment to) {
  Activity* activity = FindByName(*plan.mutable_activities(), request.name());
  if (activity == nullptr) return NotFound("activity");
  if (!IsResponsible(plan, *activity, act)) {
    return PermissionDenied("NOT_THE_RESPONSIBLE",
                            "Only the one who is asked to be responsible answers. Ask somebody "
                            "else with RequestActivity.");
  }
  if (to != Activity::ACCEPTED) {
    if (absl::Status status = RequireReason(request.reason()); !status.ok()) return status;
  }
  if (absl::Status status = CheckEtag(request.etag(), activity->etag(), request.name());
      !status.ok()) {
    return status;
  }
  if (absl::Status status = CheckOpen(plan, action); !status.ok()) return status;
  if (absl::Status status = CheckTransition(CommitmentStates(), activity->commitment(), action, to);
      !status.ok()) {
    return status;
  }
  activity->set_commitment(to);
  activity->set_reason(request.reason());
  return activity->name();
}

absl::Status CheckMayBegin(const Activity& activity) {
  if (activity.commitment() != Activity::ACCEPTED) {
    return Error(absl::StatusCode::kFailedPrecondition, "ACTIVITY_NOT_COMMITTED",
                 "It begins when the responsible has said yes (AcceptActivity).",
                 {{"commitment", Activity::Commitment_Name(activity.commitment())}});
  }
  if (activity.decision() != Activity::NOT_REQUIRED && activity.decision() != Activity::GRANTED &&
      activity.decision() != Activity::PARTLY_GRANTED) {
    return Error(absl::StatusCode::kFailedPrecondition, "DECISION_MISSING",
                 "It begins when the service is granted, or needs no decision "
                 "(RecordActivityDecision).",
                 {{"decision", Activity::Decision_Name(activity.decision())}});
  }
  return absl::OkStatus();
}

}  // namespace

bool IsOpen(const Activity& activity) {
  return activity.execution() == Activity::NOT_STARTED ||
         activity.execution() == Activity::SCHEDULED ||
         activity.execution() == Activity::IN_PROGRESS || activity.execution() == Activity::ON_HOLD;
}

absl::StatusOr<std::string> CreateActivity(pb::CarePlan& plan, const Act& act,
                                           const Activity& activity) {
  Activity added = activity;
  added.set_name(NewChildName(plan.name(), "activities", act.now));
  added.set_execution(Activity::NOT_STARTED);
  added.set_commitment(Activity::UNASSIGNED);
  added.set_decision(Activity::NOT_REQUIRED);
  added.clear_etag();
  added.clear_responsible();
  added.clear_request_time();
  added.clear_answer_due_date();
  added.clear_reason();
  Violations violations;
  CheckActivity(plan, added, violations);
  CheckCount("plan.activities", plan.activities_size() + 1, 500, violations);
  const pb::Participant* responsible = nullptr;
  if (!activity.responsible().empty()) {
    responsible = Present(plan, activity.responsible(), act);
    if (responsible == nullptr) {
      violations.Add("activity.responsible",
                     "must be somebody who takes part in this plan; invite them first "
                     "(CreateParticipant).");
    }
  }
  if (absl::Status status = violations.ToStatus(); !status.ok()) return status;
  if (absl::Status status = CheckOpen(plan, "CreateActivity"); !status.ok()) return status;
  if (responsible != nullptr) Ask(added, *responsible, ToDate(act.Today() + kAnswerDays), act);
  *plan.add_activities() = added;
  ContentChanged(plan, act);
  return added.name();
}

absl::StatusOr<std::string> UpdateActivity(pb::CarePlan& plan, const Act& act,
                                           const pb::UpdateActivityRequest& request) {
  Activity* activity = FindByName(*plan.mutable_activities(), request.activity().name());
  if (activity == nullptr) return NotFound("activity");
  auto touched = ApplyMask(request.activity(), request.update_mask(),
                           {"title", "extent", "implementation", "goals", "life_area",
                            "contributors", "period", "decision_reference"},
                           *activity);
  if (!touched.ok()) return touched.status();
  Violations violations;
  CheckActivity(plan, *activity, violations);
  if (absl::Status status = violations.ToStatus(); !status.ok()) return status;
  if (absl::Status status =
          CheckEtagIfGiven(request.activity().etag(), activity->etag(), activity->name());
      !status.ok()) {
    return status;
  }
  if (absl::Status status = CheckOpen(plan, "UpdateActivity"); !status.ok()) return status;
  ContentChanged(plan, act);
  return activity->name();
}

absl::StatusOr<std::string> RequestActivity(pb::CarePlan& plan, const Act& act,
                                            const pb::RequestActivityRequest& request) {
  Activity* activity = FindByName(*plan.mutable_activities(), request.name());
  if (activity == nullptr) return NotFound("activity");
  Violations violations;
  const pb::Participant* responsible = Present(plan, request.responsible(), act);
  if (responsible == nullptr) {
    violations.Add("responsible",
                   "must be somebody who takes part in this plan; invite them first "
                   "(CreateParticipant).");
  }
  if (request.has_answer_due_date()) {
    CheckDate("answer_due_date", request.answer_due_date(), violations);
    if (IsDay(request.answer_due_date()) && ToDay(request.answer_due_date()) < act.Today()) {
      violations.Add("answer_due_date", "must not be in the past.");
    }
  }
  if (absl::Status status = violations.ToStatus(); !status.ok()) return status;
  if (absl::Status status = CheckEtag(request.etag(), activity->etag(), request.name());
      !status.ok()) {
    return status;
  }
  if (absl::Status status = CheckOpen(plan, "RequestActivity"); !status.ok()) return status;
  if (absl::Status status = CheckTransition(CommitmentStates(), activity->commitment(),
                                            "RequestActivity", Activity::REQUESTED);
      !status.ok()) {
    return status;
  }
  Ask(*activity, *responsible,
      request.has_answer_due_date() ? request.answer_due_date() : ToDate(act.Today() + kAnswerDays),
      act);
  return activity->name();
}

absl::StatusOr<std::string> AcceptActivity(pb::CarePlan& plan, const Act& act,
                                           const pb::ActionRequest& request) {
  return Answer(plan, act, request, "AcceptActivity", Activity::ACCEPTED);
}

absl::StatusOr<std::string> DeclineActivity(pb::CarePlan& plan, const Act& act,
                                            const pb::ActionRequest& request) {
  return Answer(plan, act, request, "DeclineActivity", Activity::DECLINED);
}

absl::StatusOr<std::string> ReleaseActivity(pb::CarePlan& plan, const Act& act,
                                            const pb::ActionRequest& request) {
  return Answer(plan, act, request, "ReleaseActivity", Activity::RELEASED);
}

absl::StatusOr<std::string> ReportActivityProgress(
    pb::CarePlan& plan, const Act& act, const pb::ReportActivityProgressRequest& request) {
  Activity* activity = FindByName(*plan.mutable_activities(), request.name());
  if (activity == nullptr) return NotFound("activity");
  if (!IsResponsible(plan, *activity, act) && !act.as_coordinator && !act.as_owner) {
    return PermissionDenied("NOT_THE_RESPONSIBLE",
                            "Only the responsible, the coordinator and the owner report progress. "
                            "Write a comment instead (CreateComment).");
  }
  const Activity::Execution to = request.execution();
  const std::string_view action = "ReportActivityProgress";
  if (to == Activity::ON_HOLD || to == Activity::STOPPED || to == Activity::CANCELLED ||
      to == Activity::ENTERED_IN_ERROR) {
    if (absl::Status status = RequireReason(request.reason()); !status.ok()) return status;
  }
  if (absl::Status status = CheckEtag(request.etag(), activity->etag(), request.name());
      !status.ok()) {
    return status;
  }
  if (absl::Status status = CheckOpen(plan, action); !status.ok()) return status;
  if (to != Activity::EXECUTION_UNSPECIFIED) {
    absl::Status status = CheckTransition(ExecutionStates(), activity->execution(), action, to);
    if (status.ok() && to == Activity::IN_PROGRESS) status = CheckMayBegin(*activity);
    if (!status.ok()) return status;
    activity->set_execution(to);
    activity->set_reason(request.reason());
  }
  const std::string name = activity->name();
  if (!request.note().empty()) {
    pb::Comment note;
    note.set_target(name);
    note.mutable_text()->set_text(request.note());
    auto written = CreateComment(plan, act, note);
    if (!written.ok()) return written.status();
  }
  return name;
}

absl::StatusOr<std::string> RecordActivityDecision(
    pb::CarePlan& plan, const Act&, const pb::RecordActivityDecisionRequest& request) {
  Activity* activity = FindByName(*plan.mutable_activities(), request.name());
  if (activity == nullptr) return NotFound("activity");
  Violations violations;
  if (request.decision() == Activity::DECISION_UNSPECIFIED) {
    violations.Add("decision", "is required.");
  }
  CheckText("decision_reference", request.decision_reference(), 100, violations);
  if (absl::Status status = violations.ToStatus(); !status.ok()) return status;
  if (absl::Status status = CheckEtag(request.etag(), activity->etag(), request.name());
      !status.ok()) {
    return status;
  }
  if (absl::Status status = CheckOpen(plan, "RecordActivityDecision"); !status.ok()) return status;
  if (absl::Status status = CheckTransition(DecisionStates(), activity->decision(),
                                            "RecordActivityDecision", request.decision());
      !status.ok()) {
    return status;
  }
  activity->set_decision(request.decision());
  if (!request.decision_reference().empty()) {
    activity->set_decision_reference(request.decision_reference());
  }
  return activity->name();
}

}  // namespace ip::plan
