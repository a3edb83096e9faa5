#include "referral-service/domain/complaints.h"

#include <gmock/gmock.h>

#include "lib/base/errors.h"
#include "referral-service/testing/service_fixture.h"

namespace ip::referral {
namespace {

using ::testing::SizeIs;
using C = Complaint;
using N = pb::NeedNotice;
using testing::Service;

class ComplaintsTest : public testing::ServiceTest {
 protected:
  std::string Rejected() {
    const std::string name = Sent();
    EXPECT_TRUE(Take().ok());
    auto request = For<pb::RejectNoticeRequest>(name);
    request.mutable_decision()->set_reasons("Behovet er ikke langvarig.");
    request.mutable_decision()->set_complaint_information_given(true);
    EXPECT_TRUE(As("siri", &Service::Stub::RejectNotice, request).ok());
    return name;
  }

  pb::CreateNoticeComplaintRequest NewComplaint(const std::string& notice) {
    pb::CreateNoticeComplaintRequest request;
    request.set_parent(notice);
    request.mutable_complaint()->set_legal_basis(type::HOL_7_1);
    *request.mutable_complaint()->mutable_decision_known_date() = DateOf(OsloDay(clock_.Now()));
    request.mutable_complaint()->set_text("Jeg er uenig.");
    return request;
  }

  absl::StatusOr<C> Move(const std::string& who, const C& complaint, C::State to,
                         C::GovernorDecision decision = C::GOVERNOR_DECISION_UNSPECIFIED) {
    pb::ChangeNoticeComplaintStateRequest request;
    request.set_name(complaint.name());
    request.set_etag(Get(notice_).etag());
    request.set_state(to);
    request.set_governor_decision(decision);
    return As(who, &Service::Stub::ChangeNoticeComplaintState, request);
  }

  pb::ListQueueResponse Queue() {
    pb::ListQueueRequest request;
    request.set_unit("units/fjordvik");
    return *As("siri", &Service::Stub::ListQueue, request);
  }

  std::string notice_ = Rejected();
};

TEST_F(ComplaintsTest, FromTheComplaintToTheCountyGovernorAndBack) {
  EXPECT_THAT(Queue().items(), SizeIs(0));
  const auto received = As("kari", &Service::Stub::CreateNoticeComplaint, NewComplaint(notice_));
  ASSERT_TRUE(received.ok()) << received.status();
  EXPECT_EQ(received->state(), C::RECEIVED);
  EXPECT_FALSE(received->late());
  ASSERT_THAT(Queue().items(), SizeIs(1));  // the unit has something to do again
  EXPECT_TRUE(Queue().items(0).open_complaint());

  EXPECT_EQ(ReasonOf(Move("kari", *received, C::REVIEW).status()), "COMPLAINT_IS_WITH_THE_UNIT");
  ASSERT_TRUE(Move("siri", *received, C::REVIEW).ok());
  ASSERT_TRUE(Move("siri", *received, C::SENT_TO_COUNTY_GOVERNOR).ok());
  EXPECT_THAT(Queue().items(), SizeIs(0));
  const auto decided = Move("siri", *received, C::DECIDED, C::RETURNED);
  ASSERT_TRUE(decided.ok()) << decided.status();
  EXPECT_EQ(Get(notice_).state(), N::IN_TRIAGE);
  EXPECT_EQ(Get(notice_).complaints(0).governor_decision(), C::RETURNED);
  EXPECT_THAT(Queue().items(), SizeIs(1));
}

TEST_F(ComplaintsTest, ThePersonMayWithdrawAndOthersSeeNothing) {
  const auto received = As("kari", &Service::Stub::CreateNoticeComplaint, NewComplaint(notice_));
  ASSERT_TRUE(received.ok()) << received.status();
  for (const char* who : {"stranger", "lyngnes"}) {
    EXPECT_EQ(Move(who, *received, C::WITHDRAWN).status().code(), absl::StatusCode::kNotFound);
    EXPECT_EQ(As(who, &Service::Stub::CreateNoticeComplaint, NewComplaint(notice_)).status().code(),
              absl::StatusCode::kNotFound);
  }
  EXPECT_EQ(As("gp", &Service::Stub::CreateNoticeComplaint, NewComplaint(notice_)).status().code(),
            absl::StatusCode::kPermissionDenied);
  pb::GetNoticeRequest get;
  get.set_name(notice_);
  EXPECT_EQ(As("gp", &Service::Stub::GetNotice, get)->DebugString().find("uenig"),
            std::string::npos);
  const auto withdrawn = Move("kari", *received, C::WITHDRAWN);
  ASSERT_TRUE(withdrawn.ok()) << withdrawn.status();
  EXPECT_EQ(withdrawn->state(), C::WITHDRAWN);
}

TEST_F(ComplaintsTest, ALetterThatCameLateIsMarkedAndARepetitionIsTheSameComplaint) {
  clock_.Advance(absl::Hours(24 * 60));
  auto request = NewComplaint(notice_);
  *request.mutable_complaint()->mutable_decision_known_date() = DateOf(absl::CivilDay(2026, 11, 2));
  request.set_request_id("11111111-1111-4111-8111-111111111111");
  const auto first = As("siri", &Service::Stub::CreateNoticeComplaint, request);
  ASSERT_TRUE(first.ok()) << first.status();
  EXPECT_TRUE(first->late());
  const auto again = As("siri", &Service::Stub::CreateNoticeComplaint, request);
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_EQ(first->name(), again->name());
  EXPECT_THAT(Get(notice_).complaints(), SizeIs(1));
  *request.mutable_complaint()->mutable_receive_date() = DateOf(absl::CivilDay(2026, 11, 20));
  request.clear_request_id();
  EXPECT_FALSE(As("siri", &Service::Stub::CreateNoticeComplaint, request)->late());
  EXPECT_TRUE(As("kari", &Service::Stub::CreateNoticeComplaint, request)->late());
}

TEST_F(ComplaintsTest, NamesThatAreNoneAreNotFound) {
  C nowhere;
  for (const char* name : {"", "complaints", "notices/x", "notices/x/complaints/y"}) {
    nowhere.set_name(name);
    EXPECT_EQ(Move("siri", nowhere, C::REVIEW).status().code(), absl::StatusCode::kNotFound);
  }
}

}  // namespace
}  // namespace ip::referral
