#include "referral-service/domain/access.h"

#include <gtest/gtest.h>

#include "referral-service/testing/notices.h"

namespace ip::referral {
namespace {

using N = pb::NeedNotice;
using testing::Stored;
using testing::System;
using testing::TestReference;

bool May(authz::Action action, const pb::NeedNotice& notice, const Caller& caller) {
  return CheckAccess(action, notice, caller, TestReference()).ok();
}

TEST(Access, ADraftIsItsAuthorsAlone) {
  const auto notice = Stored(N::DRAFT);
  EXPECT_TRUE(May(type::SUBMIT_NOTICE, notice, testing::Gp()));
  EXPECT_FALSE(May(type::READ_NOTICE, notice, testing::CaseWorker()));
  EXPECT_FALSE(May(type::READ_NOTICE, notice, testing::Citizen()));
}

TEST(Access, TheUnitHandlesItTheOthersRead) {
  const auto notice = Stored(N::IN_TRIAGE);
  EXPECT_TRUE(May(type::HANDLE_NOTICE, notice, testing::CaseWorker()));
  EXPECT_FALSE(May(type::HANDLE_NOTICE, notice, testing::Gp()));
  EXPECT_FALSE(May(type::HANDLE_NOTICE, notice, testing::Citizen()));
  EXPECT_TRUE(May(type::READ_NOTICE, notice, testing::Gp()));
  EXPECT_TRUE(May(type::READ_NOTICE, notice, testing::Citizen()));
  EXPECT_TRUE(May(type::READ_NOTICE, notice, System("organizations/999990002")));
}

TEST(Access, OutsidersGetNotFound) {
  const auto notice = Stored(N::IN_TRIAGE);
  Caller other_unit = testing::CaseWorker();
  other_unit.organization = "organizations/999990040";
  Caller no_unit = testing::CaseWorker();
  no_unit.organization = "";
  Caller new_job = testing::Gp();
  new_job.organization = "organizations/999990040";
  Caller nurse = testing::CaseWorker();
  nurse.role = type::PRACTITIONER;
  for (const Caller& caller : {other_unit, no_unit, new_job, nurse, testing::Citizen("persons/x"),
                               System("organizations/999990040"), System("")}) {
    EXPECT_EQ(CheckAccess(type::READ_NOTICE, notice, caller, TestReference()).code(),
              absl::StatusCode::kNotFound);
  }
}

TEST(Access, ARepresentativeStandsInThePersonsPlace) {
  Caller mother = testing::Citizen("persons/mor");
  EXPECT_FALSE(May(type::READ_NOTICE, Stored(N::IN_TRIAGE), mother));
  mother.acting_for = "persons/kari";
  EXPECT_TRUE(May(type::SUBMIT_NOTICE, Stored(N::IN_TRIAGE), mother));
  Caller kari = testing::Citizen("persons/kari");
  kari.acting_for = "persons/mor";
  EXPECT_FALSE(May(type::READ_NOTICE, Stored(N::IN_TRIAGE), kari)) << "nobody is two at once";
}

TEST(Views, TheNotifierSeesWhereItStandsAndNotWhatTheUnitWrites) {
  auto notice = Stored(N::CLOSED_DONE);
  notice.set_assignee("persons/siri");
  notice.set_assignee_display_name("Siri Dahle");
  notice.mutable_decision()->set_outcome(N::PLAN_AND_COORDINATOR);
  notice.mutable_decision()->set_reasons("Hemmelig vurdering");
  *notice.mutable_decision()->mutable_decide_time() = TimestampOf(testing::Noon());
  notice.mutable_acceptance()->set_step(pb::Acceptance::DONE);
  notice.mutable_acceptance()->set_plan("plans/p1");
  notice.mutable_acceptance()->set_coordinator_display_name("Amina");
  notice.add_possible_duplicates("notices/other");
  auto* entry = notice.add_history();
  entry->set_actor("persons/siri");
  entry->set_actor_display_name("Siri Dahle");
  entry->set_reason("Intern");
  entry->set_state(N::CLOSED_DONE);
  notice.add_complaints()->set_text("Klagen");
  notice.add_history()->set_action("CreateNoticeComplaint");
  notice.add_letters()->set_title("Brevet");

  const auto seen = ViewFor(notice, testing::Gp(), TestReference(), absl::CivilDay(2026, 11, 3));
  const std::string text = seen.DebugString();
  for (const char* secret : {"Siri", "persons/siri", "Hemmelig", "plans/p1", "Amina", "Intern",
                             "notices/other", "Klagen", "CreateNoticeComplaint", "Brevet"}) {
    EXPECT_EQ(text.find(secret), std::string::npos) << secret << "\n" << text;
  }
  EXPECT_EQ(seen.state(), N::CLOSED_DONE);
  EXPECT_EQ(seen.decision().outcome(), N::PLAN_AND_COORDINATOR);
  EXPECT_EQ(seen.acceptance().step(), pb::Acceptance::DONE);
  EXPECT_EQ(seen.history_size(), 2);
  EXPECT_EQ(seen.history(0).actor(), "persons/gp");
  EXPECT_EQ(seen.clock().signal(), pb::Clock::GREEN);

  for (const Caller& caller : {testing::CaseWorker(), testing::Citizen()}) {
    const auto all = ViewFor(notice, caller, TestReference(), absl::CivilDay(2026, 11, 3));
    EXPECT_EQ(all.decision().reasons(), "Hemmelig vurdering");
    EXPECT_EQ(all.acceptance().plan(), "plans/p1");
  }
}

}  // namespace
}  // namespace ip::referral
