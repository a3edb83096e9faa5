// From feed to mail box: everything real but the two services (fakes on gRPC) and the clock.
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "notification-service/testing/running_service.h"

namespace ip::notification {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

TEST_F(WorkerTest, AnEvaluationIsRemindedOfInTime) {
  fakes_.Tell(Evaluation(1, absl::CivilDay(2027, 3, 10)));
  ASSERT_TRUE(PlannedTo(1));
  clock_.Set(OsloTime(2027, 2, 24, 9));  // -14d
  ASSERT_TRUE(Eventually([&] { return Sent() == 3; })) << Sent();
  clock_.Set(OsloTime(2027, 3, 3, 9));  // -7d
  ASSERT_TRUE(Eventually([&] { return Sent() == 6; })) << Sent();
  clock_.Set(OsloTime(2027, 3, 9, 9));  // -1d
  ASSERT_TRUE(Eventually([&] { return Sent() == 9; })) << Sent();
  for (const char* who : {"kari", "ola", "eva"}) {
    EXPECT_EQ(sink_.CountTo(absl::StrCat(who, "@example.no")), 3);
  }
  ASSERT_TRUE(Eventually([&] { return In(Delivery::SENT) == 9; }));
}

// domain.md § 8 check 6: whatever stands in names, keys and contacts, the mail says nothing of it.
TEST_F(WorkerTest, Check6TheMailTellsNothing) {
  ObligationEvent event = EventOf("plans/canary-plan-rus", 1);
  AddDuty(event, "evaluations/canary-evaluation", Obligation::PLAN_EVALUATION,
          {{"persons/canary-person", Obligation::OWNER}}, absl::CivilDay(2027, 3, 10));
  FakeServices::Contact contact;
  contact.set_email("eva@example.no");
  contact.set_language(individuellplan::type::v1::NN);
  contact.set_audience(FakeServices::Contact::PRIVATE_PERSON);
  fakes_.SetContact("persons/canary-person", contact);
  fakes_.Tell(event);
  ASSERT_TRUE(PlannedTo(1));
  clock_.Set(OsloTime(2027, 3, 3, 9));
  ASSERT_TRUE(Eventually([&] { return Sent() == 1; }));
  const std::string mail = sink_.Mails()[0];
  for (const char* word : {"canary", "plan", "Plan", "rus", "evaluer", "oordin", "2027-03-10",
                           "10. mars", "fjordvik\"", "units/"}) {
    EXPECT_THAT(mail, Not(HasSubstr(word)));
  }
  EXPECT_THAT(
      mail, HasSubstr("From: \"Fjordvik kommune, meldingstenesta\" <ikke-svar@fjordvik.example>"));
  EXPECT_THAT(mail, HasSubstr("https://ip.fjordvik.example/varsel/"));
  EXPECT_THAT(mail, HasSubstr("Auto-Submitted: auto-generated"));
  EXPECT_THAT(mail, HasSubstr("X-Sink-From: bounce+"));
  // No address is kept anywhere.
  for (const char* table : {"slot", "message", "attempt", "aggregate"}) {
    auto session = *database_.pool().Acquire(SystemClock().Now() + absl::Seconds(5));
    std::string all;
    std::vector<std::string> columns;
    ASSERT_TRUE(
        session
            .Query("SELECT column_name FROM information_schema.columns WHERE table_schema = "
                   "DATABASE() AND table_name = ?",
                   {table}, [&](const sql::Row& row) { columns.push_back(row.String(0)); })
            .ok());
    for (const std::string& column : columns) {
      ASSERT_TRUE(
          session
              .Query(absl::StrCat("SELECT CAST(", column, " AS CHAR) FROM ", table), {},
                     [&](const sql::Row& row) { all += row.OptionalString(0).value_or(""); })
              .ok());
    }
    EXPECT_THAT(all, Not(HasSubstr("example.no"))) << table;
  }
}

// domain.md § 8 check 9: from the 10th to the 20th: the old ones never go, the new ones once, also
// across a restart and the night the clock is changed (28 March 2027).
TEST_F(WorkerTest, Check9MovedOnceRemindedOnceAcrossRestartAndDst) {
  fakes_.Tell(Evaluation(1, absl::CivilDay(2027, 3, 27)));
  ASSERT_TRUE(PlannedTo(1));
  clock_.Set(OsloTime(2027, 3, 12, 9));  // -14d of the 27th, moved back to a Friday
  ASSERT_TRUE(Eventually([&] { return Sent() == 3; }));
  fakes_.Tell(Evaluation(2, absl::CivilDay(2027, 4, 6)));
  ASSERT_TRUE(PlannedTo(2));
  clock_.Set(OsloTime(2027, 3, 19, 9));  // -7d of the 27th Friday 19, and before -14d of 6 April
  running_.reset();
  Start();
  clock_.Set(OsloTime(2027, 3, 23, 9));  // -14d of 6 April
  ASSERT_TRUE(Eventually([&] { return Sent() == 6; })) << Sent();
  fakes_.Tell(Evaluation(2, absl::CivilDay(2027, 4, 6)));  // told twice
  clock_.Set(OsloTime(2027, 3, 28, 12));                   // the clock was changed tonight
  clock_.Set(OsloTime(2027, 3, 30, 9));                    // -7d of 6 April
  ASSERT_TRUE(Eventually([&] { return Sent() == 9; })) << Sent();
  running_.reset();
  Start();
  clock_.Set(OsloTime(2027, 4, 5, 12));  // -1d is Easter Monday: sent on 31 March at the latest
  ASSERT_TRUE(Eventually([&] { return In(Delivery::SENT) == Sent(); }));
  const auto told = *running_->agenda.OfObligation(
      "plans/secret-plan/evaluations/secret-evaluation", SystemClock().Now() + absl::Seconds(5));
  for (const ToldSlot& slot : told) {
    if (slot.slot.due == absl::CivilDay(2027, 3, 27) && slot.slot.rung != "-14d" &&
        slot.slot.rung != "-30d") {
      EXPECT_EQ(slot.slot.reason, "MOVED") << slot.slot.rung;
      EXPECT_FALSE(slot.slot.notify_time) << slot.slot.rung;
    }
  }
}

TEST_F(WorkerTest, ANoticeIsReceiptedAndTheUnitToldAtOnce) {
  ObligationEvent event = EventOf("notices/n", 1);
  AddDuty(event, "", Obligation::NOTICE_RECEIVED, {{"units/fjordvik", Obligation::UNIT}});
  AddDuty(event, "", Obligation::NOTICE_RECEIPT, {{"persons/lege", Obligation::NOTIFIER}});
  fakes_.Tell(event);
  ASSERT_TRUE(Eventually([&] { return Sent() == 2; }));
  EXPECT_EQ(sink_.CountTo("fjordvik@example.no"), 1);
  clock_.Set(OsloTime(2027, 1, 6, 9));  // two working days untriaged
  ASSERT_TRUE(Eventually([&] { return sink_.CountTo("leder.fjordvik@example.no") == 1; }));
}

TEST_F(WorkerTest, ManyTasksAreOneMail) {
  for (int i = 1; i <= 3; ++i) {
    ObligationEvent event = EventOf(absl::StrCat("plans/", i), 1);
    AddDuty(event, "evaluations/e", Obligation::PLAN_EVALUATION,
            {{"persons/kari", Obligation::COORDINATOR}}, absl::CivilDay(2027, 3, 10));
    fakes_.Tell(event);
  }
  ASSERT_TRUE(Eventually([&] {
    auto session = *database_.pool().Acquire(SystemClock().Now() + absl::Seconds(5));
    return **session.QueryOne("SELECT COUNT(*) FROM aggregate", {},
                              [](const sql::Row& row) { return row.Int64(0); }) == 3;
  }));
  clock_.Set(OsloTime(2027, 3, 3, 9));
  ASSERT_TRUE(Eventually([&] { return In(Delivery::SENT) == 1; }));
  EXPECT_EQ(Sent(), 1);
  EXPECT_THAT(sink_.Mails()[0], HasSubstr("3_oppgaver"));
}

TEST_F(WorkerTest, WhatIsOptionalOffersAWayOutAndACalendarToWhoWantsIt) {
  Preferences wishes;
  wishes.set_calendar_entries(true);
  ASSERT_TRUE(*running_->inbox.SetPreferences("persons/ola", wishes, 0,
                                              SystemClock().Now() + absl::Seconds(5)));
  ObligationEvent event = EventOf("plans/p", 1);
  AddDuty(event, "activities/a", Obligation::ACTIVITY_DUE,
          {{"persons/ola", Obligation::RESPONSIBLE}}, absl::CivilDay(2027, 3, 10));
  fakes_.Tell(event);
  ASSERT_TRUE(PlannedTo(1));
  clock_.Set(OsloTime(2027, 2, 24, 9));  // -14d, optional
  ASSERT_TRUE(Eventually([&] { return Sent() == 1; }));
  const std::string first = sink_.Mails()[0];
  EXPECT_THAT(first, HasSubstr("List-Unsubscribe: <https://ip.fjordvik.example/varsel/avmeld/"));
  EXPECT_THAT(first, HasSubstr("List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n"));
  EXPECT_THAT(first, HasSubstr("text/calendar; method=PUBLISH; charset=UTF-8"));
  EXPECT_THAT(first, HasSubstr("DTSTART;VALUE=3DDATE:20270310"));
  clock_.Set(OsloTime(2027, 3, 5, 12));  // -3d is Sunday the 7th, so Friday; mandatory
  ASSERT_TRUE(Eventually([&] { return Sent() == 2; }));
  EXPECT_THAT(sink_.Mails()[1], Not(HasSubstr("List-Unsubscribe")));
}

TEST_F(WorkerTest, AMovedDayIsTakenOutOfTheCalendarByTheSameUid) {
  Preferences wishes;
  wishes.set_calendar_entries(true);
  ASSERT_TRUE(*running_->inbox.SetPreferences("persons/ola", wishes, 0,
                                              SystemClock().Now() + absl::Seconds(5)));
  fakes_.Tell(Evaluation(1, absl::CivilDay(2027, 3, 10)));
  ASSERT_TRUE(PlannedTo(1));
  clock_.Set(OsloTime(2027, 2, 24, 9));  // -14d
  ASSERT_TRUE(Eventually([&] { return In(Delivery::SENT) == 3; }));
  // Moved: the old evaluation is gone, a new one stands in its place.
  ObligationEvent moved = EventOf("plans/secret-plan", 2);
  AddDuty(moved, "evaluations/another", Obligation::PLAN_EVALUATION,
          {{"persons/ola", Obligation::RESPONSIBLE}}, absl::CivilDay(2027, 4, 21));
  fakes_.Tell(moved);
  ASSERT_TRUE(PlannedTo(2));
  clock_.Set(OsloTime(2027, 2, 24, 9, 11));  // it might have come back
  ASSERT_TRUE(Eventually([&] { return In(Delivery::SENT) == 4; })) << Sent();
  const auto entry = [](const std::string& mail, const char* name) {
    const size_t at = mail.find(name);
    return at == std::string::npos ? "" : mail.substr(at, mail.find("\r\n", at) - at);
  };
  std::string published, taken_back;
  for (const std::string& mail : sink_.Mails()) {
    if (absl::StrContains(mail, "method=CANCEL")) taken_back = mail;
    if (absl::StrContains(mail, "method=PUBLISH")) published = mail;
  }
  EXPECT_THAT(taken_back, HasSubstr("METHOD:CANCEL"));
  EXPECT_THAT(taken_back, HasSubstr("DTSTART;VALUE=3DDATE:20270310"));
  EXPECT_NE(entry(published, "UID:"), "");
  EXPECT_EQ(entry(taken_back, "UID:"), entry(published, "UID:"));
  EXPECT_NE(entry(taken_back, "SEQUENCE:"), entry(published, "SEQUENCE:"));
  // Told again, it changes nothing; and who has no calendar entries hears nothing.
  moved.set_revision(3);
  fakes_.Tell(moved);
  ASSERT_TRUE(PlannedTo(3));
  clock_.Set(OsloTime(2027, 2, 25, 9));
  ASSERT_TRUE(Eventually([&] { return In(Delivery::SCHEDULED) + In(Delivery::CLAIMED) == 0; }));
  EXPECT_EQ(Sent(), 4);
}

}  // namespace
}  // namespace ip::notification
