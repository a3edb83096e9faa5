#include "notification-service/worker/relay_guard.h"

#include <gmock/gmock.h>

namespace ip::notification {
namespace {

const absl::Time kNow = absl::FromUnixSeconds(1800000000);

SmtpResult Result(Outcome outcome, int code = 0) {
  SmtpResult result;
  result.outcome = outcome;
  result.code = code;
  return result;
}

TEST(RelayGuard, ShutsAfterThreeTroublesAndTriesWithOne) {
  RelayGuard guard(0);
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(guard.Allow(8, kNow), 8);
    guard.Report(Result(Outcome::kTemporary), kNow);
  }
  EXPECT_TRUE(guard.IsShut(kNow));
  EXPECT_EQ(guard.Allow(8, kNow + absl::Seconds(29)), 0);
  const absl::Time later = kNow + absl::Seconds(31);
  EXPECT_EQ(guard.Allow(8, later), 1);
  EXPECT_EQ(guard.Allow(8, later), 0);  // one at a time
  guard.Report(Result(Outcome::kTemporary, 421), later);
  EXPECT_EQ(guard.Allow(8, later + absl::Seconds(59)), 0);
  const absl::Time back = later + absl::Seconds(61);
  EXPECT_EQ(guard.Allow(8, back), 1);
  guard.Report(Result(Outcome::kAccepted, 250), back);
  EXPECT_EQ(guard.Allow(8, back), 8);
}

TEST(RelayGuard, AWrongPasswordShutsAtOnceARefusedMailNever) {
  RelayGuard guard(0);
  for (int i = 0; i < 9; ++i) guard.Report(Result(Outcome::kTemporary, 450), kNow);
  for (int i = 0; i < 9; ++i) guard.Report(Result(Outcome::kPermanent, 550), kNow);
  EXPECT_FALSE(guard.IsShut(kNow));
  guard.Report(Result(Outcome::kConfig, 535), kNow);
  EXPECT_TRUE(guard.IsShut(kNow));
}

TEST(RelayGuard, AProbeThatFindsNothingToSendIsNotUsedUp) {
  RelayGuard guard(0);
  guard.Report(Result(Outcome::kConfig), kNow);
  const absl::Time later = kNow + absl::Minutes(1);
  EXPECT_EQ(guard.Allow(8, later), 1);
  guard.Return(1);
  EXPECT_EQ(guard.Allow(8, later), 1);
}

TEST(RelayGuard, KeepsToTheRate) {
  RelayGuard guard(10);
  int sent = 0;
  for (int tick = 0; tick < 600; ++tick) {  // a minute
    sent += guard.Allow(8, kNow + absl::Milliseconds(100) * tick);
  }
  EXPECT_GE(sent, 590);
  EXPECT_LE(sent, 611);
  RelayGuard slow(0.5);
  EXPECT_EQ(slow.Allow(8, kNow), 0);
  EXPECT_EQ(slow.Allow(8, kNow + absl::Seconds(2)), 1);
}

}  // namespace
}  // namespace ip::notification
