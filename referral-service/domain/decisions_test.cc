#include "referral-service/domain/decisions.h"

#include <gtest/gtest.h>

#include "lib/base/errors.h"
#include "referral-service/testing/notices.h"

namespace ip::referral {
namespace {

using N = pb::NeedNotice;
using testing::By;
using testing::Stored;
using testing::TestReference;

TEST(Acceptance, Check11_ARejectionWithoutComplaintInformationIsRefused) {
  auto notice = Stored(N::IN_TRIAGE);
  pb::Decision decision;
  decision.set_reasons("Behovet er ikke langvarig.");
  auto status = Reject(notice, decision, By("RejectNotice"));
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(ReasonOf(status), "DECISION_INCOMPLETE");
  EXPECT_NE(std::string(status.message()).find("complain"), std::string::npos) << status;
  EXPECT_EQ(notice.state(), N::IN_TRIAGE);

  decision.set_complaint_information_given(true);
  decision.set_reasons("  ");
  EXPECT_EQ(ReasonOf(Reject(notice, decision, By("RejectNotice"))), "DECISION_INCOMPLETE");

  decision.set_reasons("Behovet er ikke langvarig.");
  ASSERT_TRUE(Reject(notice, decision, By("RejectNotice")).ok());
  EXPECT_EQ(notice.state(), N::REJECTED_NOT_ELIGIBLE);
  EXPECT_EQ(notice.decision().decider(), "persons/siri");
  EXPECT_EQ(TimeOf(notice.decision().decide_time()), testing::Noon());
}

// That a new notice is welcome is shown in service_test.cc.
TEST(Acceptance, Check10_DeclinedOnlyAfterACoordinatorAloneWasOffered) {
  auto notice = Stored(N::IN_TRIAGE);
  pb::Decision decision;
  EXPECT_EQ(ReasonOf(Decline(notice, decision, By("DeclineNotice"))), "DECISION_INCOMPLETE");
  decision.set_coordinator_alone_offered(true);
  ASSERT_TRUE(Decline(notice, decision, By("DeclineNotice")).ok());
  EXPECT_EQ(notice.state(), N::DECLINED_BY_USER);
  EXPECT_TRUE(notice.decision().coordinator_alone_offered());
}

TEST(Decisions, ARejectedNoticeIsReopenedWithAReason) {
  auto notice = Stored(N::REJECTED_NOT_ELIGIBLE);
  notice.mutable_decision()->set_reasons("x");
  EXPECT_EQ(Reopen(notice, By("ReopenNotice")).code(), absl::StatusCode::kInvalidArgument);
  ASSERT_TRUE(Reopen(notice, By("ReopenNotice", "persons/siri", "Klage")).ok());
  EXPECT_EQ(notice.state(), N::IN_TRIAGE);
  EXPECT_FALSE(notice.has_decision());
}

TEST(Decisions, AForwardedNoticeGoesOnWithItsClock) {
  auto notice = Stored(N::IN_TRIAGE);
  notice.set_assignee("persons/siri");
  const auto step = By("ForwardNotice", "persons/siri", "Bor i Lyngnes");
  EXPECT_EQ(Forward(notice, "units/fjordvik", "notices/n2", TestReference(), step).code(),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(Forward(notice, "units/none", "notices/n2", TestReference(), step).code(),
            absl::StatusCode::kInvalidArgument);
  ASSERT_TRUE(Forward(notice, "units/lyngnes", "notices/n2", TestReference(), step).ok());
  EXPECT_EQ(notice.state(), N::FORWARDED);
  EXPECT_EQ(notice.forwarded_to(), "notices/n2");
  const auto copy = ForwardedCopy(notice);
  EXPECT_EQ(copy.state(), N::SUBMITTED);
  EXPECT_EQ(copy.history_size(), 1);
  EXPECT_EQ(copy.unit(), "units/lyngnes");
  EXPECT_EQ(copy.assignee(), "");
  EXPECT_EQ(copy.forwarded_from(), "notices/n1");
  EXPECT_EQ(copy.clock().SerializeAsString(), notice.clock().SerializeAsString());
}

TEST(Decisions, MergeNamesWhatGoesOn) {
  auto notice = Stored(N::SUBMITTED);
  const auto step = By("MergeNotice");
  EXPECT_FALSE(Merge(notice, "units/fjordvik", nullptr, "plans/p1", step).ok());
  EXPECT_FALSE(Merge(notice, notice.name(), &notice, "", step).ok());
  auto other = Stored(N::IN_TRIAGE);
  other.set_name("notices/n2");
  other.mutable_subject()->set_person("persons/other");
  EXPECT_FALSE(Merge(notice, other.name(), &other, "", step).ok());
  auto closed = Stored(N::WITHDRAWN);
  closed.set_name("notices/n3");
  EXPECT_FALSE(Merge(notice, closed.name(), &closed, "", step).ok());
  auto open = Stored(N::IN_TRIAGE);
  open.set_name("notices/n4");
  auto joined = notice;
  ASSERT_TRUE(Merge(joined, open.name(), &open, "", step).ok());
  EXPECT_EQ(joined.merged_into(), "notices/n4");
  EXPECT_FALSE(Merge(notice, "plans/p2", nullptr, "plans/p1", step).ok());
  ASSERT_TRUE(Merge(notice, "plans/p1", nullptr, "plans/p1", step).ok());
  EXPECT_EQ(notice.state(), N::MERGED);
  EXPECT_EQ(notice.merged_into(), "plans/p1");
}

}  // namespace
}  // namespace ip::referral
