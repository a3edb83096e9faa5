#include "referral-service/domain/complaints.h"

#include <gtest/gtest.h>

#include <set>

#include "lib/base/calendar.h"
#include "lib/base/errors.h"
#include "referral-service/testing/notices.h"

namespace ip::referral {
namespace {

using absl::CivilDay;
using testing::By;
using testing::Stored;
using testing::TestRules;
using C = Complaint;
using N = pb::NeedNotice;

constexpr char kName[] = "notices/n1/complaints/c1";

C Request(CivilDay known = CivilDay(2026, 11, 2)) {
  C request;
  request.set_legal_basis(type::HOL_7_1);
  *request.mutable_decision_known_date() = DateOf(known);
  request.set_text("Jeg mener at jeg har rett til en plan.");
  return request;
}

absl::Status Receive(pb::NeedNotice& notice, const C& request) {
  return ReceiveComplaint(notice, request, kName, TestRules(), By("CreateNoticeComplaint"));
}

pb::NeedNotice With(C::State state, State notice_state = N::REJECTED_NOT_ELIGIBLE) {
  auto notice = Stored(notice_state);
  auto* complaint = notice.add_complaints();
  *complaint = Request();
  complaint->set_name(kName);
  complaint->set_state(state);
  return notice;
}

absl::Status Move(pb::NeedNotice& notice, C::State to,
                  C::GovernorDecision decision = C::GOVERNOR_DECISION_UNSPECIFIED) {
  return ChangeComplaintState(notice, kName, to, decision, By("ChangeNoticeComplaintState"));
}

std::vector<C::State> AllStates() {
  std::vector<C::State> states;
  for (int i = 1; i < C::State_descriptor()->value_count(); ++i) {
    states.push_back(static_cast<C::State>(C::State_descriptor()->value(i)->number()));
  }
  return states;
}

// domain.md § 7.9 once more, written by hand.
TEST(Complaints, EveryStepFromEveryStateIsAsTheTableSays) {
  const std::set<std::pair<C::State, C::State>> allowed = {
      {C::RECEIVED, C::REVIEW},
      {C::REVIEW, C::UPHELD_BY_MUNICIPALITY},
      {C::REVIEW, C::SENT_TO_COUNTY_GOVERNOR},
      {C::SENT_TO_COUNTY_GOVERNOR, C::DECIDED},
      {C::RECEIVED, C::WITHDRAWN},
      {C::REVIEW, C::WITHDRAWN},
      {C::SENT_TO_COUNTY_GOVERNOR, C::WITHDRAWN},
  };
  EXPECT_EQ(ComplaintTransitions().size(), allowed.size());
  for (const C::State from : AllStates()) {
    for (const C::State to : AllStates()) {
      SCOPED_TRACE(C::State_Name(from) + " to " + C::State_Name(to));
      auto notice = With(from);
      const auto before = notice;
      const auto status =
          Move(notice, to, to == C::DECIDED ? C::DISMISSED : C::GOVERNOR_DECISION_UNSPECIFIED);
      if (allowed.contains({from, to})) {
        EXPECT_TRUE(status.ok()) << status;
        EXPECT_EQ(notice.complaints(0).state(), to);
        EXPECT_EQ(notice.history(1).action(), "ChangeNoticeComplaintState");
      } else {
        EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
        EXPECT_EQ(ReasonOf(status), "COMPLAINT_STATE_FORBIDS_ACTION");
        EXPECT_EQ(notice.SerializeAsString(), before.SerializeAsString());
      }
    }
  }
}

TEST(Complaints, ARefusalNamesTheStepsThatArePossible) {
  auto notice = With(C::RECEIVED);
  const auto status = Move(notice, C::SENT_TO_COUNTY_GOVERNOR);
  EXPECT_NE(std::string(status.message()).find("REVIEW, WITHDRAWN"), std::string::npos) << status;
}

TEST(Complaints, TheTimeLimitFollowsTheLawAndALateOneIsMarkedNeverRefused) {
  auto notice = Stored(N::REJECTED_NOT_ELIGIBLE);
  ASSERT_TRUE(Receive(notice, Request(CivilDay(2026, 10, 5))).ok());
  EXPECT_EQ(DayOf(notice.complaints(0).deadline_date()), CivilDay(2026, 11, 2));  // 4 weeks: today
  EXPECT_FALSE(notice.complaints(0).late());
  EXPECT_EQ(notice.complaints(0).state(), C::RECEIVED);
  EXPECT_EQ(notice.complaints(0).recorder(), "persons/siri");
  EXPECT_TRUE(HasOpenComplaint(notice));

  auto social = Request(CivilDay(2026, 10, 5));
  social.set_legal_basis(type::STL_28);
  notice = Stored(N::REJECTED_NOT_ELIGIBLE);
  ASSERT_TRUE(Receive(notice, social).ok());
  EXPECT_EQ(DayOf(notice.complaints(0).deadline_date()), CivilDay(2026, 10, 26));  // 3 weeks
  EXPECT_TRUE(notice.complaints(0).late());

  *social.mutable_receive_date() = DateOf(CivilDay(2026, 10, 26));  // the day the letter came
  notice = Stored(N::REJECTED_NOT_ELIGIBLE);
  ASSERT_TRUE(Receive(notice, social).ok());
  EXPECT_FALSE(notice.complaints(0).late());
}

TEST(Complaints, ADeadlineOnAHolidayMovesToTheNextWorkingDay) {
  EXPECT_EQ(ComplaintDeadline(CivilDay(2026, 3, 5), 4), CivilDay(2026, 4, 7));   // Maundy Thursday
  EXPECT_EQ(ComplaintDeadline(CivilDay(2026, 4, 10), 3), CivilDay(2026, 5, 4));  // 1 May, a Friday
  EXPECT_EQ(ComplaintDeadline(CivilDay(2026, 11, 28), 4), CivilDay(2026, 12, 28));  // 26 December
  EXPECT_EQ(ComplaintDeadline(CivilDay(2028, 2, 1), 4), CivilDay(2028, 2, 29));     // leap day
}

TEST(Complaints, TenYearsOfDeadlinesAreWorkingDaysAndNeverTooEarly) {
  for (CivilDay day(2026, 1, 1); day < CivilDay(2036, 1, 1); ++day) {
    for (const int weeks : {3, 4}) {
      const CivilDay deadline = ComplaintDeadline(day, weeks);
      ASSERT_GE(deadline - day, 7 * weeks) << day;
      ASSERT_LE(deadline - day, 7 * weeks + 5) << day;  // Easter
      ASSERT_TRUE(IsWorkingDay(deadline)) << day;
      for (CivilDay skipped = day + 7 * weeks; skipped < deadline; ++skipped) {
        ASSERT_FALSE(IsWorkingDay(skipped)) << day;
      }
    }
  }
}

TEST(Complaints, TheUnitOrTheGovernorGivingRightOpensARejectedNoticeAgain) {
  auto notice = With(C::REVIEW);
  ASSERT_TRUE(Move(notice, C::UPHELD_BY_MUNICIPALITY).ok());
  EXPECT_EQ(notice.state(), N::IN_TRIAGE);
  EXPECT_EQ(notice.history().rbegin()->action(), "ReopenNotice");
  EXPECT_FALSE(HasOpenComplaint(notice));

  for (const auto& [decision, state] :
       {std::pair{C::UPHELD, N::IN_TRIAGE}, std::pair{C::RETURNED, N::IN_TRIAGE},
        std::pair{C::DISMISSED, N::REJECTED_NOT_ELIGIBLE}}) {
    notice = With(C::SENT_TO_COUNTY_GOVERNOR);
    ASSERT_TRUE(Move(notice, C::DECIDED, decision).ok());
    EXPECT_EQ(notice.state(), state);
    EXPECT_EQ(notice.complaints(0).governor_decision(), decision);
  }
  notice = With(C::REVIEW, N::CLOSED_DONE);  // has a coordinator: stays as it is
  ASSERT_TRUE(Move(notice, C::UPHELD_BY_MUNICIPALITY).ok());
  EXPECT_EQ(notice.state(), N::CLOSED_DONE);
}

TEST(Complaints, WhatIsWrongWithTheRequestIsSaidAtOnce) {
  auto notice = Stored(N::REJECTED_NOT_ELIGIBLE);
  C empty;
  *empty.mutable_receive_date() = DateOf(CivilDay(2026, 11, 3));  // tomorrow
  const auto status = Receive(notice, empty);
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  google::rpc::BadRequest bad;
  const auto rpc = ToRpcStatus(status);
  for (const auto& detail : rpc.details()) detail.UnpackTo(&bad);
  EXPECT_EQ(bad.field_violations_size(), 4);
  auto undecided = Stored(N::IN_TRIAGE);
  EXPECT_EQ(ReasonOf(Receive(undecided, Request())), "NOTICE_STATE_FORBIDS_ACTION");
  auto sent = With(C::SENT_TO_COUNTY_GOVERNOR);
  EXPECT_EQ(Move(sent, C::DECIDED).code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(Move(sent, C::WITHDRAWN, C::UPHELD).code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(ChangeComplaintState(sent, "notices/n1/complaints/x", C::WITHDRAWN,
                                 C::GOVERNOR_DECISION_UNSPECIFIED, By("x"))
                .code(),
            absl::StatusCode::kNotFound);
}

}  // namespace
}  // namespace ip::referral
