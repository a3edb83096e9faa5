#include "referral-service/domain/states.h"

#include <gtest/gtest.h>

#include <map>
#include <set>

#include "lib/base/errors.h"
#include "referral-service/testing/notices.h"

namespace ip::referral {
namespace {

using N = pb::NeedNotice;

// domain.md § 7.1 once more, written by hand, as action → (from → to).
const std::map<std::string, std::map<State, State>>& Allowed() {
  static const std::map<std::string, std::map<State, State>> allowed = {
      {"UpdateNotice", {{N::DRAFT, N::DRAFT}}},
      {"SubmitNotice", {{N::DRAFT, N::SUBMITTED}}},
      {"WithdrawNotice",
       {{N::DRAFT, N::WITHDRAWN},
        {N::SUBMITTED, N::WITHDRAWN},
        {N::IN_TRIAGE, N::WITHDRAWN},
        {N::AWAITING_INFO, N::WITHDRAWN}}},
      {"TakeNextNotice", {{N::SUBMITTED, N::IN_TRIAGE}}},
      {"AssignNotice",
       {{N::SUBMITTED, N::IN_TRIAGE},
        {N::IN_TRIAGE, N::IN_TRIAGE},
        {N::AWAITING_INFO, N::AWAITING_INFO}}},
      {"ReleaseNotice", {{N::IN_TRIAGE, N::SUBMITTED}}},
      {"RequestInformation", {{N::IN_TRIAGE, N::AWAITING_INFO}}},
      {"ProvideInformation", {{N::AWAITING_INFO, N::IN_TRIAGE}}},
      {"SendPreliminaryReply",
       {{N::IN_TRIAGE, N::IN_TRIAGE}, {N::AWAITING_INFO, N::AWAITING_INFO}}},
      {"AcceptNotice", {{N::IN_TRIAGE, N::ACCEPTED}}},
      {"NominateAnotherCoordinator", {{N::ACCEPTED, N::ACCEPTED}}},
      {"RejectNotice", {{N::IN_TRIAGE, N::REJECTED_NOT_ELIGIBLE}}},
      {"DeclineNotice", {{N::IN_TRIAGE, N::DECLINED_BY_USER}}},
      {"ForwardNotice",
       {{N::SUBMITTED, N::FORWARDED},
        {N::IN_TRIAGE, N::FORWARDED},
        {N::AWAITING_INFO, N::FORWARDED}}},
      {"MergeNotice",
       {{N::SUBMITTED, N::MERGED}, {N::IN_TRIAGE, N::MERGED}, {N::AWAITING_INFO, N::MERGED}}},
      {"MarkNoticeEnteredInError",
       {{N::SUBMITTED, N::ENTERED_IN_ERROR},
        {N::IN_TRIAGE, N::ENTERED_IN_ERROR},
        {N::AWAITING_INFO, N::ENTERED_IN_ERROR}}},
      {"ReopenNotice", {{N::REJECTED_NOT_ELIGIBLE, N::IN_TRIAGE}}},
      {"CreateNoticeComplaint",
       {{N::ACCEPTED, N::ACCEPTED},
        {N::CLOSED_DONE, N::CLOSED_DONE},
        {N::REJECTED_NOT_ELIGIBLE, N::REJECTED_NOT_ELIGIBLE},
        {N::DECLINED_BY_USER, N::DECLINED_BY_USER}}},
      {"IssueLetter",
       {{N::SUBMITTED, N::SUBMITTED},
        {N::IN_TRIAGE, N::IN_TRIAGE},
        {N::AWAITING_INFO, N::AWAITING_INFO},
        {N::ACCEPTED, N::ACCEPTED},
        {N::CLOSED_DONE, N::CLOSED_DONE},
        {N::REJECTED_NOT_ELIGIBLE, N::REJECTED_NOT_ELIGIBLE},
        {N::DECLINED_BY_USER, N::DECLINED_BY_USER}}},
      {"AdvanceAcceptance", {{N::ACCEPTED, N::ACCEPTED}}},
      {"CloseNotice", {{N::ACCEPTED, N::CLOSED_DONE}}},
  };
  return allowed;
}

std::vector<State> AllStates() {
  std::vector<State> states;
  for (int i = 1; i < N::State_descriptor()->value_count(); ++i) {
    states.push_back(static_cast<State>(N::State_descriptor()->value(i)->number()));
  }
  return states;
}

TEST(States, EveryActionInEveryStateIsAsTheTableOfTheLawSays) {
  int allowed = 0;
  int forbidden = 0;
  for (const auto& [action, ways] : Allowed()) {
    for (const State from : AllStates()) {
      pb::NeedNotice notice = testing::Stored(from);
      const pb::NeedNotice before = notice;
      const absl::Status status = Advance(notice, testing::By(action));
      SCOPED_TRACE(action + " in " + N::State_Name(from));
      if (const auto way = ways.find(from); way != ways.end()) {
        ++allowed;
        EXPECT_TRUE(status.ok()) << status;
        EXPECT_EQ(notice.state(), way->second);
        EXPECT_EQ(notice.history_size(), before.history_size() + 1);
      } else {
        ++forbidden;
        EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
        EXPECT_EQ(ReasonOf(status), "NOTICE_STATE_FORBIDS_ACTION");
        EXPECT_EQ(notice.SerializeAsString(), before.SerializeAsString());
      }
    }
  }
  EXPECT_EQ(allowed, 42);
  EXPECT_EQ(forbidden, 21 * 12 - 42);
}

TEST(States, TheTableKnowsNoOtherActions) {
  for (const auto& row : Transitions()) EXPECT_TRUE(Allowed().contains(std::string(row.action)));
}

TEST(States, ARefusalSaysWhereTheActionIsPossibleAndWhatIsPossibleNow) {
  const auto status = CheckState(testing::Stored(N::SUBMITTED), "AcceptNotice");
  const std::string message(status.message());
  EXPECT_NE(message.find("SUBMITTED"), std::string::npos) << message;
  EXPECT_NE(message.find("possible in IN_TRIAGE"), std::string::npos) << message;
  EXPECT_NE(message.find("Now possible: WithdrawNotice, TakeNextNotice"), std::string::npos)
      << message;
  const auto closed = CheckState(testing::Stored(N::WITHDRAWN), "AcceptNotice");
  EXPECT_NE(std::string(closed.message()).find("new notice"), std::string::npos) << closed;
}

TEST(States, AStepIsWrittenIntoTheHistory) {
  auto notice = testing::Stored(N::SUBMITTED);
  ASSERT_TRUE(Advance(notice, testing::By("MergeNotice", "persons/siri", "Dobbelt")).ok());
  const auto& entry = notice.history(1);
  EXPECT_EQ(entry.actor(), "persons/siri");
  EXPECT_EQ(entry.actor_display_name(), "Siri Dahle");
  EXPECT_EQ(entry.action(), "MergeNotice");
  EXPECT_EQ(entry.state(), N::MERGED);
  EXPECT_EQ(entry.reason(), "Dobbelt");
  EXPECT_EQ(TimeOf(entry.time()), testing::Noon());
}

}  // namespace
}  // namespace ip::referral
