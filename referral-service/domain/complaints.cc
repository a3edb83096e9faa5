#include "referral-service/domain/complaints.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "lib/base/calendar.h"
#include "lib/base/clock.h"
#include "lib/base/errors.h"
#include "referral-service/domain/decisions.h"
#include "referral-service/domain/states.h"
#include "referral-service/domain/text.h"

namespace ip::referral {
namespace {

using C = Complaint;

constexpr size_t kMaxText = 4000;

absl::Status CheckRequest(const C& request, absl::CivilDay today) {
  Violations wrong;
  const auto past_day = [&](const google::type::Date& date, std::string_view field) {
    if (!IsValid(date)) {
      wrong.Add(field, "Required: a whole calendar day that exists.");
    } else if (DayOf(date) > today) {
      wrong.Add(field, "The day cannot lie in the future.");
    }
  };
  if (request.legal_basis() == type::LEGAL_BASIS_UNSPECIFIED) {
    wrong.Add("complaint.legal_basis", "Required: the law decides how long one may complain.");
  }
  past_day(request.decision_known_date(), "complaint.decision_known_date");
  if (request.has_receive_date()) past_day(request.receive_date(), "complaint.receive_date");
  if (IsBlank(request.text())) wrong.Add("complaint.text", "Required: what it is about.");
  if (Length(request.text()) > kMaxText) {
    wrong.Add("complaint.text", absl::StrCat("At most ", kMaxText, " characters; shorten it."));
  }
  return wrong.ToStatus();
}

absl::Status CheckMove(C::State from, C::State to, std::string_view action) {
  std::vector<std::string> possible;
  for (const auto& row : ComplaintTransitions()) {
    if (row.from != from) continue;
    if (row.to == to) return absl::OkStatus();
    possible.push_back(C::State_Name(row.to));
  }
  return StateForbids("COMPLAINT_STATE_FORBIDS_ACTION", C::State_Name(from),
                      absl::StrCat(std::string(action), " to ", C::State_Name(to)),
                      possible.empty()
                          ? "This complaint is closed; a new one is welcome."
                          : absl::StrCat("Possible now: ", absl::StrJoin(possible, ", "), "."));
}

bool GivesRight(const C& complaint) {
  return complaint.state() == C::UPHELD_BY_MUNICIPALITY ||
         complaint.governor_decision() == C::UPHELD || complaint.governor_decision() == C::RETURNED;
}

}  // namespace

const std::vector<ComplaintTransition>& ComplaintTransitions() {
  static const std::vector<ComplaintTransition> table = {
      {C::RECEIVED, C::REVIEW},
      {C::RECEIVED, C::WITHDRAWN},
      {C::REVIEW, C::UPHELD_BY_MUNICIPALITY},
      {C::REVIEW, C::SENT_TO_COUNTY_GOVERNOR},
      {C::REVIEW, C::WITHDRAWN},
      {C::SENT_TO_COUNTY_GOVERNOR, C::DECIDED},
      {C::SENT_TO_COUNTY_GOVERNOR, C::WITHDRAWN},
  };
  return table;
}

absl::CivilDay ComplaintDeadline(absl::CivilDay known, int weeks) {
  return WorkingDayForwardFrom(known + absl::civil_diff_t{7} * weeks);
}

absl::Status ReceiveComplaint(pb::NeedNotice& notice, const C& request, const std::string& name,
                              const Rules& rules, const Step& step) {
  const absl::CivilDay today = OsloDay(step.now);
  if (absl::Status status = CheckRequest(request, today); !status.ok()) return status;
  if (absl::Status status = Advance(notice, step); !status.ok()) return status;
  const absl::CivilDay known = DayOf(request.decision_known_date());
  const absl::CivilDay received =
      request.has_receive_date() ? DayOf(request.receive_date()) : today;
  const absl::CivilDay deadline =
      ComplaintDeadline(known, ComplaintWeeks(rules.On(known), request.legal_basis()));
  C* complaint = notice.add_complaints();
  complaint->set_name(name);
  complaint->set_state(C::RECEIVED);
  complaint->set_legal_basis(request.legal_basis());
  *complaint->mutable_decision_known_date() = DateOf(known);
  *complaint->mutable_deadline_date() = DateOf(deadline);
  complaint->set_text(request.text());
  *complaint->mutable_receive_time() = TimestampOf(step.now);
  *complaint->mutable_receive_date() = DateOf(received);
  complaint->set_late(received > deadline);
  complaint->set_recorder(step.actor);
  return absl::OkStatus();
}

absl::Status ChangeComplaintState(pb::NeedNotice& notice, const std::string& name, C::State to,
                                  C::GovernorDecision decision, const Step& step) {
  auto& all = *notice.mutable_complaints();
  const auto complaint =
      std::find_if(all.begin(), all.end(), [&](const C& c) { return c.name() == name; });
  if (complaint == all.end()) return NotFound("complaint");
  if ((to == C::DECIDED) != (decision != C::GOVERNOR_DECISION_UNSPECIFIED)) {
    return InvalidField("governor_decision",
                        "Required for DECIDED, and only there: what the county governor came to.");
  }
  absl::Status status = CheckMove(complaint->state(), to, step.action);
  if (!status.ok()) return status;
  complaint->set_state(to);
  complaint->set_governor_decision(decision);
  Record(notice, step);
  if (!GivesRight(*complaint) || notice.state() != pb::NeedNotice::REJECTED_NOT_ELIGIBLE) {
    return absl::OkStatus();
  }
  Step reopening = step;
  reopening.action = "ReopenNotice";
  if (IsBlank(reopening.reason)) reopening.reason = name;
  return Reopen(notice, reopening);
}

const C* FindComplaint(const pb::NeedNotice& notice, const std::string& name) {
  for (const auto& complaint : notice.complaints()) {
    if (complaint.name() == name) return &complaint;
  }
  return nullptr;
}

bool HasOpenComplaint(const pb::NeedNotice& notice) {
  return std::any_of(notice.complaints().begin(), notice.complaints().end(),
                     [](const C& c) { return c.state() == C::RECEIVED || c.state() == C::REVIEW; });
}

}  // namespace ip::referral
