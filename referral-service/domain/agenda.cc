#include "referral-service/domain/agenda.h"

#include <algorithm>
#include <utility>

#include "lib/base/errors.h"
#include "referral-service/domain/states.h"

namespace ip::referral {
namespace {

using Item = pb::AgendaItem;
using N = pb::NeedNotice;

constexpr int kFortnight = 14;
constexpr int kMostPoints = 200;

}  // namespace

absl::StatusOr<MeetingDays> MeetingDaysOf(const pb::GetMeetingAgendaRequest& request,
                                          absl::CivilDay today) {
  Violations wrong;
  MeetingDays days{today, today + kFortnight};
  if (request.has_meeting_date()) {
    if (!IsValid(request.meeting_date())) {
      wrong.Add("meeting_date", "Give a whole calendar day that exists, or none.");
    } else {
      days = {DayOf(request.meeting_date()), DayOf(request.meeting_date()) + kFortnight};
    }
  }
  if (request.has_next_meeting_date()) {
    if (!IsValid(request.next_meeting_date())) {
      wrong.Add("next_meeting_date", "Give a whole calendar day that exists, or none.");
    } else if (days.next = DayOf(request.next_meeting_date()); days.next <= days.meeting) {
      wrong.Add("next_meeting_date", "The next meeting is later than this one.");
    }
  }
  if (!wrong.empty()) return wrong.ToStatus();
  return days;
}

Item::Reason AgendaReasonOf(const pb::QueueItem& item, const MeetingDays& days) {
  const absl::CivilDay due = DayOf(item.due_date());
  const bool undecided = IsUndecided(item.state());
  if (undecided && due < days.meeting) return Item::OVERDUE;
  if (undecided && due < days.next) return Item::DUE_BEFORE_NEXT_MEETING;
  if (undecided && item.urgency() == N::URGENT) return Item::URGENT;
  if (item.open_complaint()) return Item::COMPLAINT;
  switch (item.state()) {
    case N::ACCEPTED:
      return item.acceptance_step() == pb::Acceptance::COORDINATOR_DECLINED
                 ? Item::COORDINATOR_DECLINED
                 : Item::REASON_UNSPECIFIED;
    case N::AWAITING_INFO:
      return DayOf(item.answer_due_date()) < days.meeting ? Item::ANSWER_OVERDUE
                                                          : Item::REASON_UNSPECIFIED;
    case N::SUBMITTED:
      return Item::UNTAKEN;
    case N::IN_TRIAGE:
      return Item::IN_WORK;
    default:
      return Item::REASON_UNSPECIFIED;
  }
}

pb::GetMeetingAgendaResponse AgendaOf(const std::vector<pb::QueueItem>& queue,
                                      const MeetingDays& days) {
  pb::GetMeetingAgendaResponse agenda;
  for (const auto& item : queue) {
    const auto reason = AgendaReasonOf(item, days);
    if (reason == Item::REASON_UNSPECIFIED) continue;
    auto* point = agenda.add_items();
    point->set_reason(reason);
    *point->mutable_item() = item;
  }
  auto& items = *agenda.mutable_items();
  std::stable_sort(items.begin(), items.end(),
                   [](const Item& a, const Item& b) { return a.reason() < b.reason(); });
  if (items.size() > kMostPoints) {
    items.DeleteSubrange(kMostPoints, items.size() - kMostPoints);
    agenda.set_more(true);
  }
  return agenda;
}

}  // namespace ip::referral
