#include "lib/sql/pool.h"

#include <limits>
#include <thread>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "lib/base/clock.h"
#include "lib/base/errors.h"
#include "lib/testing/mariadb.h"

namespace ip::sql {
namespace {

using Code = absl::StatusCode;
using ::testing::HasSubstr;
using ::testing::Not;

absl::Time In(absl::Duration d) { return SystemClock().Now() + d; }
absl::Time Soon() { return In(absl::Seconds(10)); }

std::string Ask(Session& session, const std::string& sql) {
  auto answer = session.QueryOne(sql, {}, [](const Row& row) { return row.String(0); });
  return answer.ok() ? answer->value_or("no row") : answer.status().ToString();
}

class PoolTest : public ::testing::Test {
 protected:
  std::unique_ptr<Pool> Open(int size) {
    Options options = database_.options();
    options.pool_size = size;
    options.acquire_limit = absl::Milliseconds(100);
    return *Pool::Open(options);
  }

  ip::testing::TestDatabase database_;
};

TEST_F(PoolTest, SetsSessionsUp) {
  auto session = database_.pool().Acquire(Soon());
  ASSERT_TRUE(session.ok()) << session.status();
  EXPECT_EQ(Ask(*session, "SELECT @@tx_isolation"), "READ-COMMITTED");
  EXPECT_EQ(Ask(*session, "SELECT @@time_zone"), "+00:00");
  EXPECT_EQ(Ask(*session, "SELECT @@innodb_lock_wait_timeout"), "5");
  EXPECT_EQ(Ask(*session, "SELECT @@character_set_connection"), "utf8mb4");
  EXPECT_THAT(Ask(*session, "SELECT @@sql_mode"), HasSubstr("STRICT_ALL_TABLES"));
  EXPECT_EQ(Ask(*session, "SELECT @@autocommit"), "1");
}

TEST_F(PoolTest, ValuesComeBackAsTheyWentIn) {
  database_.Run(
      "CREATE TABLE t (id INT PRIMARY KEY, b BOOLEAN, i BIGINT, d DOUBLE, s VARCHAR(100),"
      " h BINARY(32), x MEDIUMBLOB, t DATETIME(6), day DATE);");
  auto session = *database_.pool().Acquire(Soon());
  std::string bytes;
  for (int i = 0; i < 1'000'000; ++i) bytes.push_back(static_cast<char>(i * 7));
  const std::string hash = bytes.substr(17, 32);
  const absl::Time time = absl::FromUnixMicros(1'772'366'400'000'001);
  const absl::Time whole = absl::FromUnixSeconds(-1'000'000'000);
  const absl::CivilDay day(1924, 2, 29);
  const char kInsert[] = "INSERT INTO t VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)";
  const auto min = std::numeric_limits<int64_t>::min();
  ASSERT_EQ(*session.Execute(kInsert,
                             {1, true, min, 0.1, "Ærlig čáhci 🙂 ", hash, bytes, time, day}),
            1);
  ASSERT_EQ(*session.Execute(kInsert, {2, false, 5u, -0.0, "", hash, "", whole, nullptr}), 1);
  int rows = 0;
  const auto read = [&](const Row& row) {
    ++rows;
    if (row.Int64(0) == 1) {
      EXPECT_TRUE(row.Bool(1));
      EXPECT_EQ(row.Int64(2), min);
      EXPECT_EQ(row.Double(3), 0.1);
      EXPECT_EQ(row.String(4), "Ærlig čáhci 🙂 ");
      EXPECT_EQ(row.String(5), hash);
      EXPECT_TRUE(row.String(6) == bytes);
      EXPECT_EQ(row.Time(7), time);
      EXPECT_EQ(row.Day(8), day);
    } else {
      EXPECT_FALSE(row.Bool(1));
      EXPECT_EQ(row.OptionalString(4), "");
      EXPECT_EQ(row.OptionalTime(7), whole);
      EXPECT_EQ(row.OptionalDay(8), std::nullopt);
    }
  };
  EXPECT_TRUE(session.Query("SELECT * FROM t ORDER BY id", {}, read).ok());
  EXPECT_EQ(rows, 2);
  auto found = session.QueryOne("SELECT id FROM t WHERE h = ? AND t = ? AND i = ?",
                                {hash, time, min}, [](const Row& row) { return row.Int64(0); });
  EXPECT_EQ(found->value_or(0), 1);
}

TEST_F(PoolTest, UnexpectedNullIsAnErrorAndNotAZero) {
  auto session = *database_.pool().Acquire(Soon());
  int64_t read = -1;
  auto status = session.Query("SELECT NULL", {}, [&](const Row& row) { read = row.Int64(0); });
  EXPECT_EQ(status.code(), Code::kInternal);
  status = session.Query("SELECT 1", {}, [&](const Row& row) { read = row.Int64(7); });
  EXPECT_EQ(status.code(), Code::kInternal);
  EXPECT_EQ(Ask(session, "SELECT 'still good'"), "still good");
}

TEST_F(PoolTest, CallbackMayEndTheReading) {
  auto session = *database_.pool().Acquire(Soon());
  int rows = 0;
  auto status = session.Query("SELECT 1 UNION ALL SELECT 2", {}, [&](const Row&) {
    ++rows;
    return absl::OutOfRangeError("enough");
  });
  EXPECT_EQ(status.code(), Code::kOutOfRange);
  EXPECT_EQ(rows, 1);
  EXPECT_EQ(Ask(session, "SELECT 'still good'"), "still good");
}

TEST_F(PoolTest, AffectedRowsAreFoundRows) {
  database_.Run("CREATE TABLE t (id INT PRIMARY KEY, v INT); INSERT INTO t VALUES (1, 1);");
  auto session = *database_.pool().Acquire(Soon());
  EXPECT_EQ(*session.Execute("UPDATE t SET v = ? WHERE id = ?", {1, 1}), 1);
  EXPECT_EQ(*session.Execute("UPDATE t SET v = ? WHERE id = ?", {1, 2}), 0);
}

// Names are ascii columns; what a client sends need not be.
TEST_F(PoolTest, KeysComparedWithForeignTextAreRefused) {
  database_.Run(
      "CREATE TABLE t (name VARCHAR(50) CHARACTER SET ascii COLLATE ascii_nopad_bin PRIMARY KEY);"
      "INSERT INTO t VALUES ('plans/a');");
  auto session = *database_.pool().Acquire(Soon());
  const auto count = [&](const std::string& name) {
    return session.QueryOne("SELECT COUNT(*) FROM t WHERE name = ?", {name},
                            [](const Row& row) { return row.Int64(0); });
  };
  EXPECT_EQ(**count("plans/a"), 1);
  EXPECT_EQ(**count("plans/A"), 0);
  EXPECT_EQ(**count("plans/a "), 0);
  EXPECT_EQ(count("plans/æ").status().code(), Code::kInvalidArgument);
  EXPECT_EQ(**count("plans/a"), 1);
}

TEST_F(PoolTest, ErrorsAreMasked) {
  database_.Run(
      "CREATE TABLE t (id INT PRIMARY KEY, s VARCHAR(3)); INSERT INTO t VALUES (1, 'a');");
  auto session = *database_.pool().Acquire(Soon());
  const auto again = session.Execute("INSERT INTO t VALUES (?, 'geheim')", {1});
  EXPECT_EQ(again.status().code(), Code::kInternal);  // too long comes before the doublet
  const auto twice = session.Execute("INSERT INTO t VALUES (?, 'x')", {1});
  EXPECT_EQ(twice.status().code(), Code::kAlreadyExists);
  EXPECT_THAT(std::string(twice.status().message()), Not(HasSubstr("PRIMARY")));
  EXPECT_EQ(session.Run("SELEC 1").code(), Code::kInternal);
}

TEST_F(PoolTest, StatementsEndWithTheDeadline) {
  auto session = *database_.pool().Acquire(In(absl::Milliseconds(200)));
  const absl::Time begin = SystemClock().Now();
  EXPECT_THAT(Ask(session, "SELECT SLEEP(20)"), HasSubstr("DEADLINE_EXCEEDED"));
  EXPECT_LT(SystemClock().Now() - begin, absl::Seconds(3));
  EXPECT_THAT(Ask(session, "SELECT 1"), HasSubstr("DEADLINE_EXCEEDED"));
}

TEST_F(PoolTest, IsBounded) {
  auto pool = Open(2);
  auto first = pool->Acquire(Soon());
  {
    auto second = pool->Acquire(Soon());
    EXPECT_EQ(pool->in_use(), 2);
    EXPECT_EQ(pool->Acquire(Soon()).status().code(), Code::kResourceExhausted);
  }
  EXPECT_TRUE(pool->Acquire(Soon()).ok());
  EXPECT_EQ(pool->open(), 2);
}

TEST_F(PoolTest, AWaiterGetsWhatIsGivenBack) {
  auto pool = Open(1);
  for (int round = 0; round < 20; ++round) {
    auto held = std::make_unique<Session>(*pool->Acquire(Soon()));
    std::jthread waiter([&] { EXPECT_TRUE(pool->Ping(Soon()).ok()); });
    held.reset();
    waiter.join();
  }
  EXPECT_EQ(pool->open(), 1);
}

TEST_F(PoolTest, BrokenConnectionsAreReplaced) {
  auto pool = Open(2);
  {
    auto session = *pool->Acquire(Soon());
    const std::string id = Ask(session, "SELECT CONNECTION_ID()");
    database_.Run(absl::StrCat("KILL ", id, ";"));
    EXPECT_THAT(Ask(session, "SELECT 1"), HasSubstr("UNAVAILABLE"));
  }
  EXPECT_EQ(pool->open(), 0);
  EXPECT_TRUE(pool->Ping(Soon()).ok());
}

TEST_F(PoolTest, KeepsAtMost64StatementsPerSession) {
  auto pool = Open(1);
  auto session = *pool->Acquire(Soon());
  for (int i = 0; i < 300; ++i) {
    ASSERT_EQ(Ask(session, absl::StrCat("SELECT ", i)), absl::StrCat(i));
  }
  const char kCount[] =
      "SELECT VARIABLE_VALUE FROM information_schema.SESSION_STATUS"
      " WHERE VARIABLE_NAME = 'COM_STMT_CLOSE'";
  EXPECT_GE(std::stoi(Ask(session, kCount)), 236);
}

TEST_F(PoolTest, SaysWhenTheDatabaseIsAway) {
  Options options = database_.options();
  options.socket = "/tmp/there-is-no-such.sock";
  auto pool = *Pool::Open(options);
  EXPECT_EQ(pool->Ping(Soon()).code(), Code::kUnavailable);
  EXPECT_EQ(pool->open(), 0);
}

TEST_F(PoolTest, SaysWhenTheDatabaseRefusesUs) {
  Options options = database_.options();
  options.user = "nobody_we_know";
  EXPECT_EQ(ReasonOf((*Pool::Open(options))->Ping(Soon())), "DATABASE_REFUSED");
}

TEST(PoolOptionsTest, RefusesPlaintextToAnotherMachine) {
  Options options;
  options.host = "db.example.org";
  EXPECT_EQ(Pool::Open(options).status().code(), Code::kInvalidArgument);
  options.ssl_ca = "/etc/ssl/ca.pem";
  EXPECT_TRUE(Pool::Open(options).ok());
  options.password_file = "/no/such/file";
  EXPECT_EQ(Pool::Open(options).status().code(), Code::kInvalidArgument);
}

}  // namespace
}  // namespace ip::sql
