#include "referral-service/domain/acceptance.h"

#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "lib/base/clock.h"
#include "lib/base/derived_id.h"
#include "lib/base/errors.h"
#include "referral-service/domain/states.h"

namespace ip::referral {
namespace {

using A = pb::Acceptance;

constexpr int kOfAge = 18;
constexpr std::string_view kNominateAnother = "NominateAnotherCoordinator";

absl::Status CheckAcceptanceStep(const pb::NeedNotice& notice, A::Step wanted,
                                 std::string_view action, std::string_view way_out) {
  if (absl::Status status = CheckState(notice, action); !status.ok()) return status;
  if (notice.acceptance().step() == wanted) return absl::OkStatus();
  return StateForbids("NOTICE_STATE_FORBIDS_ACTION",
                      absl::StrCat("ACCEPTED (", A::Step_Name(notice.acceptance().step()), ")"),
                      action, way_out);
}

void MoveTo(pb::NeedNotice& notice, A::Step step, absl::Time now) {
  notice.mutable_acceptance()->set_step(step);
  *notice.mutable_acceptance()->mutable_step_time() = TimestampOf(now);
}

absl::Status CheckDecision(const pb::Decision& decision) {
  Violations wrong;
  if (decision.outcome() == pb::NeedNotice::OUTCOME_UNSPECIFIED) {
    wrong.Add("decision.outcome", "Required.");
  }
  if (decision.legal_bases().empty() ||
      std::find(decision.legal_bases().begin(), decision.legal_bases().end(),
                type::LEGAL_BASIS_UNSPECIFIED) != decision.legal_bases().end()) {
    wrong.Add("decision.legal_bases", "Required: the law or laws it rests on.");
  }
  return wrong.ToStatus();
}

// Health law gives a coordinator also without a plan (pbrl § 2-5 b, hol § 7-2); under the social
// and labour laws a coordinator comes with a plan alone.
bool GivesCoordinatorAlone(int law) {
  switch (law) {
    case type::HOL_7_1:
    case type::SPHL_2_5:
    case type::PHVL_4_1:
    case type::COORD_HOL_7_2:
    case type::CHILD_COORD_HOL_7_2A:
      return true;
    default:
      return false;
  }
}

void CheckPart(bool good, std::string_view field, std::string_view rule, Violations& wrong) {
  if (!good) wrong.Add(absl::StrCat("coordinator.", std::string(field)), rule);
}

}  // namespace

absl::Status CheckCandidate(const pb::CoordinatorCandidate& candidate) {
  Violations wrong;
  CheckPart(!candidate.identity().national_id().empty(), "identity.national_id",
            "Required: who it is.", wrong);
  CheckPart(!candidate.display_name().empty(), "display_name", "Required.", wrong);
  CheckPart(absl::StartsWith(candidate.organization(), "organizations/"), "organization",
            "Required: \"organizations/{organization}\".", wrong);
  CheckPart(candidate.work_email().find('@') != std::string::npos, "work_email",
            "Required: a work e-mail address.", wrong);
  return wrong.ToStatus();
}

absl::Status Accept(pb::NeedNotice& notice, const pb::Decision& decision,
                    const pb::CoordinatorCandidate& candidate, const Step& step) {
  if (absl::Status status = CheckDecision(decision); !status.ok()) return status;
  if (absl::Status status = CheckCandidate(candidate); !status.ok()) return status;
  if (absl::Status status = CheckState(notice, step.action); !status.ok()) return status;
  const auto& birth = notice.subject().birth_date();
  if (decision.outcome() == pb::NeedNotice::CHILD_COORDINATOR && IsValid(birth) &&
      Birthday(birth, kOfAge) <= OsloDay(step.now)) {
    return PreconditionsFailed(
        "DECISION_INCOMPLETE", "A child coordinator is for children.",
        {{"OF_AGE", "decision.outcome",
          "The person is of age. Decide on a coordinator instead (helse- og omsorgstjenesteloven "
          "§ 7-2 a)."}});
  }
  const auto& laws = decision.legal_bases();
  if (decision.outcome() == pb::NeedNotice::COORDINATOR_ONLY &&
      std::none_of(laws.begin(), laws.end(), GivesCoordinatorAlone)) {
    return PreconditionsFailed(
        "DECISION_INCOMPLETE", "None of these laws gives a coordinator without a plan.",
        {{"COORDINATOR_ALONE", "decision.legal_bases",
          "Name the health law it rests on (helse- og omsorgstjenesteloven § 7-2), or decide on a "
          "plan and a coordinator."}});
  }
  auto* decided = notice.mutable_decision();
  *decided = decision;
  decided->set_decider(step.actor);
  *decided->mutable_decide_time() = TimestampOf(step.now);
  notice.mutable_acceptance()->set_coordinator_display_name(candidate.display_name());
  MoveTo(notice, A::OPENING_PLAN, step.now);
  return Advance(notice, step);
}

absl::Status PlanOpened(pb::NeedNotice& notice, const std::string& plan, const Step& step) {
  if (absl::Status status = CheckAcceptanceStep(notice, A::OPENING_PLAN, step.action, "");
      !status.ok()) {
    return status;
  }
  notice.mutable_acceptance()->set_plan(plan);
  MoveTo(notice, A::NOMINATING, step.now);
  return Advance(notice, step);
}

absl::Status CoordinatorAsked(pb::NeedNotice& notice, const std::string& appointment,
                              const Step& step) {
  if (absl::Status status = CheckAcceptanceStep(notice, A::NOMINATING, step.action, "");
      !status.ok()) {
    return status;
  }
  notice.mutable_acceptance()->set_appointment(appointment);
  MoveTo(notice, A::AWAITING_COORDINATOR, step.now);
  return Advance(notice, step);
}

absl::Status CoordinatorAnswered(pb::NeedNotice& notice, bool accepted, const Step& step) {
  if (absl::Status status = CheckAcceptanceStep(notice, A::AWAITING_COORDINATOR, step.action, "");
      !status.ok()) {
    return status;
  }
  MoveTo(notice, accepted ? A::DONE : A::COORDINATOR_DECLINED, step.now);
  return Advance(notice, step);
}

absl::Status NominateAnother(pb::NeedNotice& notice, const pb::CoordinatorCandidate& candidate,
                             const Step& step) {
  if (absl::Status status = CheckCandidate(candidate); !status.ok()) return status;
  if (absl::Status status =
          CheckAcceptanceStep(notice, A::COORDINATOR_DECLINED, step.action,
                              "Another one can be nominated when the first has declined.");
      !status.ok()) {
    return status;
  }
  notice.mutable_acceptance()->set_coordinator_display_name(candidate.display_name());
  notice.mutable_acceptance()->clear_appointment();
  MoveTo(notice, A::NOMINATING, step.now);
  return Advance(notice, step);
}

std::string RequestIdOf(const pb::NeedNotice& notice) {
  const auto attempts =
      std::count_if(notice.history().begin(), notice.history().end(),
                    [](const auto& entry) { return entry.action() == kNominateAnother; });
  return DerivedId(
      absl::StrCat(notice.name(), "|", A::Step_Name(notice.acceptance().step()), "|", attempts));
}

bool IsUnfinished(const pb::NeedNotice& notice) {
  return notice.state() == pb::NeedNotice::ACCEPTED &&
         notice.acceptance().step() != A::COORDINATOR_DECLINED;
}

}  // namespace ip::referral
