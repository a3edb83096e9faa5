// The queue as a unit works with it: listed, watched, counted, brought to a meeting.
#include <gmock/gmock.h>

#include "lib/base/errors.h"
#include "referral-service/testing/service_fixture.h"

namespace ip::referral {
namespace {

using ::testing::SizeIs;
using N = pb::NeedNotice;
using testing::Service;
using testing::ServiceTest;

TEST_F(ServiceTest, TheQueueIsListedWithCountsAndAge) {
  Sent();
  clock_.Advance(absl::Hours(2));
  Sent();
  Sent();
  ASSERT_TRUE(Take().ok());
  pb::ListQueueRequest request;
  request.set_unit("units/fjordvik");
  request.set_page_size(2);
  const auto first = As("siri", &Service::Stub::ListQueue, request);
  ASSERT_TRUE(first.ok()) << first.status();
  EXPECT_THAT(first->items(), SizeIs(2));
  EXPECT_EQ(first->items(0).state(), N::IN_TRIAGE);
  EXPECT_EQ(first->items(0).subject_display_name(), "Kari Nordli");
  EXPECT_EQ(first->state_counts().at("SUBMITTED"), 2);
  EXPECT_EQ(first->oldest_untaken_age().seconds(), 0);
  EXPECT_TRUE(first->items(1).possible_duplicate());
  request.set_page_token(first->next_page_token());
  const auto second = As("siri", &Service::Stub::ListQueue, request);
  ASSERT_TRUE(second.ok()) << second.status();
  EXPECT_THAT(second->items(), SizeIs(1));
  EXPECT_EQ(second->next_page_token(), "");
  request.set_filter("state = \"SUBMITTED\"");
  EXPECT_EQ(As("siri", &Service::Stub::ListQueue, request).status().code(),
            absl::StatusCode::kInvalidArgument);  // a token of another list
  request.clear_page_token();
  EXPECT_THAT(As("siri", &Service::Stub::ListQueue, request)->items(), SizeIs(2));
  request.set_filter("state = \"NONSENSE\"");
  EXPECT_EQ(As("siri", &Service::Stub::ListQueue, request).status().code(),
            absl::StatusCode::kInvalidArgument);
  request.clear_filter();
  EXPECT_EQ(As("lyngnes", &Service::Stub::ListQueue, request).status().code(),
            absl::StatusCode::kNotFound);
}

// What one watcher is told, until `events` of them have come.
class Watcher {
 public:
  Watcher(Service::Stub& stub, const std::string& after) {
    context_.AddMetadata("x-ip-identity", "siri");
    context_.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(20));
    pb::WatchQueueRequest request;
    request.set_unit("units/fjordvik");
    request.set_after(after);
    reader_ = stub.WatchQueue(&context_, request);
  }
  ~Watcher() {
    context_.TryCancel();
    reader_->Finish();
  }
  pb::QueueEvent Next() {
    pb::QueueEvent event;
    EXPECT_TRUE(reader_->Read(&event));
    return event;
  }

