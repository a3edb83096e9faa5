#include "lib/outbox/outbox.h"

#include <atomic>
#include <map>
#include <random>
#include <set>
#include <thread>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "lib/base/clock.h"
#include "lib/base/errors.h"
#include "lib/outbox/feed.h"
#include "lib/testing/mariadb.h"

namespace ip::outbox {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

absl::Time In(absl::Duration d) { return SystemClock().Now() + d; }
absl::Time Soon() { return In(absl::Seconds(20)); }
const absl::Time kNoon = absl::FromUnixSeconds(1'772'366'400);

class OutboxTest : public ::testing::Test {
 protected:
  sql::Pool& pool() { return database_.pool(); }

  void Write(const std::string& aggregate, int64_t revision, const std::string& payload = "x",
             absl::Duration before_commit = absl::ZeroDuration()) {
    auto status = sql::Transact(pool(), Soon(), [&](sql::Session& session) {
      auto appended = Append(session, aggregate, revision, payload, kNoon);
      absl::SleepFor(before_commit);
      return appended;
    });
    EXPECT_TRUE(status.ok()) << status;
  }

  ip::testing::TestDatabase database_{"lib/outbox/schema"};
  Feed feed_{&database_.pool()};
};

TEST_F(OutboxTest, GivesBackWhatWasWritten) {
  const std::string payload("\0\xff payload", 10);
  Write("plans/a", 1, payload);
  Write("plans/a", 2);
  auto entries = feed_.Next(0, 10, Soon());
  ASSERT_THAT(*entries, SizeIs(2));
  EXPECT_EQ(entries->front().seq, 1);
  EXPECT_EQ(entries->front().aggregate, "plans/a");
  EXPECT_EQ(entries->front().revision, 1);
  EXPECT_EQ(entries->front().payload, payload);
  EXPECT_EQ(entries->front().create_time, kNoon);
  EXPECT_EQ(entries->back().seq, 2);
  EXPECT_THAT(*feed_.Next(1, 10, Soon()), SizeIs(1));
  EXPECT_THAT(*feed_.Next(0, 1, Soon()), SizeIs(1));
}

TEST_F(OutboxTest, WhatWasRolledBackIsNotInTheFeed) {
  (void)sql::Transact(pool(), Soon(), [&](sql::Session& session) {
    EXPECT_TRUE(Append(session, "plans/a", 1, "x", kNoon).ok());
    return absl::CancelledError();
  });
  Write("plans/b", 1);
  auto entries = feed_.Next(0, 10, Soon());
  ASSERT_THAT(*entries, SizeIs(1));
  EXPECT_EQ(entries->front().aggregate, "plans/b");
  EXPECT_EQ(entries->front().seq, 1);
}

TEST_F(OutboxTest, ALateCommitterComesLaterAndIsNotPassedBy) {
  auto status = sql::Transact(pool(), Soon(), [&](sql::Session& session) {
    auto appended = Append(session, "plans/late", 1, "x", kNoon);
    Write("plans/early", 1);
    auto entries = feed_.Next(0, 10, Soon());
    EXPECT_EQ(entries->size(), 1u);
    EXPECT_EQ(entries->front().aggregate, "plans/early");
    return appended;
  });
  EXPECT_TRUE(status.ok()) << status;
  auto entries = feed_.Next(1, 10, Soon());
  ASSERT_THAT(*entries, SizeIs(1));
  EXPECT_EQ(entries->front().aggregate, "plans/late");
  EXPECT_EQ(entries->front().seq, 2);
}

TEST_F(OutboxTest, NextWaitsForTheDeadlineAndNoLonger) {
  const absl::Time begin = SystemClock().Now();
  EXPECT_THAT(*feed_.Next(0, 10, begin + absl::Milliseconds(150)), IsEmpty());
  EXPECT_GE(SystemClock().Now() - begin, absl::Milliseconds(150));
  EXPECT_LT(SystemClock().Now() - begin, absl::Seconds(5));
}

TEST_F(OutboxTest, ANudgeWakesAtOnceAndPollingSeesOtherReplicas) {
  Feed patient(&pool(), absl::Seconds(60));
  std::atomic<int> got = 0;
  std::jthread reader([&] { got = static_cast<int>(patient.Next(0, 10, Soon())->size()); });
  Write("plans/a", 1);
  while (got == 0) {
    patient.Nudge();
    absl::SleepFor(absl::Milliseconds(5));
  }
  reader.join();
  EXPECT_EQ(got, 1);

  got = 0;
  std::jthread other([&] { got = static_cast<int>(feed_.Next(1, 10, Soon())->size()); });
  Write("plans/a", 2);
  other.join();
  EXPECT_EQ(got, 1);
}

TEST_F(OutboxTest, ACursorFromTheFutureIsRefused) {
  Write("plans/a", 1);
  EXPECT_EQ(ReasonOf(feed_.Next(7, 10, Soon()).status()), "CURSOR_AHEAD");
}

TEST_F(OutboxTest, CursorsAreOpaqueAndChecked) {
  EXPECT_EQ(EncodeCursor(0), "");
  for (int64_t seq : {0L, 1L, 123456789012L}) EXPECT_EQ(*DecodeCursor(EncodeCursor(seq)), seq);
  for (const char* bad : {"1", "seq:1", "c2VxOi0x", "c2VxOjE=", "c2VxOjAx", "\xff"}) {
    EXPECT_EQ(DecodeCursor(bad).status().code(), absl::StatusCode::kInvalidArgument) << bad;
  }
}

// Writers commit in another order than they append; two replicas read and number all the while.
TEST_F(OutboxTest, TheFeedNeverSkips) {
  constexpr int kWriters = 6;
  constexpr int kEach = 40;
  constexpr size_t kAll = kWriters * kEach;
  std::vector<std::thread> threads;
  for (int w = 0; w < kWriters; ++w) {
    threads.emplace_back([this, w] {
      std::minstd_rand random(static_cast<unsigned>(w));
      for (int i = 1; i <= kEach; ++i) {
        Write(absl::StrCat("plans/", w), i, "x", absl::Microseconds(random() % 15'000));
        feed_.Nudge();
      }
    });
  }
  std::vector<std::vector<Entry>> seen(2);
  std::vector<std::unique_ptr<sql::Pool>> pools;
  for (size_t r = 0; r < seen.size(); ++r) pools.push_back(*sql::Pool::Open(database_.options()));
  const absl::Time give_up = In(absl::Seconds(60));
  for (size_t r = 0; r < seen.size(); ++r) {
    threads.emplace_back([&, r] {
      Feed replica(pools[r].get(), absl::Milliseconds(3));
      while (seen[r].size() < kAll && SystemClock().Now() < give_up) {
        auto entries = replica.Next(seen[r].empty() ? 0 : seen[r].back().seq, 7, give_up);
        ASSERT_TRUE(entries.ok()) << entries.status();
        seen[r].insert(seen[r].end(), entries->begin(), entries->end());
      }
    });
  }
  for (auto& thread : threads) thread.join();

  for (const auto& feed : seen) {
    ASSERT_THAT(feed, SizeIs(kAll));
    std::map<std::string, int64_t> revisions;
    for (size_t i = 0; i < kAll; ++i) {
      EXPECT_EQ(feed[i].seq, static_cast<int64_t>(i + 1));
      EXPECT_EQ(feed[i].aggregate, seen[0][i].aggregate);
      EXPECT_EQ(feed[i].revision, ++revisions[feed[i].aggregate]);
    }
  }
}

}  // namespace
}  // namespace ip::outbox
