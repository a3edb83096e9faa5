#include "lib/rpc/worker_pool.h"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <future>
#include <memory>

namespace ip::rpc {
namespace {

constexpr auto kLong = std::chrono::seconds(10);

TEST(WorkerPoolTest, AllWorkersRunAtOnce) {
  constexpr int kWorkers = 8;
  WorkerPool pool(kWorkers, 100);
  for (int round = 0; round < 50; ++round) {
    std::atomic<int> arrived = 0;
    std::promise<void> all;
    std::shared_future<void> gate = all.get_future();
    std::atomic<int> left = kWorkers;
    std::promise<void> done;
    for (int i = 0; i < kWorkers; ++i) {
      ASSERT_TRUE(pool.Submit([&, gate] {
        if (++arrived == kWorkers) all.set_value();
        gate.wait();  // ends only when all workers have come
        if (--left == 0) done.set_value();
      }));
    }
    ASSERT_EQ(done.get_future().wait_for(kLong), std::future_status::ready);
  }
}

TEST(WorkerPoolTest, NothingIsLostUnderManySubmitters) {
  WorkerPool pool(4, 1'000'000);
  std::atomic<int> runs = 0;
  std::vector<std::thread> submitters;
  for (int t = 0; t < 4; ++t) {
    submitters.emplace_back([&] {
      for (int i = 0; i < 5000; ++i) ASSERT_TRUE(pool.Submit([&] { ++runs; }));
    });
  }
  for (auto& submitter : submitters) submitter.join();
  pool.Stop();
  EXPECT_EQ(runs, 20'000);
}

TEST(WorkerPoolTest, TheQueueIsBoundedAndStopRunsWhatWaits) {
  WorkerPool pool(1, 2);
  std::promise<void> gate, running;
  std::atomic<int> runs = 0;
  ASSERT_TRUE(pool.Submit([&] {
    running.set_value();
    gate.get_future().wait();
  }));
  running.get_future().wait();
  EXPECT_TRUE(pool.Submit([&] { ++runs; }));
  EXPECT_TRUE(pool.Submit([&] { ++runs; }));
  EXPECT_FALSE(pool.Submit([&] { ++runs; }));
  EXPECT_EQ(pool.depth(), 2u);
  gate.set_value();
  pool.Stop();
  EXPECT_EQ(runs, 2);
  EXPECT_FALSE(pool.Submit([&] { ++runs; }));
}

TEST(StreamThreadsTest, PlacesComeBackAndStopWaits) {
  StreamThreads threads(1);
  for (int round = 0; round < 100; ++round) {
    auto gate = std::make_shared<std::promise<void>>();
    auto running = std::make_shared<std::promise<void>>();
    while (!threads.Start([gate, running] {
      running->set_value();
      gate->get_future().wait();
    })) {
      std::this_thread::yield();
    }
    running->get_future().wait();
    EXPECT_FALSE(threads.Start([] {}));
    gate->set_value();
  }
  threads.Stop();
  EXPECT_FALSE(threads.Start([] {}));
}

}  // namespace
}  // namespace ip::rpc
