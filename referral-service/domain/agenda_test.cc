#include "referral-service/domain/agenda.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace ip::referral {
namespace {

using absl::CivilDay;
using ::testing::ElementsAre;
using ::testing::SizeIs;
using Item = pb::AgendaItem;
using N = pb::NeedNotice;

const MeetingDays kDays = {CivilDay(2026, 11, 10), CivilDay(2026, 11, 24)};

pb::QueueItem Queued(State state, CivilDay due = CivilDay(2026, 12, 20)) {
  pb::QueueItem item;
  item.set_state(state);
  *item.mutable_due_date() = DateOf(due);
  *item.mutable_answer_due_date() = DateOf(CivilDay(2026, 11, 12));
  return item;
}

TEST(Agenda, EachNoticeStandsThereForItsMostPressingReason) {
  EXPECT_EQ(AgendaReasonOf(Queued(N::SUBMITTED, CivilDay(2026, 11, 9)), kDays), Item::OVERDUE);
  EXPECT_EQ(AgendaReasonOf(Queued(N::IN_TRIAGE, CivilDay(2026, 11, 10)), kDays),
            Item::DUE_BEFORE_NEXT_MEETING);  // the meeting's day is the last one
  EXPECT_EQ(AgendaReasonOf(Queued(N::AWAITING_INFO, CivilDay(2026, 11, 23)), kDays),
            Item::DUE_BEFORE_NEXT_MEETING);
  EXPECT_EQ(AgendaReasonOf(Queued(N::IN_TRIAGE, CivilDay(2026, 11, 24)), kDays), Item::IN_WORK);
  EXPECT_EQ(AgendaReasonOf(Queued(N::SUBMITTED), kDays), Item::UNTAKEN);
  auto urgent = Queued(N::SUBMITTED);
  urgent.set_urgency(N::URGENT);
  EXPECT_EQ(AgendaReasonOf(urgent, kDays), Item::URGENT);
  auto complaint = Queued(N::REJECTED_NOT_ELIGIBLE, CivilDay(2026, 11, 1));  // decided: not overdue
  complaint.set_open_complaint(true);
  EXPECT_EQ(AgendaReasonOf(complaint, kDays), Item::COMPLAINT);
  auto accepted = Queued(N::ACCEPTED, CivilDay(2026, 11, 1));
  accepted.set_acceptance_step(pb::Acceptance::AWAITING_COORDINATOR);
  EXPECT_EQ(AgendaReasonOf(accepted, kDays), Item::REASON_UNSPECIFIED);
  accepted.set_acceptance_step(pb::Acceptance::COORDINATOR_DECLINED);
  EXPECT_EQ(AgendaReasonOf(accepted, kDays), Item::COORDINATOR_DECLINED);
  auto asked = Queued(N::AWAITING_INFO);
  EXPECT_EQ(AgendaReasonOf(asked, kDays), Item::REASON_UNSPECIFIED);
  *asked.mutable_answer_due_date() = DateOf(CivilDay(2026, 11, 9));
  EXPECT_EQ(AgendaReasonOf(asked, kDays), Item::ANSWER_OVERDUE);
}

TEST(Agenda, GoesByReasonThenByTheQueueAndNamesWhatIsLeftOut) {
  std::vector<pb::QueueItem> queue = {Queued(N::SUBMITTED), Queued(N::ACCEPTED),
                                      Queued(N::IN_TRIAGE, CivilDay(2026, 11, 1)),
                                      Queued(N::SUBMITTED)};
  for (size_t i = 0; i < queue.size(); ++i) queue[i].set_name("notices/" + std::to_string(i));
  const auto agenda = AgendaOf(queue, kDays);
  std::vector<std::string> names;
  for (const auto& point : agenda.items()) names.push_back(point.item().name());
  EXPECT_THAT(names, ElementsAre("notices/2", "notices/0", "notices/3"));
  EXPECT_FALSE(agenda.more());
  queue.assign(201, Queued(N::SUBMITTED));
  EXPECT_THAT(AgendaOf(queue, kDays).items(), SizeIs(200));
  EXPECT_TRUE(AgendaOf(queue, kDays).more());
}

TEST(Agenda, MeetingsAreTodayAndAFortnightLaterUnlessSaid) {
  pb::GetMeetingAgendaRequest request;
  const CivilDay today(2026, 11, 2);
  EXPECT_EQ(MeetingDaysOf(request, today)->meeting, today);
  EXPECT_EQ(MeetingDaysOf(request, today)->next, CivilDay(2026, 11, 16));
  *request.mutable_meeting_date() = DateOf(CivilDay(2026, 11, 10));
  EXPECT_EQ(MeetingDaysOf(request, today)->next, CivilDay(2026, 11, 24));
  *request.mutable_next_meeting_date() = DateOf(CivilDay(2026, 11, 10));
  EXPECT_EQ(MeetingDaysOf(request, today).status().code(), absl::StatusCode::kInvalidArgument);
  request.mutable_next_meeting_date()->set_month(13);
  EXPECT_EQ(MeetingDaysOf(request, today).status().code(), absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace ip::referral
