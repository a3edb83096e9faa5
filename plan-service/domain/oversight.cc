#include "plan-service/domain/oversight.h"

#include "lib/base/errors.h"
#include "plan-service/domain/dates.h"
#include "plan-service/domain/names.h"
#include "plan-service/domain/text.h"

namespace ip::plan {
namespace {

namespace pb = individuellplan::plan::v1;

// No law sets a limit; "without undue delay" (fvl § 11 a) made into a date that can be followed up.
constexpr int kAnswerDays = 14;

bool IsOpen(const pb::AccessQuestion& question) { return !question.has_answer_time(); }

}  // namespace

bool InForce(const pb::EmergencyAccess& access, absl::Time now) {
  const bool refused = access.has_review_time() && !access.justified();
  return !refused && ToTime(access.create_time()) <= now && now < ToTime(access.expire_time());
}

const pb::AccessQuestion* QuestionAbout(const pb::CarePlan& plan,
                                        std::string_view access_log_entry) {
  const pb::AccessQuestion* newest = nullptr;
  for (const pb::AccessQuestion& question : plan.access_questions()) {
    if (question.access_log_entry() == access_log_entry) newest = &question;
  }
  return newest;
}

std::vector<const pb::AccessQuestion*> OpenQuestions(const pb::CarePlan& plan) {
  std::vector<const pb::AccessQuestion*> open;
  for (const pb::AccessQuestion& question : plan.access_questions()) {
    if (IsOpen(question)) open.push_back(&question);
  }
  return open;
}

std::vector<const pb::EmergencyAccess*> Unreviewed(const pb::CarePlan& plan) {
  std::vector<const pb::EmergencyAccess*> open;
  for (const pb::EmergencyAccess& access : plan.emergency_accesses()) {
    if (!access.has_review_time()) open.push_back(&access);
  }
  return open;
}

absl::StatusOr<std::string> AskAboutAccess(pb::CarePlan& plan, const Act& act,
                                           const pb::AskAboutAccessRequest& request) {
  if (!act.as_owner) {
    return PermissionDenied("NOT_ALLOWED_IN_PLAN",
                            "The owner, or who represents them, asks about look-ups.");
  }
  Violations violations;
  CheckText("question", request.question(), 1000, violations);
  CheckCount("plan.access_questions", plan.access_questions_size() + 1, 500, violations);
  if (absl::Status status = violations.ToStatus(); !status.ok()) return status;
  const pb::AccessQuestion* before = QuestionAbout(plan, request.name());
  if (before != nullptr && IsOpen(*before)) {
    return Error(absl::StatusCode::kFailedPrecondition, "ACCESS_QUESTION_OPEN",
                 "This look-up has been asked about and the unit has not answered yet. The answer "
                 "will stand in the access log.");
  }
  pb::AccessQuestion& question = *plan.add_access_questions();
  question.set_access_log_entry(request.name());
  question.set_question(request.question());
  question.set_asker(act.actor);
  *question.mutable_ask_time() = ToTimestamp(act.now);
  *question.mutable_answer_due_date() = ToDate(act.Today() + kAnswerDays);
  return request.name();
}

absl::StatusOr<std::string> AnswerAccessQuestion(pb::CarePlan& plan, const Act& act,
                                                 const pb::AnswerAccessQuestionRequest& request) {
  Violations violations;
  CheckRequiredText("answer", request.answer(), 2000, violations);
  if (absl::Status status = violations.ToStatus(); !status.ok()) return status;
  for (pb::AccessQuestion& question : *plan.mutable_access_questions()) {
    if (question.access_log_entry() != request.name() || !IsOpen(question)) continue;
    question.set_answer(request.answer());
    question.set_answerer(act.actor);
    *question.mutable_answer_time() = ToTimestamp(act.now);
    return request.name();
  }
  return Error(absl::StatusCode::kFailedPrecondition, "NO_OPEN_QUESTION",
               "Nobody waits for an answer about this look-up. ListAccessLogEntries with filter "
               "question = \"OPEN\" shows which have been asked about.");
}

absl::StatusOr<std::string> OpenInEmergency(pb::CarePlan& plan, const Act& act,
                                            const Caller& caller, const std::string& reason) {
  // Who may not see the plan does not learn that there was one.
  if (!CheckOpen(plan, "RequestEmergencyAccess").ok()) return NotFound("plan");
  if (absl::Status status = RequireReason(reason); !status.ok()) return status;
  Violations violations;
  CheckCount("plan.emergency_accesses", plan.emergency_accesses_size() + 1, 500, violations);
  if (absl::Status status = violations.ToStatus(); !status.ok()) return status;
  pb::EmergencyAccess& access = *plan.add_emergency_accesses();
  access.set_name(NewChildName(plan.name(), "emergencyAccesses", act.now));
  access.set_accessor(caller.person);
  access.set_accessor_display_name(caller.display_name);
  access.set_organization(caller.organization);
  access.set_hpr_number(caller.hpr_number);
  access.set_reason(reason);
  *access.mutable_create_time() = ToTimestamp(act.now);
  *access.mutable_expire_time() = ToTimestamp(act.now + kEmergencyTime);
  return access.name();
}

absl::StatusOr<std::string> ReviewEmergencyAccess(pb::CarePlan& plan, const Act& act,
                                                  const pb::ReviewEmergencyAccessRequest& request) {
  pb::EmergencyAccess* access = FindByName(*plan.mutable_emergency_accesses(), request.name());
  if (access == nullptr) return NotFound("emergency access");
  Violations violations;
  CheckRequiredText("comment", request.comment(), 2000, violations);
  if (absl::Status status = violations.ToStatus(); !status.ok()) return status;
  if (access->accessor() == act.actor) {
    return PermissionDenied("NOT_ALLOWED_IN_PLAN",
                            "Somebody else than who opened the plan reviews it.");
  }
  if (access->has_review_time()) {
    return Error(absl::StatusCode::kFailedPrecondition, "EMERGENCY_ACCESS_REVIEWED",
                 "This emergency access has been reviewed; the review stands.");
  }
  access->set_justified(request.justified());
  access->set_reviewer(act.actor);
  access->set_review_comment(request.comment());
  *access->mutable_review_time() = ToTimestamp(act.now);
  return access->name();
}

}  // namespace ip::plan
