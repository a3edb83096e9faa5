#include "referral-service/domain/handling.h"

#include <gtest/gtest.h>

#include "lib/base/errors.h"
#include "referral-service/domain/legal_clock.h"
#include "referral-service/testing/notices.h"

namespace ip::referral {
namespace {

using N = pb::NeedNotice;
using testing::By;
using testing::Stored;

TEST(Handling, TakeAndReleaseSetAndClearTheAssignee) {
  auto notice = Stored(N::SUBMITTED);
  ASSERT_TRUE(Assign(notice, "persons/siri", "Siri Dahle", By("TakeNextNotice")).ok());
  EXPECT_EQ(notice.state(), N::IN_TRIAGE);
  EXPECT_EQ(notice.assignee(), "persons/siri");
  ASSERT_TRUE(Release(notice, By("ReleaseNotice")).ok());
  EXPECT_EQ(notice.state(), N::SUBMITTED);
  EXPECT_EQ(notice.assignee(), "");
  EXPECT_EQ(Assign(notice, "siri", "", By("AssignNotice")).code(),
            absl::StatusCode::kInvalidArgument);
}

TEST(Handling, QuestionAndAnswer) {
  auto notice = Stored(N::IN_TRIAGE);
  pb::InformationRequest request;
  EXPECT_EQ(RequestInformation(notice, request, By("RequestInformation")).code(),
            absl::StatusCode::kInvalidArgument);
  request.set_question("Hvilke tjenester har hun i dag?");
  *request.mutable_answer_due_date() = DateOf(absl::CivilDay(2026, 11, 9));
  request.set_answer("forfalsket");
  ASSERT_TRUE(RequestInformation(notice, request, By("RequestInformation")).ok());
  EXPECT_EQ(notice.state(), N::AWAITING_INFO);
  EXPECT_EQ(notice.information_request().answer(), "");
  ASSERT_TRUE(ProvideInformation(notice, "Hjemmesykepleie", By("ProvideInformation")).ok());
  EXPECT_EQ(notice.state(), N::IN_TRIAGE);
  EXPECT_EQ(notice.information_request().answer(), "Hjemmesykepleie");
}

TEST(Handling, WaitingForInformationDoesNotStopTheClock) {
  auto notice = Stored(N::IN_TRIAGE);
  pb::InformationRequest request;
  request.set_question("?");
  *request.mutable_answer_due_date() = DateOf(absl::CivilDay(2026, 12, 24));
  ASSERT_TRUE(RequestInformation(notice, request, By("RequestInformation")).ok());
  EXPECT_EQ(SignalOn(notice, absl::CivilDay(2026, 12, 3)), pb::Clock::RED);
}

TEST(Handling, APreliminaryReplyMayBeRepeated) {
  auto notice = Stored(N::IN_TRIAGE);
  pb::PreliminaryReply reply;
  reply.set_reason("Venter på epikrise.");
  *reply.mutable_expected_date() = DateOf(absl::CivilDay(2026, 11, 1));  // yesterday
  EXPECT_EQ(ReplyPreliminarily(notice, reply, By("SendPreliminaryReply")).code(),
            absl::StatusCode::kInvalidArgument);
  *reply.mutable_expected_date() = DateOf(absl::CivilDay(2027, 1, 4));
  ASSERT_TRUE(ReplyPreliminarily(notice, reply, By("SendPreliminaryReply")).ok());
  ASSERT_TRUE(ReplyPreliminarily(notice, reply, By("SendPreliminaryReply")).ok());
  EXPECT_EQ(notice.preliminary_replies_size(), 2);
  EXPECT_EQ(DueDay(notice), absl::CivilDay(2027, 1, 4));
}

}  // namespace
}  // namespace ip::referral
