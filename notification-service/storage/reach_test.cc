// Bounces, shut-out addresses, evidence and the unit's task, on MariaDB.
#include <gmock/gmock.h>

#include "lib/base/clock.h"
#include "lib/testing/mariadb.h"
#include "notification-service/domain/test_events.h"
#include "notification-service/storage/agenda_repository.h"
#include "notification-service/storage/delivery_repository.h"
#include "notification-service/storage/intake_repository.h"
#include "notification-service/storage/ledger.h"
#include "notification-service/storage/reach_repository.h"

namespace ip::notification {
namespace {

using ::testing::IsEmpty;
using ::testing::SizeIs;

const std::string kKey(32, 'k');
const std::string kHash(32, 'h');

class ReachTest : public ::testing::Test {
 protected:
  ReachTest() {
    ObligationEvent event = EventOf("notices/n", 1);
    AddDuty(event, "", Obligation::NOTICE_RECEIPT, {{"persons/eva", Obligation::NOTIFIER}});
    EXPECT_TRUE(intake_.Apply("referral", event, rules_.On(OsloDay(noon_)), noon_).ok());
    EXPECT_EQ(Bind("persons/eva"), 1);
    message_ = Claim();
  }
  int Bind(const std::string& addressee) { return agenda_.Bind(addressee, noon_)->messages; }
  Message Claim() { return deliveries_.Claim("me", noon_, absl::Minutes(1), 8)->at(0); }
  Delivery::State State() {
    return (*deliveries_.Get(message_.id, absl::InfiniteFuture()))->state();
  }
  void Send(Delivery::State outcome) {
    EXPECT_TRUE(deliveries_.Gate(message_, absl::Minutes(1), kHash));
    EXPECT_TRUE(deliveries_.EndAttempt(message_, {.state = outcome, .outcome = "X"}).ok());
  }

  ip::testing::TestDatabase database_{"notification-service/migrations"};
  Rules rules_ = *Rules::LoadDirectory(IP_RULES_DIR);
  IntakeRepository intake_{&database_.pool(), kKey};
  AgendaRepository agenda_{&database_.pool(), kKey};
  DeliveryRepository deliveries_{&database_.pool()};
  ReachRepository reach_{&database_.pool(), kKey};
  const absl::Time noon_ = OsloTime(2027, 3, 1, 12);
  Message message_;
};

TEST_F(ReachTest, ABounceIsTakenOnceAndShutsOutForThirtyDays) {
  EXPECT_FALSE(*reach_.TakeBounce(message_.bounce_token, "5.1.1", 4, noon_));  // not sent yet
  Send(Delivery::SENT);
  EXPECT_FALSE(*reach_.TakeBounce("AAAAAAAAAAAAAAAAAAAAAA", "5.1.1", 4, noon_));  // forged
  EXPECT_EQ(State(), Delivery::SENT);
  EXPECT_FALSE(*reach_.IsShutOut(kHash, noon_));
  EXPECT_TRUE(*reach_.TakeBounce(message_.bounce_token, "5.1.1", 4, noon_));
  EXPECT_FALSE(*reach_.TakeBounce(message_.bounce_token, "5.1.1", 4, noon_));  // replayed
  EXPECT_EQ(State(), Delivery::BOUNCED);
  EXPECT_TRUE(*reach_.IsShutOut(kHash, noon_));
  EXPECT_TRUE(*reach_.IsShutOut(kHash, noon_ + absl::Hours(24 * 29)));
  EXPECT_FALSE(*reach_.IsShutOut(kHash, noon_ + absl::Hours(24 * 31)));
  // An operator who tries again gives the address another chance.
  EXPECT_TRUE(
      *deliveries_.Move(message_.id, {Delivery::BOUNCED}, Delivery::SCHEDULED, "RETRIED", noon_));
  EXPECT_FALSE(*reach_.IsShutOut(kHash, noon_));
}

TEST_F(ReachTest, SoftRefusalsShutOutWhenTheyAddUp) {
  auto count = [&](absl::Time at) {
    auto session = *database_.pool().Acquire(absl::InfiniteFuture());
    EXPECT_TRUE(CountRefusal(session, kHash, 1, at).ok());
    return *reach_.IsShutOut(kHash, at);
  };
  for (int i = 0; i < 3; ++i) EXPECT_FALSE(count(noon_)) << i;
  EXPECT_FALSE(count(noon_ + absl::Hours(24 * 40)));  // too long ago to add up
  EXPECT_FALSE(count(noon_ + absl::Hours(24 * 41)));
  EXPECT_FALSE(count(noon_ + absl::Hours(24 * 42)));
  EXPECT_TRUE(count(noon_ + absl::Hours(24 * 43)));
}

TEST_F(ReachTest, WhenNobodyWasReachedTheUnitIsToldOnce) {
  EXPECT_EQ(*reach_.RaiseUnreached(noon_, 10), 0);
  Finish missed = {.state = Delivery::SUPPRESSED, .reason = "NO_ADDRESS", .outcome = "X"};
  missed.unreached = true;
  ASSERT_TRUE(deliveries_.EndAttempt(message_, missed).ok());
  EXPECT_EQ(*reach_.RaiseUnreached(noon_, 10), 1);
  EXPECT_EQ(*reach_.RaiseUnreached(noon_, 10), 0);
  EXPECT_EQ(Bind("units/fjordvik"), 1);
  message_ = Claim();
  EXPECT_EQ(message_.recipient, "units/fjordvik");
  EXPECT_EQ(message_.slots[0].kind, Obligation::RECIPIENT_UNREACHABLE);
  // Not even the unit: its leader, and there it ends.
  ASSERT_TRUE(deliveries_.EndAttempt(message_, missed).ok());
  EXPECT_EQ(*reach_.RaiseUnreached(noon_, 10), 1);
  EXPECT_EQ(Bind("units/fjordvik#leader"), 1);
  ASSERT_TRUE(deliveries_.EndAttempt(Claim(), missed).ok());
  EXPECT_EQ(*reach_.RaiseUnreached(noon_, 10), 0);
}

TEST_F(ReachTest, EvidenceSettlesWhatIsUnknown) {
  Send(Delivery::UNKNOWN);
  EXPECT_THAT(*reach_.Unknowns(absl::Minutes(15), 10), IsEmpty());
  const auto unknowns = *reach_.Unknowns(absl::ZeroDuration(), 10);
  ASSERT_THAT(unknowns, SizeIs(1));
  EXPECT_EQ(unknowns[0].key, message_.key);
  ASSERT_TRUE(reach_.SettleByEvidence(unknowns[0], true, noon_).ok());
  EXPECT_EQ(State(), Delivery::SENT);
  ASSERT_TRUE(reach_.SettleByEvidence(unknowns[0], false, noon_).ok());  // too late: known by now
  EXPECT_EQ(State(), Delivery::SENT);
}

TEST_F(ReachTest, WhatDidNotArriveGoesAgainAsTheSameMessage) {
  Send(Delivery::UNKNOWN);
  EXPECT_EQ(reach_.ReadBacklog()->count[Delivery::UNKNOWN], 1);
  const auto unknowns = *reach_.Unknowns(absl::ZeroDuration(), 10);
  ASSERT_TRUE(reach_.SettleByEvidence(unknowns[0], false, noon_).ok());
  EXPECT_EQ(reach_.ReadBacklog()->oldest_due, noon_);
  const Message again = Claim();
  EXPECT_EQ(again.id, message_.id);
  EXPECT_EQ(again.key, message_.key);
  EXPECT_THAT(again.slots, SizeIs(1));
}

}  // namespace
}  // namespace ip::notification
