// What goes wrong between feed and mail box.
#include "absl/strings/str_cat.h"
#include "lib/base/metrics.h"
#include "notification-service/testing/running_service.h"

namespace ip::notification {
namespace {

using ::testing::HasSubstr;

TEST_F(WorkerTest, WhoCannotBeReachedIsCountedNotForgotten) {
  FakeServices::Contact reserved, unknown, gone;
  reserved.set_obstacle(FakeServices::Contact::RESERVED);
  unknown.set_obstacle(FakeServices::Contact::NO_ADDRESS);
  gone.set_obstacle(FakeServices::Contact::NOT_RESPONSIBLE);
  fakes_.SetContact("persons/kari", reserved);
  fakes_.SetContact("persons/ola", unknown);
  fakes_.SetContact("persons/eva", gone);
  fakes_.Tell(Evaluation(1, absl::CivilDay(2027, 3, 10)));
  ASSERT_TRUE(PlannedTo(1));
  clock_.Set(OsloTime(2027, 3, 3, 9));
  ASSERT_TRUE(Eventually([&] { return In(Delivery::SUPPRESSED) == 3; }));
  EXPECT_THAT(MetricsText(), HasSubstr("ip_notify_nobody_reached_total{reason=\"RESERVED\"} 1"));
  // One task for the unit, by mail and in its portal; nothing about what is nobody's duty.
  ASSERT_TRUE(Eventually([&] { return sink_.CountTo("fjordvik@example.no") == 1; }));
  EXPECT_EQ(Sent(), 1);
  const auto unit = *running_->inbox.List({"units/fjordvik"}, false, {}, 10,
                                          SystemClock().Now() + absl::Seconds(5));
  ASSERT_EQ(unit.size(), 1u);
  EXPECT_EQ(unit[0].notification.kind(), Obligation::RECIPIENT_UNREACHABLE);
  EXPECT_EQ(unit[0].notification.obligation(), "plans/secret-plan/evaluations/secret-evaluation");
  // Where no mail goes, the portal still tells; what is nobody's duty is not told.
  const auto deadline = SystemClock().Now() + absl::Seconds(5);
  EXPECT_EQ(running_->inbox.List({"persons/kari"}, false, {}, 10, deadline)->size(), 1u);
  EXPECT_EQ(running_->inbox.List({"persons/eva"}, false, {}, 10, deadline)->size(), 0u);
}

TEST_F(WorkerTest, GoesOnWhereTheFeedWasCut) {
  for (int i = 1; i <= 20; ++i) {
    ObligationEvent event = EventOf(absl::StrCat("notices/", i), 1);
    AddDuty(event, "", Obligation::NOTICE_RECEIPT,
            {{absl::StrCat("persons/p", i), Obligation::NOTIFIER}});
    fakes_.Tell(event);
    if (i % 5 != 0) continue;
    ASSERT_TRUE(Eventually([&] { return Sent() == i; })) << Sent();
    fakes_.CutStreams();
  }
  ASSERT_TRUE(Eventually([&] { return Sent() == 20; })) << Sent();
  EXPECT_GT(fakes_.streams(), 2);
  for (int i = 1; i <= 20; ++i) EXPECT_EQ(sink_.CountTo(absl::StrCat("p", i, "@example.no")), 1);
}

TEST_F(WorkerTest, TriesAgainWhatFailedForNow) {
  FakeServices::Contact contact;
  contact.set_email("rcpt-450.x@example.no");
  fakes_.SetContact("persons/lege", contact);
  ObligationEvent event = EventOf("notices/n", 1);
  AddDuty(event, "", Obligation::NOTICE_RECEIPT, {{"persons/lege", Obligation::NOTIFIER}});
  fakes_.Tell(event);
  ASSERT_TRUE(Eventually([&] {
    const auto waiting = *running_->deliveries.List(Delivery::SCHEDULED, "", 10,
                                                    SystemClock().Now() + absl::Seconds(5));
    return waiting.size() == 1 && waiting[0].last_code() == 450;
  }));
  contact.set_email("lege@example.no");
  fakes_.SetContact("persons/lege", contact);
  clock_.Set(clock_.Now() + absl::Minutes(2));
  ASSERT_TRUE(Eventually([&] { return Sent() == 1; }));
}

TEST_F(WorkerTest, AnAddressThatDoesNotExistIsShutOutAndTheUnitIsTold) {
  FakeServices::Contact contact;
  contact.set_email("rcpt-550.x@example.no");  // "550 5.1.1"
  fakes_.SetContact("persons/eva", contact);
  for (int i = 1; i <= 2; ++i) {
    ObligationEvent event = EventOf(absl::StrCat("notices/", i), 1);
    AddDuty(event, "", Obligation::NOTICE_RECEIPT, {{"persons/eva", Obligation::NOTIFIER}});
    fakes_.Tell(event);
    ASSERT_TRUE(Eventually([&] { return sink_.CountTo("fjordvik@example.no") == i; })) << i;
  }
  EXPECT_EQ(In(Delivery::FAILED), 1);
  EXPECT_EQ(In(Delivery::SUPPRESSED), 1);  // not tried again
  const auto shut_out = *running_->deliveries.List(Delivery::SUPPRESSED, "", 10,
                                                   SystemClock().Now() + absl::Seconds(5));
  EXPECT_EQ(shut_out[0].reason(), "ADDRESS_BOUNCES");
}

TEST_F(WorkerTest, ASecondAttemptIsTheSameMailByteForByte) {
  FakeServices::Contact contact;
  contact.set_email("dot-drop-taken.x@example.no");  // takes it and says nothing
  fakes_.SetContact("persons/lege", contact);
  ObligationEvent event = EventOf("notices/n", 1);
  AddDuty(event, "", Obligation::NOTICE_RECEIPT, {{"persons/lege", Obligation::NOTIFIER}});
  fakes_.Tell(event);
  ASSERT_TRUE(Eventually([&] { return Sent() == 2; })) << Sent();
  const auto mails = sink_.Mails();
  EXPECT_EQ(mails[0], mails[1]);
  ASSERT_TRUE(Eventually([&] { return In(Delivery::HELD) == 1; }));  // and no third time
  EXPECT_EQ(Sent(), 2);
}

TEST_F(WorkerTest, AComparisonFindsAndMendsDrift) {
  fakes_.Tell(Evaluation(1, absl::CivilDay(2027, 3, 10)));
  ASSERT_TRUE(PlannedTo(1));
  Reconciler reconciler(&running_->sources, &running_->intake, &running_->rules, &clock_,
                        &running_->planned);
  Reconciled found = reconciler.Compare();
  EXPECT_EQ(found.same, 1);
  EXPECT_EQ(found.drift + found.behind + found.failed + found.gone, 0);
  // The same revision with another date: no feed would mend that.
  fakes_.Tell(Evaluation(1, absl::CivilDay(2027, 3, 17)));
  EXPECT_EQ(reconciler.Compare().drift, 1);
  found = reconciler.Compare();
  EXPECT_EQ(found.drift, 0);
  EXPECT_EQ(found.same, 1);
  const auto planned = *running_->agenda.Planned("plans/secret-plan", OsloTime(2028, 1, 1, 0),
                                                 SystemClock().Now() + absl::Seconds(5));
  ASSERT_FALSE(planned.empty());
  for (const Slot& slot : planned) EXPECT_EQ(slot.due, absl::CivilDay(2027, 3, 17));
}

// The relay is down over a night: the morning's mail takes up what has not left, of each duty the
// latest rung.
TEST_F(WorkerTest, WhatDidNotLeaveYesterdayIsGatheredAnew) {
  FakeServices::Contact contact;
  contact.set_email("rcpt-450.x@example.no");
  fakes_.SetContact("persons/kari", contact);
  ObligationEvent event = EventOf("plans/p", 1);
  AddDuty(event, "evaluations/a", Obligation::PLAN_EVALUATION,
          {{"persons/kari", Obligation::COORDINATOR}}, absl::CivilDay(2027, 3, 10));
  AddDuty(event, "evaluations/b", Obligation::PLAN_EVALUATION,
          {{"persons/kari", Obligation::COORDINATOR}}, absl::CivilDay(2027, 3, 11));
  fakes_.Tell(event);
  ASSERT_TRUE(PlannedTo(1));
  // -7d of a; the next try would be after hours.
  clock_.Set(OsloTime(2027, 3, 3, 16, 59) + absl::Seconds(30));
  ASSERT_TRUE(Eventually([&] { return In(Delivery::SUPPRESSED) == 1; }));
  contact.set_email("kari@example.no");
  fakes_.SetContact("persons/kari", contact);
  clock_.Set(OsloTime(2027, 3, 4, 9));  // -7d of b
  ASSERT_TRUE(Eventually([&] { return In(Delivery::SENT) == 1; }));
  ASSERT_EQ(Sent(), 1);
  EXPECT_THAT(sink_.Mails()[0], HasSubstr("2_oppgaver"));
}

}  // namespace
}  // namespace ip::notification
