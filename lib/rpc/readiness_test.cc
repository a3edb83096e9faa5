#include "lib/rpc/readiness.h"

#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <thread>

#include "lib/base/clock.h"
#include "lib/base/log.h"

namespace ip::rpc {
namespace {

TEST(ReadinessTest, FollowsItsDependencyAndStopsWhileItAsks) {
  InitLog("test", Severity::kError);
  std::atomic<bool> up = true, ready = false;
  std::atomic<int> asked = 0;
  const auto until = [](const auto& condition) {
    const absl::Time give_up = SystemClock().Now() + absl::Seconds(10);
    while (!condition() && SystemClock().Now() < give_up) std::this_thread::yield();
    return condition();
  };
  for (int round = 0; round < 20; ++round) {
    up = true;
    Readiness readiness(
        [&] {
          ++asked;
          return up ? absl::OkStatus() : absl::UnavailableError("down");
        },
        [&](bool is) { ready = is; }, absl::Microseconds(100));
    EXPECT_TRUE(until([&] { return ready.load(); }));
    up = false;
    EXPECT_TRUE(until([&] { return !ready.load(); }));
    up = true;
    EXPECT_TRUE(until([&] { return ready.load(); }));
    readiness.Stop();
    EXPECT_FALSE(ready);
    const int before = asked;
    std::this_thread::yield();
    EXPECT_EQ(asked, before);
  }
}

}  // namespace
}  // namespace ip::rpc
