#include "plan-service/domain/complaints.h"

#include <algorithm>

#include "lib/base/calendar.h"
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
using pb::Complaint;

const plan_rules::ComplaintLimit* LimitOf(const RuleSet& rules, int legal_basis) {
  for (const auto& limit : rules.complaint_limits()) {
    const auto& bases = limit.legal_bases();
    if (std::find(bases.begin(), bases.end(), legal_basis) != bases.end()) return &limit;
  }
  return nullptr;
}

void CheckComplaint(const pb::CarePlan& plan, const Act& act, const Complaint& complaint,
                    const RuleSet& rules, Violations& violations) {
  if (!IsTarget(plan, complaint.target())) {
    violations.Add("complaint.target",
                   "must be the plan's name, the name of something in it, or one of its fields.");
  }
  if (LimitOf(rules, complaint.legal_basis()) == nullptr) {
    violations.Add(
        "complaint.legal_basis",
        "is required: the law of the decision, which decides how long one may complain.");
  }
  CheckDate("complaint.decision_known_date", complaint.decision_known_date(), violations);
  if (IsDay(complaint.decision_known_date()) &&
      ToDay(complaint.decision_known_date()) > act.Today()) {
    violations.Add("complaint.decision_known_date", "must not be after today.");
  }
  CheckOwnText("complaint.text", complaint.text(), violations);
  CheckCount("plan.complaints", plan.complaints_size() + 1, 200, violations);
}

// What the plan says of the decision follows the complaint where its state table allows.
void MarkDecision(pb::CarePlan& plan, const std::string& target) {
  Activity* activity = FindByName(*plan.mutable_activities(), target);
  if (activity != nullptr && CheckTransition(DecisionStates(), activity->decision(),
                                             "CreateComplaint", Activity::COMPLAINED)
                                 .ok()) {
    activity->set_decision(Activity::COMPLAINED);
  }
}

absl::Status CheckStep(const pb::ChangeComplaintStateRequest& request) {
  const bool decided = request.state() == Complaint::DECIDED;
  const bool needs_reason = decided || request.state() == Complaint::UPHELD_BY_MUNICIPALITY ||
                            request.state() == Complaint::SENT_TO_COUNTY_GOVERNOR;
  if (decided == (request.outcome() == Complaint::OUTCOME_UNSPECIFIED)) {
    return InvalidField("outcome", "is required for DECIDED, and for nothing else.");
  }
  return needs_reason ? RequireReason(request.reason()) : absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::string> CreateComplaint(pb::CarePlan& plan, const Act& act,
                                            const Complaint& complaint, const RuleSet& rules) {
  Violations violations;
  CheckComplaint(plan, act, complaint, rules, violations);
  if (absl::Status status = violations.ToStatus(); !status.ok()) return status;
  const absl::CivilDay deadline = WorkingDayForwardFrom(
      ToDay(complaint.decision_known_date()) + LimitOf(rules, complaint.legal_basis())->days());
  Complaint& added = *plan.add_complaints();
  added.set_name(NewChildName(plan.name(), "complaints", act.now));
  added.set_state(Complaint::RECEIVED);
  added.set_target(complaint.target());
  added.set_legal_basis(complaint.legal_basis());
  *added.mutable_decision_known_date() = complaint.decision_known_date();
  *added.mutable_deadline_date() = ToDate(deadline);
  *added.mutable_text() = complaint.text();
  Sign(*added.mutable_text(), plan.subject().person(), act);
  *added.mutable_receive_time() = ToTimestamp(act.now);
  added.set_late(act.Today() > deadline);
  *added.mutable_answer_due_date() =
      ToDate(MonthsLater(act.Today(), rules.complaint_answer_months()));
  MarkDecision(plan, complaint.target());
  return added.name();
}

absl::StatusOr<std::string> ChangeComplaintState(pb::CarePlan& plan, const Act& act,
                                                 const pb::ChangeComplaintStateRequest& request) {
  Complaint* complaint = FindByName(*plan.mutable_complaints(), request.name());
  if (complaint == nullptr) return NotFound("complaint");
  if (absl::Status status = CheckStep(request); !status.ok()) return status;
  if (act.as_owner && request.state() != Complaint::WITHDRAWN) {
    return PermissionDenied("NOT_ALLOWED_IN_PLAN",
                            "The owner takes a complaint back; all other steps are the unit's.");
  }
  if (absl::Status status = CheckEtag(request.etag(), complaint->etag(), request.name());
      !status.ok()) {
    return status;
  }
  if (absl::Status status = CheckTransition(ComplaintStates(), complaint->state(),
                                            "ChangeComplaintState", request.state());
      !status.ok()) {
    return status;
  }
  complaint->set_state(request.state());
  complaint->set_outcome(request.outcome());
  complaint->set_state_reason(request.reason());
  return complaint->name();
}

}  // namespace ip::plan
