// How much anybody may ask of us, and we of a backend.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <string>
#include <vector>

#include "gateway/policy/circuit.h"
#include "gateway/policy/rate_limiter.h"
#include "gateway/policy/retry.h"
#include "lib/base/errors.h"
#include "lib/base/log.h"
#include "lib/testing/parallel.h"

namespace ip::gateway {
namespace {

class FixedClock final : public Clock {
 public:
  absl::Time Now() const override { return time; }
  absl::Time time = absl::FromUnixSeconds(1'800'000'000);
};

TEST(RateLimiter, AllowsABurstAndThenTheRate) {
  FixedClock clock;
  RateLimiter limiter({10, 5}, 100, clock);
  for (int i = 0; i < 5; ++i) EXPECT_EQ(limiter.Take("a"), absl::ZeroDuration()) << i;
  EXPECT_EQ(limiter.Take("a"), absl::Milliseconds(100));
  EXPECT_EQ(limiter.Take("a"), absl::Milliseconds(100)) << "what is refused does not count";
  EXPECT_EQ(limiter.Take("b"), absl::ZeroDuration());
  clock.time += absl::Milliseconds(100);
  EXPECT_EQ(limiter.Take("a"), absl::ZeroDuration());
  EXPECT_NE(limiter.Take("a"), absl::ZeroDuration());
  clock.time += absl::Hours(1);
  for (int i = 0; i < 5; ++i) EXPECT_EQ(limiter.Take("a"), absl::ZeroDuration()) << i;
  EXPECT_NE(limiter.Take("a"), absl::ZeroDuration());
}

TEST(RateLimiter, RemembersSoManyAndNoMore) {
  FixedClock clock;
  RateLimiter limiter({1, 1}, 10, clock);
  for (int i = 0; i < 1000; ++i) {
    EXPECT_EQ(limiter.Take(std::to_string(i)), absl::ZeroDuration());
  }
  EXPECT_NE(limiter.Take("999"), absl::ZeroDuration());
}

TEST(RateLimiter, LetsManyThreadsTakeNoMoreThanOne) {
  FixedClock clock;
  RateLimiter limiter({1, 100}, 50, clock);
  std::atomic<int> taken = 0;
  ip::testing::InParallel(8, [&](int i) {
    for (int n = 0; n < 200; ++n) {
      if (limiter.Take("shared") == absl::ZeroDuration()) ++taken;
      if (n < 5) limiter.Take(std::to_string(i * 5 + n));
    }
  });
  EXPECT_EQ(taken, 100);
}

TEST(RateLimiter, WithoutARateAllowsEverything) {
  RateLimiter limiter({0, 0});
  for (int i = 0; i < 1000; ++i) ASSERT_EQ(limiter.Take("a"), absl::ZeroDuration());
}

TEST(RateLimiter, KnowsAddressesHoweverTheyAreWritten) {
  for (const char* same : {"10.1.2.3", "ipv4:10.1.2.3:4567", "::ffff:10.1.2.3",
                           "unix-abstract:ip-tls%7C10.1.2.3%7C77%7C5"}) {
    EXPECT_EQ(LimitKeyOfAddress(same), "10.1.2.3") << same;
  }
  EXPECT_EQ(LimitKeyOfAddress("ipv6:%5B2001:db8:1:2::1%5D:55"),
            LimitKeyOfAddress("2001:db8:1:2::ff"));
  EXPECT_NE(LimitKeyOfAddress("2001:db8:1:2::1"), LimitKeyOfAddress("2001:db8:1:3::1"));
  EXPECT_EQ(LimitKeyOfAddress(""), "");
}

TEST(Circuit, BoundsCallsInFlightAndStreamsApart) {
  Circuit circuit("echo-service", {.calls = 2, .streams = 1});
  auto first = circuit.Enter(false), second = circuit.Enter(false), stream = circuit.Enter(true);
  ASSERT_TRUE(first.ok() && second.ok() && stream.ok());
  const absl::Status busy = circuit.Enter(false).status();
  EXPECT_EQ(busy.code(), absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(ReasonOf(busy), "GATEWAY_BUSY");
  EXPECT_EQ(RetryDelayOf(busy), absl::Seconds(1));
  EXPECT_FALSE(circuit.Enter(true).ok());
  first->reset();
  EXPECT_TRUE(circuit.Enter(false).ok());
}

TEST(Circuit, CountsWhatManyThreadsHaveInFlight) {
  InitLog("test", Severity::kError);
  Circuit circuit("echo-service", {.calls = 3, .failures = 2, .pause = absl::ZeroDuration()});
  std::atomic<int> in_flight = 0;
  ip::testing::InParallel(8, [&](int i) {
    for (int n = 0; n < 500; ++n) {
      const auto ticket = circuit.Enter(false);
      if (!ticket.ok()) continue;
      EXPECT_LE(++in_flight, 3);
      (*ticket)->Reached(i != 0);
      --in_flight;
    }
  });
  std::vector<std::shared_ptr<Circuit::Ticket>> all;
  for (int i = 0; i < 3; ++i) {
    all.push_back(circuit.Enter(false).value_or(nullptr));
    EXPECT_NE(all.back(), nullptr) << "every place has come back";
    if (all.back() != nullptr) all.back()->Reached(true);
  }
}

TEST(Circuit, OpensAfterFailuresInARowAndTriesNowAndThen) {
  FixedClock clock;
  Circuit circuit("echo-service", {.failures = 3, .pause = absl::Seconds(1)}, clock);
  const auto call = [&](bool reached) {
    auto ticket = circuit.Enter(false);
    if (ticket.ok()) (*ticket)->Reached(reached);
    return ticket.ok();
  };
  EXPECT_TRUE(call(false) && call(false) && call(true)) << "a success in between";
  EXPECT_TRUE(call(false) && call(false) && call(false));
  EXPECT_FALSE(call(true));
  EXPECT_EQ(circuit.Enter(false).status().code(), absl::StatusCode::kUnavailable);
  clock.time += absl::Milliseconds(999);
  EXPECT_FALSE(call(true));
  clock.time += absl::Milliseconds(1);
  EXPECT_TRUE(call(false)) << "one tries";
  EXPECT_FALSE(call(true)) << "and the others wait for the next try";
  clock.time += absl::Seconds(1);
  EXPECT_TRUE(call(true));
  EXPECT_TRUE(call(true)) << "it is back";
}

}  // namespace
}  // namespace ip::gateway
