#include "plan-service/domain/goals.h"

#include "lib/base/errors.h"
#include "plan-service/domain/dates.h"
#include "plan-service/domain/names.h"
#include "plan-service/domain/text.h"
#include "plan-service/domain/transitions.h"

namespace ip::plan {
namespace {

namespace pb = individuellplan::plan::v1;

void CheckGoal(const pb::CarePlan& plan, const pb::Goal& goal, Violations& violations) {
  if (goal.has_own_words()) CheckOwnText("goal.own_words", goal.own_words(), violations);
  CheckText("goal.professional_wording", goal.professional_wording(), 4000, violations);
  if (!goal.has_own_words() && goal.professional_wording().empty()) {
    violations.Add("goal.own_words", "is required unless professional_wording is given.");
  }
  if (goal.has_target_date()) CheckDate("goal.target_date", goal.target_date(), violations);
  // A parent's parents must not lead back here.
  std::string parent = goal.parent_goal();
  for (int depth = 0; !parent.empty(); ++depth) {
    const pb::Goal* found = FindByName(plan.goals(), parent);
    if (found == nullptr) {
      violations.Add("goal.parent_goal", "must be the name of another goal of this plan.");
      return;
    }
    if (parent == goal.name() || depth > 10) {
      violations.Add("goal.parent_goal", "must not lead back to the goal itself.");
      return;
    }
    parent = found->parent_goal();
  }
}

}  // namespace

bool IsTarget(const pb::CarePlan& plan, std::string_view target) {
  if (target == plan.name() || pb::CarePlan::descriptor()->FindFieldByName(std::string(target))) {
    return true;
  }
  return FindByName(plan.goals(), target) || FindByName(plan.activities(), target) ||
         FindByName(plan.participants(), target) || FindByName(plan.evaluations(), target) ||
         FindByName(plan.coordinator_appointments(), target) ||
         FindByName(plan.comments(), target) || FindByName(plan.consents(), target) ||
         FindByName(plan.complaints(), target);
}

absl::Status OwnWordsAreTheOwners(std::string_view field) {
  return Error(absl::StatusCode::kPermissionDenied, "OWN_WORDS_ARE_THE_OWNERS",
               "These are the owner's own words; only the owner or who acts for them changes them. "
               "Write beside them instead: professional_wording, or a comment.",
               {{"field", std::string(field)}});
}

absl::StatusOr<std::string> CreateGoal(pb::CarePlan& plan, const Act& act, const pb::Goal& goal) {
  pb::Goal added = goal;
  added.set_name(NewChildName(plan.name(), "goals", act.now));
  added.set_state(act.as_owner ? pb::Goal::ACCEPTED : pb::Goal::PROPOSED);
  added.clear_etag();
  added.clear_achievement();
  added.clear_state_reason();
  added.set_author(act.actor);
  Violations violations;
  CheckGoal(plan, added, violations);
  CheckCount("plan.goals", plan.goals_size() + 1, 200, violations);
  if (absl::Status status = violations.ToStatus(); !status.ok()) return status;
  if (absl::Status status = CheckOpen(plan, "CreateGoal"); !status.ok()) return status;
  if (added.has_own_words()) Sign(*added.mutable_own_words(), plan.subject().person(), act);
  *plan.add_goals() = added;
  ContentChanged(plan, act);
  return added.name();
}

absl::StatusOr<std::string> UpdateGoal(pb::CarePlan& plan, const Act& act,
                                       const pb::UpdateGoalRequest& request) {
  pb::Goal* goal = FindByName(*plan.mutable_goals(), request.goal().name());
  if (goal == nullptr) return NotFound("goal");
  auto touched = ApplyMask(
      request.goal(), request.update_mask(),
      {"parent_goal", "own_words", "professional_wording", "life_area", "priority", "target_date"},
      *goal);
  if (!touched.ok()) return touched.status();
  if (touched->contains("own_words")) {
    if (!act.as_owner) return OwnWordsAreTheOwners("goal.own_words");
    if (goal->has_own_words()) Sign(*goal->mutable_own_words(), plan.subject().person(), act);
  }
  Violations violations;
  CheckGoal(plan, *goal, violations);
  if (absl::Status status = violations.ToStatus(); !status.ok()) return status;
  if (absl::Status status =
          CheckEtagIfGiven(request.goal().etag(), goal->etag(), request.goal().name());
      !status.ok()) {
    return status;
  }
  if (absl::Status status = CheckOpen(plan, "UpdateGoal"); !status.ok()) return status;
  ContentChanged(plan, act);
  return goal->name();
}

absl::StatusOr<std::string> AnswerGoal(pb::CarePlan& plan, const Act&,
                                       const pb::ActionRequest& request, bool accept) {
  pb::Goal* goal = FindByName(*plan.mutable_goals(), request.name());
  if (goal == nullptr) return NotFound("goal");
  if (absl::Status status = CheckEtag(request.etag(), goal->etag(), request.name()); !status.ok()) {
    return status;
  }
  const std::string_view action = accept ? "AcceptGoal" : "RejectGoal";
  if (absl::Status status = CheckOpen(plan, action); !status.ok()) return status;
  const pb::Goal::State to = accept ? pb::Goal::ACCEPTED : pb::Goal::REJECTED;
  if (absl::Status status = CheckTransition(GoalStates(), goal->state(), action, to);
      !status.ok()) {
    return status;
  }
  goal->set_state(to);
  goal->set_state_reason(request.reason());
  return goal->name();
}

absl::StatusOr<std::string> ChangeGoalState(pb::CarePlan& plan, const Act& act,
                                            const pb::ChangeGoalStateRequest& request) {
  pb::Goal* goal = FindByName(*plan.mutable_goals(), request.name());
  if (goal == nullptr) return NotFound("goal");
  const bool needs_reason = request.state() == pb::Goal::ON_HOLD ||
                            request.state() == pb::Goal::CANCELLED ||
                            request.state() == pb::Goal::ENTERED_IN_ERROR;
  if (needs_reason) {
    if (absl::Status status = RequireReason(request.reason()); !status.ok()) return status;
  }
  if (absl::Status status = CheckEtag(request.etag(), goal->etag(), request.name()); !status.ok()) {
    return status;
  }
  if (absl::Status status = CheckOpen(plan, "ChangeGoalState"); !status.ok()) return status;
  if (absl::Status status =
          CheckTransition(GoalStates(), goal->state(), "ChangeGoalState", request.state());
      !status.ok()) {
    return status;
  }
  goal->set_state(request.state());
  goal->set_state_reason(request.reason());
  ContentChanged(plan, act);
  return goal->name();
}

absl::StatusOr<std::string> CreateComment(pb::CarePlan& plan, const Act& act,
                                          const pb::Comment& comment) {
  Violations violations;
  CheckOwnText("comment.text", comment.text(), violations);
  if (!comment.target().empty() && !IsTarget(plan, comment.target())) {
    violations.Add("comment.target", "must be the name of something in this plan, or empty.");
  }
  CheckCount("plan.comments", plan.comments_size() + 1, 5000, violations);
  if (absl::Status status = violations.ToStatus(); !status.ok()) return status;
  pb::Comment& added = *plan.add_comments();
  added = comment;
  added.set_name(NewChildName(plan.name(), "comments", act.now));
  Sign(*added.mutable_text(), act.actor, act);
  return added.name();
}

absl::StatusOr<std::string> CreateObjection(pb::CarePlan& plan, const Act& act,
                                            const pb::Objection& objection) {
  Violations violations;
  CheckOwnText("objection.text", objection.text(), violations);
  if (!IsTarget(plan, objection.target())) {
    violations.Add("objection.target",
                   "must be the plan's name, the name of something in it, or one of its fields.");
  }
  CheckCount("plan.objections", plan.objections_size() + 1, 500, violations);
  if (absl::Status status = violations.ToStatus(); !status.ok()) return status;
  pb::Objection& added = *plan.add_objections();
  added = objection;
  added.set_name(NewChildName(plan.name(), "objections", act.now));
  added.clear_withdraw_time();
  added.clear_etag();
  Sign(*added.mutable_text(), plan.subject().person(), act);
  return added.name();
}

absl::StatusOr<std::string> WithdrawObjection(pb::CarePlan& plan, const Act& act,
                                              const pb::ActionRequest& request) {
  pb::Objection* objection = FindByName(*plan.mutable_objections(), request.name());
  if (objection == nullptr) return NotFound("objection");
  if (absl::Status status = CheckEtag(request.etag(), objection->etag(), request.name());
      !status.ok()) {
    return status;
  }
  if (objection->has_withdraw_time()) {
    return StateForbids("OBJECTION_STATE_FORBIDS_ACTION", "WITHDRAWN", "WithdrawObjection",
                        "It is taken back already.");
  }
  *objection->mutable_withdraw_time() = ToTimestamp(act.now);
  return objection->name();
}

}  // namespace ip::plan
