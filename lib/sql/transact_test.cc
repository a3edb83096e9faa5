#include <atomic>
#include <barrier>
#include <thread>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "lib/base/clock.h"
#include "lib/sql/errors.h"
#include "lib/sql/pool.h"
#include "lib/testing/mariadb.h"

namespace ip::sql {
namespace {

using Code = absl::StatusCode;

absl::Time Soon() { return SystemClock().Now() + absl::Seconds(20); }

class TransactTest : public ::testing::Test {
 protected:
  TransactTest() {
    database_.Run(
        "CREATE TABLE t (id INT PRIMARY KEY, v INT NOT NULL);"
        "INSERT INTO t VALUES (1, 0), (2, 0);");
  }

  int64_t Value(int id) {
    auto session = *pool().Acquire(Soon());
    return **session.QueryOne("SELECT v FROM t WHERE id = ?", {id},
                              [](const Row& row) { return row.Int64(0); });
  }
  static absl::Status Add(Session& session, int id) {
    return session.Execute("UPDATE t SET v = v + 1 WHERE id = ?", {id}).status();
  }
  Pool& pool() { return database_.pool(); }

  ip::testing::TestDatabase database_;
};

TEST_F(TransactTest, CommitsWhenAllIsWell) {
  EXPECT_TRUE(Transact(pool(), Soon(), [](Session& session) { return Add(session, 1); }).ok());
  EXPECT_EQ(Value(1), 1);
}

TEST_F(TransactTest, RollsBackOnAnyError) {
  int runs = 0;
  auto status = Transact(pool(), Soon(), [&](Session& session) {
    ++runs;
    EXPECT_TRUE(Add(session, 1).ok());
    return absl::NotFoundError("no");
  });
  EXPECT_EQ(status.code(), Code::kNotFound);
  EXPECT_EQ(runs, 1);
  EXPECT_EQ(Value(1), 0);
}

TEST_F(TransactTest, ADoubletDoesNotEndTheTransaction) {
  auto status = Transact(pool(), Soon(), [&](Session& session) {
    EXPECT_EQ(session.Execute("INSERT INTO t VALUES (1, 1)").status().code(), Code::kAlreadyExists);
    return Add(session, 2);
  });
  EXPECT_TRUE(status.ok());
  EXPECT_EQ(Value(2), 1);
}

TEST_F(TransactTest, DeadlocksAreRunAgain) {
  std::barrier both(2);
  std::atomic<int> runs = 0;
  const auto cross = [&](int first, int second) {
    bool met = false;
    auto status = Transact(pool(), Soon(), [&](Session& session) {
      ++runs;
      if (auto added = Add(session, first); !added.ok()) return added;
      if (!met) both.arrive_and_wait();
      met = true;
      return Add(session, second);
    });
    EXPECT_TRUE(status.ok()) << status;
  };
  std::jthread other([&] { cross(2, 1); });
  cross(1, 2);
  other.join();
  EXPECT_EQ(runs, 3);
  EXPECT_EQ(Value(1), 2);
  EXPECT_EQ(Value(2), 2);
}

// After a deadlock the server is back in autocommit: a statement that still ran would stay.
TEST_F(TransactTest, AnErrorThatWasSwallowedIsNotCommitted) {
  std::barrier both(2);
  std::atomic<int> swallowed = 0;
  const auto cross = [&](int first, int second) {
    bool met = false;
    auto status = Transact(pool(), Soon(), [&](Session& session) {
      if (auto added = Add(session, first); !added.ok()) return added;
      if (!met) both.arrive_and_wait();
      met = true;
      if (!Add(session, second).ok()) {
        ++swallowed;
        EXPECT_FALSE(Add(session, first).ok());
      }
      return absl::OkStatus();
    });
    EXPECT_TRUE(status.ok()) << status;
  };
  std::jthread other([&] { cross(2, 1); });
  cross(1, 2);
  other.join();
  EXPECT_EQ(swallowed, 1);
  EXPECT_EQ(Value(1), 2);
  EXPECT_EQ(Value(2), 2);
}

TEST_F(TransactTest, AConnectionLostBeforeCommitIsRunAgain) {
  int runs = 0;
  auto status = Transact(pool(), Soon(), [&](Session& session) {
    auto id =
        session.QueryOne("SELECT CONNECTION_ID()", {}, [](const Row& row) { return row.Int64(0); });
    if (!id.ok()) return id.status();
    if (auto added = Add(session, 1); !added.ok()) return added;
    if (++runs == 1) database_.Run(absl::StrCat("KILL ", **id, ";"));
    return Add(session, 2);
  });
  EXPECT_TRUE(status.ok()) << status;
  EXPECT_EQ(runs, 2);
  EXPECT_EQ(Value(1), 1);
  EXPECT_EQ(Value(2), 1);
}

TEST_F(TransactTest, ACommitWithoutAnswerIsUnknown) {
  int runs = 0;
  auto status = Transact(pool(), Soon(), [&](Session& session) {
    ++runs;
    auto id =
        session.QueryOne("SELECT CONNECTION_ID()", {}, [](const Row& row) { return row.Int64(0); });
    if (auto added = Add(session, 1); !added.ok()) return added;
    database_.Run(absl::StrCat("KILL ", **id, ";"));
    return absl::OkStatus();
  });
  EXPECT_TRUE(IsCommitOutcomeUnknown(status)) << status;
  EXPECT_EQ(runs, 1);
}

TEST_F(TransactTest, GivesUpAtTheDeadline) {
  const absl::Time deadline = SystemClock().Now() + absl::Milliseconds(300);
  auto holder = Transact(pool(), Soon(), [&](Session& session) {
    if (auto added = Add(session, 1); !added.ok()) return added;
    auto waiter = Transact(pool(), deadline, [](Session& other) { return Add(other, 1); });
    EXPECT_EQ(waiter.code(), Code::kDeadlineExceeded) << waiter;
    return absl::OkStatus();
  });
  EXPECT_TRUE(holder.ok());
  EXPECT_LT(SystemClock().Now(), deadline + absl::Seconds(3));
  EXPECT_EQ(Value(1), 1);
}

TEST_F(TransactTest, FourHundredIncrementsAreFourHundred) {
  std::vector<std::thread> threads;
  for (int t = 0; t < 8; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 50; ++i) {
        auto status = Transact(pool(), Soon(), [](Session& session) {
          auto v = session.QueryOne("SELECT v FROM t WHERE id = 1 FOR UPDATE", {},
                                    [](const Row& row) { return row.Int64(0); });
          if (!v.ok()) return v.status();
          return session.Execute("UPDATE t SET v = ? WHERE id = 1", {**v + 1}).status();
        });
        EXPECT_TRUE(status.ok()) << status;
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(Value(1), 400);
}

}  // namespace
}  // namespace ip::sql
