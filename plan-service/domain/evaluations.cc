#include "plan-service/domain/evaluations.h"

#include <set>

#include "absl/strings/str_cat.h"
#include "lib/base/errors.h"
#include "plan-service/domain/dates.h"
#include "plan-service/domain/names.h"
#include "plan-service/domain/text.h"
#include "plan-service/domain/transitions.h"

namespace ip::plan {
namespace {

namespace pb = individuellplan::plan::v1;
using pb::Evaluation;
using pb::Goal;

void CheckFuture(std::string_view field, const google::type::Date& date, const Act& act,
                 Violations& violations) {
  CheckDate(field, date, violations);
  if (IsDay(date) && ToDay(date) <= act.Today()) {
    violations.Add(field, "must be after today.");
  }
}

Evaluation& Plan(pb::CarePlan& plan, const google::type::Date& due, const Act& act) {
  Evaluation& added = *plan.add_evaluations();
  added.set_name(NewChildName(plan.name(), "evaluations", act.now));
  added.set_state(Evaluation::PLANNED);
  *added.mutable_due_date() = due;
  *added.mutable_first_due_date() = due;
  return added;
}

absl::Status MovedTooOften(const Evaluation& evaluation) {
  return Error(absl::StatusCode::kFailedPrecondition, "EVALUATION_MOVED_TOO_OFTEN",
               absl::StrCat("This evaluation was first due on ",
                            absl::FormatCivilTime(ToDay(evaluation.first_due_date())),
                            " and has been moved ", evaluation.reschedule_count(),
                            " times. Hold it, as far as it can be held now, and set a day for the "
                            "next (HoldEvaluation), or pause the plan (HoldPlan)."));
}

void CheckAssessments(const pb::CarePlan& plan, const Evaluation& held, Violations& violations) {
  std::set<std::string> judged;
  for (int i = 0; i < held.goal_assessments_size(); ++i) {
    const auto& assessment = held.goal_assessments(i);
    const std::string field = absl::StrCat("evaluation.goal_assessments[", i, "]");
    if (FindByName(plan.goals(), assessment.goal()) == nullptr) {
      violations.Add(field + ".goal", "must be the name of a goal of this plan.");
    } else if (!judged.insert(assessment.goal()).second) {
      violations.Add(field + ".goal", "is assessed twice.");
    }
    const bool verdict = assessment.owner_verdict() != Goal::ACHIEVEMENT_UNSPECIFIED ||
                         assessment.service_verdict() != Goal::ACHIEVEMENT_UNSPECIFIED;
    if (verdict == assessment.not_discussed()) {
      violations.Add(field, "needs a verdict or not_discussed, one of the two.");
    }
    if (assessment.has_owner_statement()) {
      CheckOwnText(field + ".owner_statement", assessment.owner_statement(), violations);
    }
  }
  for (const Goal& goal : plan.goals()) {
    if (goal.state() == Goal::ACTIVE && !judged.contains(goal.name())) {
      violations.Add("evaluation.goal_assessments",
                     absl::StrCat("lacks the active goal ", goal.name(),
                                  "; judge it or mark it not_discussed."));
    }
  }
}

absl::Status CheckHeld(const pb::CarePlan& plan, const Act& act,
                       const pb::HoldEvaluationRequest& request) {
  const Evaluation& held = request.evaluation();
  Violations violations;
  CheckDate("evaluation.held_date", held.held_date(), violations);
  if (IsDay(held.held_date()) && ToDay(held.held_date()) > act.Today()) {
    violations.Add("evaluation.held_date", "must not be after today.");
  }
  CheckAssessments(plan, held, violations);
  if (held.has_owner_statement() == held.owner_did_not_wish()) {
    violations.Add("evaluation.owner_statement",
                   "give the owner's statement, or say owner_did_not_wish; one of the two.");
  }
  if (held.has_owner_statement()) {
    CheckOwnText("evaluation.owner_statement", held.owner_statement(), violations);
  }
  CheckText("evaluation.minutes", held.minutes(), 20000, violations);
  CheckText("evaluation.place", held.place(), 500, violations);
  if (request.closing() == request.has_next_due_date()) {
    violations.Add("next_due_date",
                   "set the day of the next evaluation, or closing; one of the two.");
  }
  if (request.has_next_due_date()) {
    CheckFuture("next_due_date", request.next_due_date(), act, violations);
  }
  return violations.ToStatus();
}

}  // namespace

const Evaluation* NextEvaluation(const pb::CarePlan& plan) {
  const Evaluation* next = nullptr;
  for (const Evaluation& evaluation : plan.evaluations()) {
    if (evaluation.state() != Evaluation::PLANNED) continue;
    if (next == nullptr || ToDay(evaluation.due_date()) < ToDay(next->due_date())) {
      next = &evaluation;
    }
  }
  return next;
}

absl::StatusOr<std::string> CreateEvaluation(pb::CarePlan& plan, const Act& act,
                                             const Evaluation& evaluation) {
  Violations violations;
  CheckFuture("evaluation.due_date", evaluation.due_date(), act, violations);
  CheckText("evaluation.place", evaluation.place(), 500, violations);
  CheckCount("plan.evaluations", plan.evaluations_size() + 1, 500, violations);
  if (absl::Status status = violations.ToStatus(); !status.ok()) return status;
  if (absl::Status status = CheckOpen(plan, "CreateEvaluation"); !status.ok()) return status;
  Evaluation& added = Plan(plan, evaluation.due_date(), act);
  added.set_place(evaluation.place());
  return added.name();
}

absl::StatusOr<std::string> RescheduleEvaluation(pb::CarePlan& plan, const Act& act,
                                                 const pb::RescheduleEvaluationRequest& request,
                                                 const RuleSet& rules) {
  Evaluation* old = FindByName(*plan.mutable_evaluations(), request.name());
  if (old == nullptr) return NotFound("evaluation");
  Violations violations;
  CheckFuture("due_date", request.due_date(), act, violations);
  if (absl::Status status = violations.ToStatus(); !status.ok()) return status;
  if (absl::Status status = RequireReason(request.reason()); !status.ok()) return status;
  if (absl::Status status = CheckEtag(request.etag(), old->etag(), request.name()); !status.ok()) {
    return status;
  }
  if (absl::Status status = CheckOpen(plan, "RescheduleEvaluation"); !status.ok()) return status;
  if (absl::Status status = CheckTransition(EvaluationStates(), old->state(),
                                            "RescheduleEvaluation", Evaluation::RESCHEDULED);
      !status.ok()) {
    return status;
  }
  // A paused plan's evaluation moves with the pause, which has a reason and an end of its own.
  if (plan.state() != pb::CarePlan::ON_HOLD &&
      old->reschedule_count() >= rules.most_reschedules()) {
    return MovedTooOften(*old);
  }
  Evaluation& successor = Plan(plan, request.due_date(), act);
  *successor.mutable_first_due_date() = old->first_due_date();
  successor.set_reschedule_count(old->reschedule_count() + 1);
  successor.set_place(old->place());
  old->set_state(Evaluation::RESCHEDULED);
  old->set_reason(request.reason());
  old->set_successor(successor.name());
  return successor.name();
}

absl::StatusOr<std::string> HoldEvaluation(pb::CarePlan& plan, const Act& act,
                                           const pb::HoldEvaluationRequest& request) {
  const std::string name = request.evaluation().name();
  Evaluation* evaluation = FindByName(*plan.mutable_evaluations(), name);
  if (evaluation == nullptr) return NotFound("evaluation");
  if (absl::Status status = CheckHeld(plan, act, request); !status.ok()) return status;
  if (absl::Status status = CheckEtag(request.evaluation().etag(), evaluation->etag(), name);
      !status.ok()) {
    return status;
  }
  if (plan.state() != pb::CarePlan::ACTIVE && plan.state() != pb::CarePlan::ON_HOLD) {
    return StateForbids("PLAN_STATE_FORBIDS_ACTION", pb::CarePlan::State_Name(plan.state()),
                        "HoldEvaluation", "A plan is evaluated while it is in use (ActivatePlan).");
  }
  if (absl::Status status = CheckTransition(EvaluationStates(), evaluation->state(),
                                            "HoldEvaluation", Evaluation::HELD);
      !status.ok()) {
    return status;
  }
  const Evaluation& held = request.evaluation();
  evaluation->set_state(Evaluation::HELD);
  *evaluation->mutable_held_date() = held.held_date();
  *evaluation->mutable_goal_assessments() = held.goal_assessments();
  evaluation->set_owner_did_not_wish(held.owner_did_not_wish());
  evaluation->set_minutes(held.minutes());
  evaluation->set_closing(request.closing());
  if (!held.place().empty()) evaluation->set_place(held.place());
  const std::string& owner = plan.subject().person();
  if (held.has_owner_statement()) {
    *evaluation->mutable_owner_statement() = held.owner_statement();
    Sign(*evaluation->mutable_owner_statement(), owner, act);
  }
  for (auto& assessment : *evaluation->mutable_goal_assessments()) {
    if (assessment.has_owner_statement()) {
      Sign(*assessment.mutable_owner_statement(), owner, act);
    }
    if (assessment.not_discussed()) continue;
    // The plan is the owner's: where both judged, theirs is the goal's.
    FindByName(*plan.mutable_goals(), assessment.goal())
        ->set_achievement(assessment.owner_verdict() != Goal::ACHIEVEMENT_UNSPECIFIED
                              ? assessment.owner_verdict()
                              : assessment.service_verdict());
  }
  if (request.has_next_due_date()) Plan(plan, request.next_due_date(), act);
  return name;
}

absl::StatusOr<std::string> ApproveEvaluation(pb::CarePlan& plan, const Act& act,
                                              const pb::ActionRequest& request) {
  Evaluation* evaluation = FindByName(*plan.mutable_evaluations(), request.name());
  if (evaluation == nullptr) return NotFound("evaluation");
  if (absl::Status status = CheckEtag(request.etag(), evaluation->etag(), request.name());
      !status.ok()) {
    return status;
  }
  if (absl::Status status = CheckTransition(EvaluationStates(), evaluation->state(),
                                            "ApproveEvaluation", Evaluation::APPROVED);
      !status.ok()) {
    return status;
  }
  evaluation->set_state(Evaluation::APPROVED);
  *evaluation->mutable_approve_time() = ToTimestamp(act.now);
  return evaluation->name();
}

void CancelEvaluations(pb::CarePlan& plan, std::string_view reason) {
  for (Evaluation& evaluation : *plan.mutable_evaluations()) {
    if (evaluation.state() != Evaluation::PLANNED) continue;
    evaluation.set_state(Evaluation::CANCELLED);
    evaluation.set_reason(std::string(reason));
  }
}

}  // namespace ip::plan
