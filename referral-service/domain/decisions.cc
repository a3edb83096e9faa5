#include "referral-service/domain/decisions.h"

#include <vector>

#include "absl/strings/match.h"
#include "lib/base/errors.h"
#include "referral-service/domain/states.h"
#include "referral-service/domain/text.h"

namespace ip::referral {
namespace {

absl::Status Incomplete(const std::vector<Precondition>& missing) {
  return PreconditionsFailed("DECISION_INCOMPLETE",
                             "The decision cannot be made yet: " + missing.front().description,
                             missing);
}

void Decide(pb::NeedNotice& notice, const pb::Decision& decision, const Step& step) {
  auto* decided = notice.mutable_decision();
  *decided = decision;
  decided->clear_outcome();
  decided->set_decider(step.actor);
  *decided->mutable_decide_time() = TimestampOf(step.now);
}

absl::Status CheckReason(const Step& step) {
  if (!IsBlank(step.reason)) return absl::OkStatus();
  return InvalidField("reason", "Required: say why, the history shows it.");
}

}  // namespace

absl::Status Reject(pb::NeedNotice& notice, const pb::Decision& decision, const Step& step) {
  std::vector<Precondition> missing;
  if (IsBlank(decision.reasons())) {
    missing.push_back({"REASONS", "decision.reasons",
                       "Give the reasons: the person must be able to understand and contest them "
                       "(forvaltningsloven § 25)."});
  }
  if (!decision.complaint_information_given()) {
    missing.push_back({"COMPLAINT_INFORMATION", "decision.complaint_information_given",
                       "Tell the person how to complain, to whom and by when, and note that you "
                       "did (forvaltningsloven § 27, pasient- og brukerrettighetsloven § 7-2)."});
  }
  if (absl::Status status = CheckState(notice, step.action); !status.ok()) return status;
  if (!missing.empty()) return Incomplete(missing);
  Decide(notice, decision, step);
  return Advance(notice, step);
}

absl::Status Decline(pb::NeedNotice& notice, const pb::Decision& decision, const Step& step) {
  if (absl::Status status = CheckState(notice, step.action); !status.ok()) return status;
  if (!decision.coordinator_alone_offered()) {
    return Incomplete(
        {{"COORDINATOR_ALONE_OFFERED", "decision.coordinator_alone_offered",
          "Offer a coordinator without a plan first; the person may want one without the other "
          "(pasient- og brukerrettighetsloven § 2-5 b)."}});
  }
  Decide(notice, decision, step);
  return Advance(notice, step);
}

absl::Status Reopen(pb::NeedNotice& notice, const Step& step) {
  if (absl::Status status = CheckReason(step); !status.ok()) return status;
  if (absl::Status status = Advance(notice, step); !status.ok()) return status;
  notice.clear_decision();
  return absl::OkStatus();
}

absl::Status Forward(pb::NeedNotice& notice, const std::string& unit, const std::string& new_name,
                     const Reference& reference, const Step& step) {
  if (absl::Status status = CheckReason(step); !status.ok()) return status;
  if (reference.FindUnit(unit) == nullptr) {
    return InvalidField("unit", "There is no such unit. ListUnits shows all.");
  }
  if (unit == notice.unit()) {
    return InvalidField("unit", "That unit has the notice already. Choose the right one.");
  }
  if (absl::Status status = Advance(notice, step); !status.ok()) return status;
  notice.set_forwarded_to(new_name);
  notice.set_forwarded_to_unit(unit);
  return absl::OkStatus();
}

pb::NeedNotice ForwardedCopy(const pb::NeedNotice& forwarded) {
  pb::NeedNotice copy = forwarded;
  copy.set_state(pb::NeedNotice::SUBMITTED);
  copy.set_unit(forwarded.forwarded_to_unit());
  copy.set_forwarded_from(forwarded.name());
  copy.clear_forwarded_to();
  copy.clear_forwarded_to_unit();
  copy.mutable_clock()->clear_signal();
  copy.clear_assignee();
  copy.clear_assignee_display_name();
  copy.clear_information_request();
  copy.clear_possible_duplicates();  // what the unit before could see
  copy.clear_history();
  *copy.add_history() = *forwarded.history().rbegin();
  copy.mutable_history(0)->set_state(copy.state());
  return copy;
}

absl::Status Merge(pb::NeedNotice& notice, const std::string& into, const pb::NeedNotice* target,
                   const std::string& open_plan, const Step& step) {
  if (target == nullptr && !absl::StartsWith(into, "plans/")) {
    return InvalidField("into", "Required: \"notices/{notice}\" or \"plans/{plan}\".");
  }
  if (target == nullptr && into != open_plan) {
    return InvalidField("into",
                        "That is not the plan that this person has open at your unit. The notice's "
                        "possible_duplicates name it when there is one.");
  }
  if (into == notice.name()) return InvalidField("into", "A notice cannot go into itself.");
  if (target != nullptr && target->subject().person() != notice.subject().person()) {
    return InvalidField("into", "That notice is about somebody else.");
  }
  if (target != nullptr && !IsOpen(target->state())) {
    return InvalidField("into", "That notice is closed; join with one that goes on.");
  }
  if (absl::Status status = Advance(notice, step); !status.ok()) return status;
  notice.set_merged_into(into);
  return absl::OkStatus();
}

}  // namespace ip::referral
