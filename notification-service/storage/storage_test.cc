// The contract of the repositories, on MariaDB.
#include <gmock/gmock.h>

#include <set>
#include <thread>

#include "lib/base/clock.h"
#include "lib/testing/mariadb.h"
#include "notification-service/domain/hours.h"
#include "notification-service/domain/test_events.h"
#include "notification-service/storage/agenda_repository.h"
#include "notification-service/storage/delivery_repository.h"
#include "notification-service/storage/inbox_repository.h"
#include "notification-service/storage/intake_repository.h"

namespace ip::notification {
namespace {

using ::testing::IsEmpty;
using ::testing::SizeIs;

const RuleSet& Shipped() {
  static const Rules rules = *Rules::LoadDirectory(IP_RULES_DIR);
  return rules.On(absl::CivilDay(2026, 1, 1));
}

constexpr absl::Duration kLease = absl::Seconds(60);

class StorageTest : public ::testing::Test {
 protected:
  // An evaluation due on 10 March 2027, told on 1 March at noon: -7d is 3 March.
  ObligationEvent Evaluation(int64_t revision, absl::CivilDay due = absl::CivilDay(2027, 3, 10)) {
    ObligationEvent event = EventOf("plans/p", revision);
    AddDuty(event, "evaluations/e", Obligation::PLAN_EVALUATION,
            {{"persons/eva", Obligation::OWNER}}, due);
    event.set_cursor("c" + std::to_string(revision));
    return event;
  }
  ObligationEvent Receipts(int n) {
    ObligationEvent event = EventOf("notices/n", 1);
    for (int i = 0; i < n; ++i) {
      AddDuty(event, std::to_string(i), Obligation::NOTICE_RECEIPT,
              {{"persons/" + std::to_string(i), Obligation::NOTIFIER}});
    }
    return event;
  }
  bool Apply(const ObligationEvent& event, absl::Time now) {
    auto applied = intake_.Apply("plan", event, Shipped(), now);
    EXPECT_TRUE(applied.ok()) << applied.status();
    return applied.value_or(false);
  }
  int BindAll(absl::Time now) {
    int messages = 0;
    const auto addressees = *agenda_.DueAddressees(now, 1000);
    for (const auto& addressee : addressees) {
      auto bound = agenda_.Bind(addressee, now);
      EXPECT_TRUE(bound.ok()) << bound.status();
      messages += bound->messages;
    }
    return messages;
  }
  std::vector<Message> Claim(absl::Time now, absl::Duration lease = kLease, int limit = 8) {
    auto messages = deliveries_.Claim("me", now, lease, limit);
    EXPECT_TRUE(messages.ok()) << messages.status();
    return *std::move(messages);
  }
  Delivery::State StateOf(const Message& message) {
    return (*deliveries_.Get(message.id, absl::InfiniteFuture()))->state();
  }

