// From feed to mail box: everything real but the two services (fakes on gRPC) and the clock.
#include <gmock/gmock.h>
#include <sys/stat.h>

#include <atomic>
#include <fstream>
#include <functional>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "lib/auth/jose.h"
#include "lib/base/metrics.h"
#include "lib/testing/mariadb.h"
#include "notification-service/domain/test_events.h"
#include "notification-service/testing/fake_services.h"
#include "notification-service/testing/mail_sink.h"
#include "notification-service/worker/dispatcher.h"
#include "notification-service/worker/feed_reader.h"
#include "notification-service/worker/planner.h"
#include "notification-service/worker/reconciler.h"

namespace ip::notification {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class ManualClock final : public Clock {
 public:
  absl::Time Now() const override { return absl::FromUnixMicros(now_); }
  void Set(absl::Time time) { now_ = absl::ToUnixMicros(time); }

 private:
  std::atomic<int64_t> now_ = 0;
};

bool Eventually(const std::function<bool()>& done) {
  const absl::Time deadline = SystemClock().Now() + absl::Seconds(30);
  while (!done()) {
    if (SystemClock().Now() > deadline) return false;
    absl::SleepFor(absl::Milliseconds(20));
  }
  return true;
}

std::unique_ptr<auth::TokenSigner> Signer() {
  const std::string file = ::testing::TempDir() + "notification-signing.jwk";
  std::ofstream(file) << auth::NewSigningKey("notification-service").dump();
  chmod(file.c_str(), 0600);
  return *auth::TokenSigner::Load(file);
}

const std::string kKey(32, 'k');
constexpr char kReference[] =
    R"({"municipalities": [{"code": "9901", "displayName": "Fjordvik kommune"}]})";

// The service's threads; they can be stopped and started again over the same database.
struct Running {
  Running(sql::Pool* pool, const FakeServices& fakes, const MailSink& sink, const Clock* clock)
      : sources(*MakeSources(fakes.address(), fakes.address(), signer.get(), {})),
        intake(pool, kKey),
        agenda(pool, kKey),
        deliveries(pool),
        inbox(pool),
        reach(pool, kKey) {
    CourierOptions options;
    options.mail_from = "ikke-svar@fjordvik.example";
    options.mail_key = kKey;
    options.public_url = "https://ip.fjordvik.example";
    options.signs_list_headers = true;
    options.relay.url = sink.url();
    options.relay.plaintext = true;
    options.relay.reply_timeout = absl::Seconds(1);
    dispatcher.emplace(
        Courier::Parts{&deliveries, &inbox, &reach, &letters, &reference, &sources, clock}, options,
        2, &queued);
    planner.emplace(Planner::Parts{&intake, &agenda, &deliveries, &reach, &rules, clock, &planned,
                                   &queued, absl::Seconds(1)});
    for (const auto& source : sources) {
      feeds.push_back(std::make_unique<FeedReader>(source.get(), &intake, &rules, clock, &planned));
    }
  }
  std::unique_ptr<auth::TokenSigner> signer = Signer();
  Sources sources;
  Rules rules = *Rules::LoadDirectory(IP_RULES_DIR);
  Reference reference = *Reference::Parse(kReference);
  LetterWriter letters = *LetterWriter::Create("https://ip.fjordvik.example");
  IntakeRepository intake;
  AgendaRepository agenda;
  DeliveryRepository deliveries;
  InboxRepository inbox;
  ReachRepository reach;
  Bell planned, queued;
  std::optional<Dispatcher> dispatcher;
  std::optional<Planner> planner;
  std::vector<std::unique_ptr<FeedReader>> feeds;
};

class WorkerTest : public ::testing::Test {
 protected:
  WorkerTest() {
    clock_.Set(OsloTime(2027, 1, 4, 12));
    Start();
  }
  void Start() { running_.emplace(&database_.pool(), fakes_, sink_, &clock_); }

  ObligationEvent Evaluation(int64_t revision, absl::CivilDay due) {
    ObligationEvent event = EventOf("plans/secret-plan", revision);
    AddDuty(event, "evaluations/secret-evaluation", Obligation::PLAN_EVALUATION,
            {{"persons/kari", Obligation::COORDINATOR},
             {"persons/ola", Obligation::RESPONSIBLE},
             {"persons/eva", Obligation::OWNER}},
            due);
    return event;
  }
  bool PlannedTo(int64_t revision) {
    return Eventually([&] {
      auto session = *database_.pool().Acquire(SystemClock().Now() + absl::Seconds(5));
      auto found = session.QueryOne("SELECT 1 FROM aggregate WHERE revision = ?", {revision},
                                    [](const sql::Row& row) { return row.Int64(0); });
      return found.ok() && found->has_value();
    });
  }
  int Sent() const { return static_cast<int>(sink_.Mails().size()); }
  int In(Delivery::State state) {
    return static_cast<int>(
        running_->deliveries.List(state, "", 100, SystemClock().Now() + absl::Seconds(5))->size());
  }

  ip::testing::TestDatabase database_{"notification-service/migrations"};
  FakeServices fakes_;
  MailSink sink_;
  ManualClock clock_;
  std::optional<Running> running_;
};

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