 private:
  grpc::ClientContext context_;
  std::unique_ptr<grpc::ClientReader<pb::QueueEvent>> reader_;
};

TEST_F(ServiceTest, TheQueueIsWatchedAndResumed) {
  const std::string first = Sent();
  std::string cursor;
  {
    Watcher watcher(replica_.stub(), "");
    EXPECT_EQ(watcher.Next().item().name(), first);
    const auto complete = watcher.Next();
    EXPECT_TRUE(complete.snapshot_complete());
    ASSERT_TRUE(Take().ok());
    const auto taken = watcher.Next();
    EXPECT_EQ(taken.item().state(), N::IN_TRIAGE);
    EXPECT_EQ(taken.item().assignee(), "persons/siri");
    cursor = taken.cursor();
  }
  auto withdraw = For<pb::ActionRequest>(first);
  ASSERT_TRUE(As("gp", &Service::Stub::WithdrawNotice, withdraw).ok());
  const std::string second = Sent();
  Watcher watcher(replica_.stub(), cursor);
  const auto removed = watcher.Next();
  EXPECT_EQ(removed.item().name(), first);
  EXPECT_TRUE(removed.removed());
  EXPECT_EQ(watcher.Next().item().name(), second);
}

TEST_F(ServiceTest, StatisticsCountLoadOverdueAndOutcomes) {
  replica_.worker().Start();
  const std::string done = Sent();
  ASSERT_TRUE(Take().ok());
  plans_.answer = CoordinatorAnswer::kAccepted;
  clock_.Advance(absl::Hours(48));
  ASSERT_TRUE(AcceptIt(done).ok());
  ASSERT_TRUE(Eventually([&] { return Get(done).state() == N::CLOSED_DONE; }));
  Sent();
  ASSERT_TRUE(Take().ok());
  clock_.Advance(absl::Hours(24 * 40));
  Sent();
  pb::GetQueueStatisticsRequest request;
  request.set_unit("units/fjordvik");
  const auto numbers = As("siri", &Service::Stub::GetQueueStatistics, request);
  ASSERT_TRUE(numbers.ok()) << numbers.status();
  EXPECT_EQ(numbers->open_count(), 2);
  EXPECT_EQ(numbers->overdue_count(), 1);
  EXPECT_EQ(numbers->median_time_to_coordinator().seconds(), 48 * 3600);
  ASSERT_THAT(numbers->loads(), SizeIs(1));
  EXPECT_EQ(numbers->loads(0).assignee_display_name(), "Siri Dahle");
  EXPECT_EQ(numbers->loads(0).open_count(), 1);
  EXPECT_THAT(numbers->source_outcomes(), SizeIs(3));
  EXPECT_EQ(numbers->over_deadline_count(), 1);
  ASSERT_THAT(numbers->months(), SizeIs(2));  // November and, 42 days later, December
  EXPECT_EQ(numbers->months(0).month().month(), 11);
  EXPECT_EQ(numbers->months(0).submitted_count(), 2);
  EXPECT_EQ(numbers->months(0).over_deadline_count(), 1);
  EXPECT_EQ(numbers->months(0).median_time_to_coordinator().seconds(), 48 * 3600);
  EXPECT_EQ(numbers->months(1).submitted_count(), 1);
  EXPECT_FALSE(numbers->months(1).has_median_time_to_coordinator());
  // The need was seen on 28 October; notified 5, 7 and 47 days later.
  EXPECT_EQ(numbers->median_time_to_notice().seconds(), 7 * 24 * 3600);
  EXPECT_EQ(numbers->late_notice_count(), 1);
  EXPECT_EQ(numbers->months(0).median_time_to_notice().seconds(), 5 * 24 * 3600);
  EXPECT_EQ(numbers->months(0).late_notice_count(), 0);
  EXPECT_EQ(numbers->months(1).late_notice_count(), 1);
  EXPECT_EQ(As("lyngnes", &Service::Stub::GetQueueStatistics, request).status().code(),
            absl::StatusCode::kNotFound);
}

TEST_F(ServiceTest, WhatHappensAfterTheCloseDoesNotMoveTheTimeToACoordinator) {
  replica_.worker().Start();
  const std::string done = Sent();
  ASSERT_TRUE(Take().ok());
  plans_.answer = CoordinatorAnswer::kAccepted;
  clock_.Advance(absl::Hours(5));
  ASSERT_TRUE(AcceptIt(done).ok());
  ASSERT_TRUE(Eventually([&] { return Get(done).state() == N::CLOSED_DONE; }));
  clock_.Advance(absl::Hours(100));
  pb::IssueLetterRequest letter;
  letter.set_parent(done);
  letter.mutable_letter()->set_kind(pb::Letter::DECISION);
  letter.mutable_letter()->set_language(type::NN);
  ASSERT_TRUE(As("siri", &Service::Stub::IssueLetter, letter).ok());
  pb::GetQueueStatisticsRequest request;
  request.set_unit("units/fjordvik");
  const auto numbers = As("siri", &Service::Stub::GetQueueStatistics, request);
  EXPECT_EQ(numbers->median_time_to_coordinator().seconds(), 5 * 3600);
}

TEST_F(ServiceTest, TheMeetingsAgendaNamesWhyEachNoticeStandsThere) {
  const std::string taken = Sent();
  ASSERT_TRUE(Take().ok());
  clock_.Advance(absl::Hours(24 * 20));
  const std::string untaken = Sent();
  pb::GetMeetingAgendaRequest request;
  request.set_unit("units/fjordvik");
  const auto agenda = As("siri", &Service::Stub::GetMeetingAgenda, request);
  ASSERT_TRUE(agenda.ok()) << agenda.status();
  ASSERT_THAT(agenda->items(), SizeIs(2));
  EXPECT_EQ(agenda->items(0).item().name(), taken);  // last day 2 December, next meeting the 6th
  EXPECT_EQ(agenda->items(0).reason(), pb::AgendaItem::DUE_BEFORE_NEXT_MEETING);
  EXPECT_EQ(agenda->items(1).item().name(), untaken);
  EXPECT_EQ(agenda->items(1).reason(), pb::AgendaItem::UNTAKEN);
  *request.mutable_meeting_date() = DateOf(absl::CivilDay(2026, 12, 3));
  EXPECT_EQ(As("siri", &Service::Stub::GetMeetingAgenda, request)->items(0).reason(),
            pb::AgendaItem::OVERDUE);
  EXPECT_EQ(As("lyngnes", &Service::Stub::GetMeetingAgenda, request).status().code(),
            absl::StatusCode::kNotFound);
}

}  // namespace
}  // namespace ip::referral