  ip::testing::TestDatabase database_{"notification-service/migrations"};
  IntakeRepository intake_{&database_.pool(), std::string(32, 'k')};
  AgendaRepository agenda_{&database_.pool(), std::string(32, 'k')};
  DeliveryRepository deliveries_{&database_.pool()};
  InboxRepository inbox_{&database_.pool()};
  const absl::Time noon_ = OsloTime(2027, 3, 1, 12);
  const absl::Time later_ = OsloTime(2027, 3, 3, 9);
  const Finish sent_ = {.state = Delivery::SENT, .outcome = "ACCEPTED", .code = 250};
};

TEST_F(StorageTest, EachEventTakesEffectOnce) {
  EXPECT_EQ(*intake_.Cursor("plan"), "");
  EXPECT_TRUE(Apply(Evaluation(5), noon_));
  EXPECT_EQ(*intake_.Cursor("plan"), "c5");
  EXPECT_FALSE(Apply(Evaluation(5), noon_));
  EXPECT_FALSE(Apply(Evaluation(4, absl::CivilDay(2027, 9, 9)), noon_));
  EXPECT_EQ(*intake_.Cursor("plan"), "c4");  // where the feed stands, not what is newest
  auto planned = agenda_.Planned("plans/p", OsloTime(2028, 1, 1, 0), absl::InfiniteFuture());
  ASSERT_TRUE(planned.ok()) << planned.status();
  EXPECT_THAT(*planned, SizeIs(4));  // -7d, -1d; unit and leader after the date
}

TEST_F(StorageTest, ADueSlotBecomesOneMessageAndAnInboxEntry) {
  Apply(Evaluation(1), noon_);
  EXPECT_EQ(BindAll(noon_), 0);
  EXPECT_EQ(BindAll(later_), 1);
  EXPECT_EQ(BindAll(later_), 0);
  auto messages = Claim(later_);
  ASSERT_THAT(messages, SizeIs(1));
  EXPECT_EQ(messages[0].recipient, "persons/eva");
  EXPECT_EQ(messages[0].municipality_code, "9901");
  ASSERT_THAT(messages[0].slots, SizeIs(1));
  EXPECT_EQ(messages[0].slots[0].rung, "-7d");
  const auto inbox = *inbox_.List({"persons/eva"}, true, {}, 10, absl::InfiniteFuture());
  ASSERT_THAT(inbox, SizeIs(1));
  EXPECT_EQ(inbox[0].notification.obligation(), "plans/p/evaluations/e");
  EXPECT_EQ(inbox[0].notification.delivery_state(), Delivery::CLAIMED);
  ASSERT_TRUE(inbox_.Acknowledge(messages[0].slots[0].id, later_, absl::InfiniteFuture()).ok());
  EXPECT_THAT(*inbox_.List({"persons/eva"}, true, {}, 10, absl::InfiniteFuture()), IsEmpty());
  EXPECT_THAT(*inbox_.List({"persons/eva"}, false, inbox[0].place, 10, absl::InfiniteFuture()),
              IsEmpty());
}

TEST_F(StorageTest, AMovedDateIsNotRemindedOfAgainWithinTheCooldown) {
  Apply(Evaluation(1), noon_);
  BindAll(later_);
  ASSERT_TRUE(deliveries_.EndAttempt(Claim(later_)[0], sent_, {}, "").ok());
  Apply(Evaluation(2, absl::CivilDay(2027, 3, 12)), later_);
  EXPECT_EQ(BindAll(OsloTime(2027, 3, 5, 9)), 0);
  Apply(Evaluation(3, absl::CivilDay(2027, 3, 31)), OsloTime(2027, 3, 5, 9));
  EXPECT_EQ(BindAll(OsloTime(2027, 3, 24, 9)), 1);
}

TEST_F(StorageTest, ClaimedByOneAlone) {
  Apply(Receipts(60), noon_);
  EXPECT_EQ(BindAll(noon_), 60);
  std::set<std::string> seen;
  std::mutex mutex;
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int round = 0; round < 30; ++round) {
        const auto claimed = *deliveries_.Claim("t", noon_, kLease, 3);
        for (const Message& message : claimed) {
          const std::lock_guard lock(mutex);
          EXPECT_TRUE(seen.insert(message.id).second) << "claimed twice";
        }
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(seen.size(), 60u);
}

TEST_F(StorageTest, TheGateOpensOnceForWhoHoldsTheClaim) {
  Apply(Evaluation(1), noon_);
  BindAll(later_);
  const Message message = Claim(later_)[0];
  Message stale = message;
  --stale.fence;
  EXPECT_FALSE(deliveries_.Gate(stale, kLease));
  EXPECT_TRUE(deliveries_.Gate(message, kLease));
  EXPECT_FALSE(deliveries_.Gate(message, kLease));
  ASSERT_TRUE(deliveries_.EndAttempt(message, sent_).ok());
  EXPECT_EQ(StateOf(message), Delivery::SENT);
  EXPECT_THAT(Claim(later_), IsEmpty());
}

TEST_F(StorageTest, ALapsedClaimIsFreeAgainAndTheOldHolderIsShutOut) {
  Apply(Evaluation(1), noon_);
  BindAll(later_);
  const Message first = Claim(later_, absl::ZeroDuration())[0];
  EXPECT_FALSE(deliveries_.Gate(first, kLease));  // its lease has run out
  EXPECT_EQ(deliveries_.Reap(later_)->freed, 1);
  const Message second = Claim(later_)[0];
  EXPECT_EQ(second.fence, first.fence + 1);
  ASSERT_TRUE(deliveries_.EndAttempt(first, sent_).ok());
  EXPECT_EQ(StateOf(second), Delivery::CLAIMED);
  EXPECT_TRUE(deliveries_.Gate(second, kLease));
}

TEST_F(StorageTest, LostAfterTheGateIsUnknownAndSettledByClass) {
  Apply(Evaluation(1), noon_);
  Apply(Receipts(1), later_);
  EXPECT_EQ(BindAll(later_), 2);
  auto messages = Claim(later_);
  ASSERT_THAT(messages, SizeIs(2));
  for (const Message& message : messages)
    EXPECT_TRUE(deliveries_.Gate(message, absl::ZeroDuration()));
  EXPECT_EQ(deliveries_.Reap(later_)->unknown, 2);
  EXPECT_EQ(deliveries_.SettleUnknown(later_, absl::Minutes(15))->held, 0);
  const auto settled = deliveries_.SettleUnknown(later_, absl::ZeroDuration());
  EXPECT_EQ(settled->resent, 1);
  // The one that must arrive goes once more, and only once.
  auto again = Claim(later_);
  ASSERT_THAT(again, SizeIs(1));
  EXPECT_EQ(again[0].klass, Class::A);
  EXPECT_TRUE(deliveries_.Gate(again[0], absl::ZeroDuration()));
  EXPECT_EQ(deliveries_.Reap(later_)->unknown, 1);
  EXPECT_EQ(deliveries_.SettleUnknown(later_, absl::ZeroDuration())->resent, 0);
  for (const Message& message : messages) EXPECT_EQ(StateOf(message), Delivery::HELD);
}

TEST_F(StorageTest, LateEvidenceBeatsNotKnowing) {
  Apply(Evaluation(1), noon_);
  BindAll(later_);
  const Message message = Claim(later_)[0];
  EXPECT_TRUE(deliveries_.Gate(message, absl::ZeroDuration()));
  EXPECT_EQ(deliveries_.Reap(later_)->unknown, 1);
  ASSERT_TRUE(deliveries_.EndAttempt(message, sent_).ok());
  EXPECT_EQ(StateOf(message), Delivery::SENT);
}

TEST_F(StorageTest, ARetryWaitsForItsTime) {
  Apply(Evaluation(1), noon_);
  BindAll(later_);
  const Message message = Claim(later_)[0];
  ASSERT_TRUE(deliveries_
                  .EndAttempt(message, {.state = Delivery::SCHEDULED,
                                        .next_at = later_ + absl::Minutes(5),
                                        .outcome = "TEMPORARY",
                                        .code = 450})
                  .ok());
  EXPECT_THAT(Claim(later_), IsEmpty());
  EXPECT_THAT(Claim(later_ + absl::Minutes(5)), SizeIs(1));
}

// domain.md § 8 check 9, down to the gate.
TEST_F(StorageTest, Check9AMovedDateStopsTheMailAtTheGate) {
  Apply(Evaluation(1), noon_);
  BindAll(later_);
  const Message message = Claim(later_)[0];
  Apply(Evaluation(2, absl::CivilDay(2027, 3, 20)), later_);
  EXPECT_FALSE(deliveries_.Gate(message, kLease));
  ASSERT_TRUE(
      deliveries_
          .EndAttempt(message,
                      {.state = Delivery::SCHEDULED, .next_at = later_, .outcome = "GATE_SHUT"})
          .ok());
  EXPECT_EQ(StateOf(message), Delivery::SUPPRESSED);
  EXPECT_THAT(Claim(later_), IsEmpty());
  EXPECT_THAT(*inbox_.List({"persons/eva"}, false, {}, 10, absl::InfiniteFuture()), IsEmpty());
  // Moved back, it goes after all, as a new message; once sent, never again.
  Apply(Evaluation(3), later_);
  EXPECT_EQ(BindAll(later_), 1);
  const Message again = Claim(later_)[0];
  EXPECT_NE(again.id, message.id);
  EXPECT_TRUE(deliveries_.Gate(again, kLease));
  ASSERT_TRUE(deliveries_.EndAttempt(again, sent_).ok());
  Apply(Evaluation(4, absl::CivilDay(2027, 3, 20)), later_);
  Apply(Evaluation(5), later_);
  EXPECT_EQ(BindAll(later_), 0);
}

TEST_F(StorageTest, NewRulesPlanOpenSlotsAnew) {
  Apply(Evaluation(1), noon_);
  RuleSet other = Shipped();
  other.set_version("t-2");
  EXPECT_EQ(*intake_.ApplyRules(other, noon_, 100), 1);
  EXPECT_EQ(*intake_.ApplyRules(other, noon_, 100), 0);
  const auto planned =
      *agenda_.Planned("plans/p", absl::FromUnixSeconds(4000000000), absl::InfiniteFuture());
  for (const Slot& slot : planned) {
    EXPECT_EQ(slot.rule, "t-2");
  }
}

TEST_F(StorageTest, AnOperatorMayRevive) {
  Apply(Evaluation(1), noon_);
  BindAll(later_);
  const Message message = Claim(later_)[0];
  ASSERT_TRUE(
      deliveries_
          .EndAttempt(message, {.state = Delivery::FAILED, .outcome = "PERMANENT", .code = 550})
          .ok());
  EXPECT_THAT(*deliveries_.List(Delivery::FAILED, "", 10, absl::InfiniteFuture()), SizeIs(1));
  EXPECT_THAT(*deliveries_.List(Delivery::SENT, "", 10, absl::InfiniteFuture()), IsEmpty());
  EXPECT_FALSE(*deliveries_.Move(message.id, {Delivery::DEAD}, Delivery::SCHEDULED, "", later_));
  EXPECT_TRUE(
      *deliveries_.Move(message.id, {Delivery::FAILED}, Delivery::SCHEDULED, "RETRIED", later_));
  const auto again = Claim(later_);
  ASSERT_THAT(again, SizeIs(1));
  EXPECT_THAT(again[0].slots, SizeIs(1));
}

TEST_F(StorageTest, PreferencesAreKeptByVersion) {
  EXPECT_EQ(inbox_.GetPreferences("persons/eva", absl::InfiniteFuture())->version, 0);
  Preferences wishes;
  wishes.set_language(individuellplan::type::v1::NN);
  EXPECT_TRUE(*inbox_.SetPreferences("persons/eva", wishes, 0, absl::InfiniteFuture()));
  EXPECT_FALSE(*inbox_.SetPreferences("persons/eva", wishes, 0, absl::InfiniteFuture()));
  EXPECT_TRUE(*inbox_.SetPreferences("persons/eva", wishes, 1, absl::InfiniteFuture()));
  EXPECT_EQ(inbox_.GetPreferences("persons/eva", absl::InfiniteFuture())->version, 2);
}

}  // namespace
}  // namespace ip::notification
