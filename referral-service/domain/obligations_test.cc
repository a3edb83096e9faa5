#include "referral-service/domain/obligations.h"

#include <gmock/gmock.h>

#include "referral-service/testing/notices.h"

namespace ip::referral {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;
using N = pb::NeedNotice;
using type::Obligation;

std::vector<Obligation::Kind> Kinds(State state) {
  std::vector<Obligation::Kind> kinds;
  const auto event = ObligationsOf(testing::Stored(state), 7);
  for (const auto& obligation : event.obligations()) {
    kinds.push_back(obligation.kind());
  }
  return kinds;
}

TEST(Obligations, FollowTheState) {
  using O = Obligation;
  EXPECT_THAT(Kinds(N::DRAFT), IsEmpty());
  EXPECT_THAT(Kinds(N::SUBMITTED),
              UnorderedElementsAre(O::NOTICE_RECEIVED, O::NOTICE_RECEIPT, O::NOTICE_CLOCK));
  EXPECT_THAT(Kinds(N::IN_TRIAGE), UnorderedElementsAre(O::NOTICE_RECEIPT, O::NOTICE_CLOCK));
  EXPECT_THAT(Kinds(N::AWAITING_INFO),
              UnorderedElementsAre(O::NOTICE_RECEIPT, O::NOTICE_CLOCK, O::NOTICE_INFORMATION));
  EXPECT_THAT(Kinds(N::ACCEPTED), IsEmpty());
  for (const State state :
       {N::CLOSED_DONE, N::REJECTED_NOT_ELIGIBLE, N::DECLINED_BY_USER, N::MERGED}) {
    EXPECT_THAT(Kinds(state), ElementsAre(O::NOTICE_OUTCOME));
  }
  for (const State state : {N::FORWARDED, N::WITHDRAWN, N::ENTERED_IN_ERROR}) {
    EXPECT_THAT(Kinds(state), IsEmpty());
  }
}

TEST(Obligations, AComplaintThatNobodyHasLookedAtWaitsAsANewNoticeDoes) {
  auto notice = testing::Stored(N::REJECTED_NOT_ELIGIBLE);
  auto* complaint = notice.add_complaints();
  complaint->set_state(pb::NoticeComplaint::RECEIVED);
  const auto waiting = ObligationsOf(notice, 7);
  ASSERT_EQ(waiting.obligations_size(), 2);
  EXPECT_EQ(waiting.obligations(0).kind(), Obligation::NOTICE_RECEIVED);
  EXPECT_EQ(waiting.obligations(0).parties(0).recipient(), "units/fjordvik");
  complaint->set_state(pb::NoticeComplaint::REVIEW);
  EXPECT_EQ(ObligationsOf(notice, 7).obligations_size(), 1);
}

TEST(Obligations, NameUnitLeaderAndNotifierWithTheirDays) {
  const auto event = ObligationsOf(testing::Stored(N::AWAITING_INFO), 7);
  EXPECT_EQ(event.aggregate(), "notices/n1");
  EXPECT_EQ(event.revision(), 7);
  EXPECT_EQ(event.unit(), "units/fjordvik");
  EXPECT_EQ(event.municipality_code(), "4699");
  for (const auto& obligation : event.obligations()) {
    EXPECT_EQ(obligation.name(), "notices/n1");
    if (obligation.kind() == Obligation::NOTICE_CLOCK) {
      EXPECT_EQ(DayOf(obligation.due_date()), absl::CivilDay(2026, 12, 2));
      ASSERT_EQ(obligation.parties_size(), 2);
      EXPECT_EQ(obligation.parties(1).capacity(), Obligation::UNIT_LEADER);
    } else if (obligation.kind() == Obligation::NOTICE_INFORMATION) {
      EXPECT_EQ(DayOf(obligation.due_date()), absl::CivilDay(2026, 11, 9));
      EXPECT_EQ(obligation.parties(0).recipient(), "persons/gp");
    } else {
      EXPECT_FALSE(obligation.has_due_date());
    }
  }
}

TEST(Obligations, HoldNoFreeText) {
  auto notice = testing::Stored(N::SUBMITTED);
  const std::string text = ObligationsOf(notice, 1).DebugString();
  EXPECT_EQ(text.find("Kari"), std::string::npos);
  EXPECT_EQ(text.find("Jonas"), std::string::npos);
  EXPECT_EQ(text.find("bolig"), std::string::npos);
}

TEST(Obligations, ASystemsOrganizationIsTheNotifier) {
  auto notice = testing::Stored(N::CLOSED_DONE);
  notice.mutable_notifier()->clear_person();
  EXPECT_TRUE(Answers(ObligationsOf(notice, 1), "organizations/999990002"));
  notice.mutable_notifier()->clear_organization();
  EXPECT_THAT(ObligationsOf(notice, 1).obligations(), IsEmpty());
}

}  // namespace
}  // namespace ip::referral
