#include "lib/base/metrics.h"

#include <gmock/gmock.h>

#include <string>
#include <thread>
#include <vector>

namespace ip {
namespace {

using ::testing::HasSubstr;

// Every part builds what it needs, whenever it first needs it, while the admin port reads.
TEST(Metrics, AreBuiltCountedAndReadByManyThreads) {
  constexpr int kThreads = 4;
  constexpr int kRounds = 200;
  std::vector<std::thread> threads;
  for (int i = 0; i < kThreads; ++i) {
    threads.emplace_back([i] {
      for (int n = 0; n < kRounds; ++n) {
        auto& family = prometheus::BuildCounter()
                           .Name("ip_test_total")
                           .Help("For a test.")
                           .Register(Metrics());
        family.Add({{"kind", "shared"}}).Increment();
        family.Add({{"kind", std::to_string(i)}}).Increment();
        if (n % 20 == 0) MetricsText();
      }
    });
  }
  for (auto& thread : threads) thread.join();
  const std::string text = MetricsText();
  EXPECT_THAT(text, HasSubstr("ip_test_total{kind=\"shared\"} 800\n"));
  for (int i = 0; i < kThreads; ++i) {
    EXPECT_THAT(text, HasSubstr("ip_test_total{kind=\"" + std::to_string(i) + "\"} 200\n"));
  }
}

}  // namespace
}  // namespace ip
