#include "referral-service/domain/states.h"

#include <algorithm>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "lib/base/errors.h"

namespace ip::referral {
namespace {

const Transition* Find(std::string_view action, State state) {
  for (const auto& row : Transitions()) {
    if (row.action != action) continue;
    if (std::find(row.from.begin(), row.from.end(), state) != row.from.end()) return &row;
  }
  return nullptr;
}

// Both ways to go on: where the action is possible, and what is possible here.
std::string WayOut(std::string_view action, State state) {
  std::vector<std::string> states;
  std::vector<std::string> actions;
  for (const auto& row : Transitions()) {
    if (row.action == action) {
      for (const State from : row.from) states.push_back(pb::NeedNotice::State_Name(from));
    }
    if (row.action == kAdvanceAcceptance || row.action == kCloseNotice) continue;
    if (std::find(row.from.begin(), row.from.end(), state) != row.from.end()) {
      actions.emplace_back(row.action);
    }
  }
  return absl::StrCat("It is possible in ", absl::StrJoin(states, ", "), ". ",
                      actions.empty()
                          ? std::string("This notice is closed; a new need is a new notice.")
                          : absl::StrCat("Now possible: ", absl::StrJoin(actions, ", "), "."));
}

}  // namespace

const std::vector<Transition>& Transitions() {
  using N = pb::NeedNotice;
  static const std::vector<State> kUndecided = {N::SUBMITTED, N::IN_TRIAGE, N::AWAITING_INFO};
  static const std::vector<Transition> table = {
      {"UpdateNotice", {N::DRAFT}, {}},
      {"SubmitNotice", {N::DRAFT}, N::SUBMITTED},
      {"WithdrawNotice", {N::DRAFT, N::SUBMITTED, N::IN_TRIAGE, N::AWAITING_INFO}, N::WITHDRAWN},
      {"TakeNextNotice", {N::SUBMITTED}, N::IN_TRIAGE},
      {"AssignNotice", {N::SUBMITTED, N::IN_TRIAGE}, N::IN_TRIAGE},
      {"AssignNotice", {N::AWAITING_INFO}, {}},
      {"ReleaseNotice", {N::IN_TRIAGE}, N::SUBMITTED},
      {"RequestInformation", {N::IN_TRIAGE}, N::AWAITING_INFO},
      {"ProvideInformation", {N::AWAITING_INFO}, N::IN_TRIAGE},
      {"SendPreliminaryReply", {N::IN_TRIAGE, N::AWAITING_INFO}, {}},
      {"AcceptNotice", {N::IN_TRIAGE}, N::ACCEPTED},
      {"NominateAnotherCoordinator", {N::ACCEPTED}, {}},
      {"RejectNotice", {N::IN_TRIAGE}, N::REJECTED_NOT_ELIGIBLE},
      {"DeclineNotice", {N::IN_TRIAGE}, N::DECLINED_BY_USER},
      {"ForwardNotice", kUndecided, N::FORWARDED},
      {"MergeNotice", kUndecided, N::MERGED},
      {"MarkNoticeEnteredInError", kUndecided, N::ENTERED_IN_ERROR},
      {"ReopenNotice", {N::REJECTED_NOT_ELIGIBLE}, N::IN_TRIAGE},
      {"CreateNoticeComplaint",
       {N::ACCEPTED, N::CLOSED_DONE, N::REJECTED_NOT_ELIGIBLE, N::DECLINED_BY_USER},
       {}},
      {"IssueLetter",
       {N::SUBMITTED, N::IN_TRIAGE, N::AWAITING_INFO, N::ACCEPTED, N::CLOSED_DONE,
        N::REJECTED_NOT_ELIGIBLE, N::DECLINED_BY_USER},
       {}},
      {kAdvanceAcceptance, {N::ACCEPTED}, {}},
      {kCloseNotice, {N::ACCEPTED}, N::CLOSED_DONE},
  };
  return table;
}

absl::Status CheckState(const pb::NeedNotice& notice, std::string_view action) {
  if (Find(action, notice.state()) != nullptr) return absl::OkStatus();
  return StateForbids("NOTICE_STATE_FORBIDS_ACTION", pb::NeedNotice::State_Name(notice.state()),
                      action, WayOut(action, notice.state()));
}

void Record(pb::NeedNotice& notice, const Step& step) {
  auto* entry = notice.add_history();
  *entry->mutable_time() = TimestampOf(step.now);
  entry->set_actor(step.actor);
  entry->set_actor_display_name(step.display_name);
  entry->set_action(step.action);
  entry->set_state(notice.state());
  entry->set_reason(step.reason);
}

absl::Status Advance(pb::NeedNotice& notice, const Step& step) {
  if (absl::Status status = CheckState(notice, step.action); !status.ok()) return status;
  const Transition* row = Find(step.action, notice.state());
  if (row->to) notice.set_state(*row->to);
  Record(notice, step);
  return absl::OkStatus();
}

bool IsOpen(State state) { return IsUndecided(state) || state == pb::NeedNotice::ACCEPTED; }

bool IsUndecided(State state) {
  return state == pb::NeedNotice::SUBMITTED || state == pb::NeedNotice::IN_TRIAGE ||
         state == pb::NeedNotice::AWAITING_INFO;
}

}  // namespace ip::referral
