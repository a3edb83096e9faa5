// What the access log promises, on a real database: one chain, few commits, nothing unlogged, and
// every kind of tampering found where it was done.
#include "plan-service/storage/access_log.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <functional>
#include <future>
#include <memory>
#include <thread>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/notification.h"
#include "lib/base/clock.h"
#include "lib/base/errors.h"
#include "lib/base/log.h"
#include "lib/crypto/base64url.h"
#include "lib/crypto/key_ring.h"
#include "lib/testing/mariadb.h"
#include "lib/testing/parallel.h"

namespace ip::plan::testing {
namespace {

using ::testing::SizeIs;

absl::Time Soon() { return SystemClock().Now() + absl::Seconds(20); }

AccessLogRow Row(const std::string& plan, const std::string& accessor) {
  AccessLogRow row;
  row.plan = plan;
  row.entry.set_accessor(accessor);
  row.entry.set_accessor_display_name("Per Vik");
  return row;
}

absl::Status Write(AccessLog& log, const std::vector<AccessLogRow>& rows) {
  const auto outcome = std::make_shared<std::promise<absl::Status>>();
  log.Write(Soon(), rows, [outcome](const absl::Status& status) { outcome->set_value(status); });
  return outcome->get_future().get();
}

class AccessLogTest : public ::testing::Test {
 protected:
  AccessLogTest()
      : database_("plan-service/migrations"),
        cipher_(*crypto::KeyRing::Parse("1 " + crypto::ToBase64Url(std::string(32, 'k')))),
        log_(&database_.pool(), cipher_.get()) {
    InitLog("test", Severity::kError);
  }

  // The plans that the tests speak of.
  void SetUp() override {
    auto session = database_.pool().Acquire(Soon());
    for (const char* plan : {"plans/a", "plans/b", "plans/bad"}) Begin(*session, plan);
    for (int i = 0; i < 12; ++i) Begin(*session, absl::StrCat("plans/", i));
  }

  void Begin(sql::Session& session, const std::string& plan) {
    EXPECT_TRUE(log_.Begin(session, plan).ok());
  }

  void WriteRows(const std::string& plan, int count) {
    for (int i = 1; i <= count; ++i) {
      ASSERT_TRUE(Write(log_, {Row(plan, absl::StrCat("persons/", i))}).ok());
    }
  }

  individuellplan::plan::v1::VerifyAccessLogResponse Verify(const std::string& plan) {
    auto checked = log_.Verify(Soon(), plan);
    EXPECT_TRUE(checked.ok()) << checked.status();
    return *std::move(checked);
  }

  // The number of the first row that does not fit; 0 when all do.
  int64_t BrokenAt(const std::string& plan) {
    const auto checked = Verify(plan);
    EXPECT_EQ(checked.intact(), checked.first_broken_entry().empty());
    return checked.intact() ? 0 : EntryNumber(checked.first_broken_entry());
  }

  ip::testing::TestDatabase database_;
  std::unique_ptr<crypto::KeyRing> cipher_;
  AccessLog log_;
};

TEST_F(AccessLogTest, KeepsOneChainWhenTwoProcessesWrite) {
  AccessLog other(&database_.pool(), cipher_.get());
  constexpr int kThreads = 8;
  constexpr int kEach = 20;
  ip::testing::InParallel(kThreads, [&](int i) {
    AccessLog& log = i % 2 == 0 ? log_ : other;
    for (int j = 0; j < kEach; ++j) {
      const AccessLogRow row = Row(absl::StrCat("plans/", j % 2), absl::StrCat("persons/", i));
      EXPECT_TRUE(Write(log, {row, row}).ok());
    }
  });
  for (const char* plan : {"plans/0", "plans/1"}) {
    EXPECT_EQ(BrokenAt(plan), 0);
    EXPECT_EQ(Verify(plan).entry_count(), kThreads * kEach);
  }
  const auto own = *log_.List(Soon(), "plans/0", "persons/3", 0, 5);
  ASSERT_THAT(own, SizeIs(5));
  for (const auto& entry : own) EXPECT_EQ(entry.accessor(), "persons/3");
  EXPECT_THAT(*log_.List(Soon(), "plans/0", "persons/3", EntryNumber(own[4].name()), 50),
              SizeIs(kEach - 5));
  const auto found = *log_.Find(Soon(), "plans/0", {3, 999, 7});
  ASSERT_THAT(found, SizeIs(2));
  EXPECT_EQ(found[0].name(), "plans/0/accessLogEntries/00000007");
}

// Look-ups that wait while one commit is under way are written by the next one, all together. The
// database itself says how many commits there were.
TEST_F(AccessLogTest, WaitingReadsBecomeFewCommits) {
  sql::Options options = database_.options();
  options.pool_size = 1;  // all of the log's statements run on the one session that is asked below
  const auto pool = *sql::Pool::Open(options);
  AccessLog log(pool.get(), cipher_.get());
  const auto commits = [&] {
    auto session = pool->Acquire(Soon());
    auto count = session->QueryOne("SHOW SESSION STATUS LIKE 'Com_commit'", {},
                                   [](const sql::Row& row) { return std::stoll(row.String(1)); });
    return count->value();
  };
  ASSERT_TRUE(Write(log, {Row("plans/0", "persons/a")}).ok());
  const auto before = commits();

  absl::Notification locked, release;
  std::jthread holder([&] {
    const auto held = sql::Transact(database_.pool(), Soon(), [&](sql::Session& session) {
      auto status = session.Query("SELECT * FROM access_log_head WHERE plan = 'plans/0' FOR UPDATE",
                                  {}, [](const sql::Row&) {});
      locked.Notify();
      release.WaitForNotification();
      return status;
    });
    EXPECT_TRUE(held.ok()) << held;
  });
  locked.WaitForNotification();
  constexpr int kReads = 40;
  std::atomic<int> written = 0;
  const auto read = [&](int i) {
    log.Write(Soon(), {Row(absl::StrCat("plans/", i % 7), "persons/a")},
              [&](const absl::Status& status) { written += status.ok() ? 1 : 0; });
  };
  read(0);
  const absl::Time deadline = Soon();
  while (log.waiting() > 0 && SystemClock().Now() < deadline) std::this_thread::yield();
  for (int i = 1; i < kReads; ++i) read(i);
  release.Notify();
  while (written < kReads && SystemClock().Now() < deadline) std::this_thread::yield();
  holder.join();
  EXPECT_EQ(commits() - before, 2) << "one for the first, one for the 39 that waited";
  int64_t rows = 0;
  for (int i = 0; i < 7; ++i) {
    EXPECT_EQ(BrokenAt(absl::StrCat("plans/", i)), 0);
    rows += Verify(absl::StrCat("plans/", i)).entry_count();
  }
  EXPECT_EQ(rows, kReads + 1);
}

TEST_F(AccessLogTest, WhenTheDatabaseFailsEveryReadFails) {
  database_.Run("RENAME TABLE access_log TO access_log_away;");
  ip::testing::InParallel(16, [&](int i) {
    EXPECT_EQ(ReasonOf(Write(log_, {Row(absl::StrCat("plans/", i % 3), "persons/a")})),
              "ACCESS_LOG_UNAVAILABLE");
  });
  database_.Run("RENAME TABLE access_log_away TO access_log;");
  EXPECT_TRUE(Write(log_, {Row("plans/0", "persons/a")}).ok());
  EXPECT_EQ(Verify("plans/0").entry_count(), 1);
}

TEST_F(AccessLogTest, OneReadsTroubleIsNotAnothers) {
  WriteRows("plans/bad", 1);
  // A row that was smuggled in behind the end is in the way of the next one.
  database_.Run(
      "INSERT INTO access_log SELECT plan, 2, accessor, entry, hash FROM access_log"
      " WHERE plan = 'plans/bad';");
  ip::testing::InParallel(12, [&](int i) {
    const bool bad = i % 3 == 0;
    const auto status =
        Write(log_, {Row(bad ? "plans/bad" : absl::StrCat("plans/", i), "persons/a")});
    EXPECT_EQ(status.ok(), !bad) << status;
  });
}

TEST_F(AccessLogTest, FindsEveryKindOfTamperingWhereItWasDone) {
  WriteRows("plans/a", 6);
  WriteRows("plans/b", 6);
  database_.Run(
      "CREATE TABLE kept AS SELECT * FROM access_log;"
      "CREATE TABLE kept_head AS SELECT * FROM access_log_head;");
  const struct {
    const char* what;
    const char* harm;
    int64_t at;
  } kHarms[] = {
      {"a flipped byte of an entry",
       "UPDATE access_log SET entry = INSERT(entry, 20, 1, CHAR(ORD(SUBSTRING(entry, 20, 1)) ^ 1))"
       " WHERE plan = 'plans/a' AND number = 3;",
       3},
      {"a flipped byte of a hash",
       "UPDATE access_log SET hash = INSERT(hash, 32, 1, CHAR(ORD(SUBSTRING(hash, 32, 1)) ^ 1))"
       " WHERE plan = 'plans/a' AND number = 4;",
       4},
      {"another accessor",
       "UPDATE access_log SET accessor = 'persons/x' WHERE plan = 'plans/a' AND number = 5;", 5},
      {"the first row dropped", "DELETE FROM access_log WHERE plan = 'plans/a' AND number = 1;", 1},
      {"a row dropped", "DELETE FROM access_log WHERE plan = 'plans/a' AND number = 2;", 2},
      {"a row dropped and the gap closed",
       "DELETE FROM access_log WHERE plan = 'plans/a' AND number = 2;"
       "UPDATE access_log SET number = number - 1 WHERE plan = 'plans/a' AND number > 2"
       " ORDER BY number;"
       "UPDATE access_log_head SET last_number = 5 WHERE plan = 'plans/a';",
       2},
      {"two rows in each other's place",
       "UPDATE access_log SET number = 99 WHERE plan = 'plans/a' AND number = 2;"
       "UPDATE access_log SET number = 2 WHERE plan = 'plans/a' AND number = 5;"
       "UPDATE access_log SET number = 5 WHERE plan = 'plans/a' AND number = 99;",
       2},
      {"the end cut off", "DELETE FROM access_log WHERE plan = 'plans/a' AND number > 4;", 5},
      {"the end cut off and the head moved up",
       "DELETE FROM access_log WHERE plan = 'plans/a' AND number > 4;"
       "UPDATE access_log_head h JOIN access_log l ON l.plan = h.plan AND l.number = 4"
       " SET h.last_number = 4, h.last_hash = l.hash WHERE h.plan = 'plans/a';",
       5},
      {"everything deleted",
       "DELETE FROM access_log WHERE plan = 'plans/a';"
       "UPDATE access_log_head SET last_number = 0, last_hash = REPEAT('\\0', 32)"
       " WHERE plan = 'plans/a';",
       1},
      {"the whole log deleted, rows and head",
       "DELETE FROM access_log WHERE plan = 'plans/a';"
       "DELETE FROM access_log_head WHERE plan = 'plans/a';",
       1},
      {"the head deleted", "DELETE FROM access_log_head WHERE plan = 'plans/a';", 1},
      {"a row put in between",
       "UPDATE access_log SET number = number + 1 WHERE plan = 'plans/a' AND number > 3"
       " ORDER BY number DESC;"
       "INSERT INTO access_log SELECT plan, 4, accessor, entry, hash FROM kept"
       " WHERE plan = 'plans/a' AND number = 1;"
       "UPDATE access_log_head SET last_number = 7 WHERE plan = 'plans/a';",
       4},
      {"a row put behind the end",
       "INSERT INTO access_log SELECT plan, 7, accessor, entry, hash FROM kept"
       " WHERE plan = 'plans/a' AND number = 6;",
       7},
      {"a row of another plan",
       "UPDATE access_log a JOIN kept k ON k.plan = 'plans/b' AND k.number = a.number"
       " SET a.entry = k.entry, a.hash = k.hash WHERE a.plan = 'plans/a' AND a.number = 3;",
       3},
      {"another plan's whole chain",
       "DELETE FROM access_log WHERE plan = 'plans/a';"
       "INSERT INTO access_log SELECT 'plans/a', number, accessor, entry, hash FROM kept"
       " WHERE plan = 'plans/b';"
       "UPDATE access_log_head a JOIN kept_head b ON b.plan = 'plans/b'"
       " SET a.last_hash = b.last_hash, a.seal = b.seal WHERE a.plan = 'plans/a';",
       1},
  };
  for (const auto& [what, harm, at] : kHarms) {
    EXPECT_EQ(BrokenAt("plans/a"), 0) << "before: " << what;
    database_.Run(harm);
    EXPECT_EQ(BrokenAt("plans/a"), at) << what;
    EXPECT_EQ(BrokenAt("plans/b"), 0) << what;
    database_.Run(
        "DELETE FROM access_log; INSERT INTO access_log SELECT * FROM kept;"
        "DELETE FROM access_log_head; INSERT INTO access_log_head SELECT * FROM kept_head;");
  }
  EXPECT_EQ(BrokenAt("plans/a"), 0);
}

TEST_F(AccessLogTest, LaterLookUpsDoNotCoverUpThatTheLogWasDeletedWhole) {
  EXPECT_EQ(BrokenAt("plans/a"), 0) << "nobody has looked yet";
  WriteRows("plans/a", 2);
  database_.Run("DELETE FROM access_log; DELETE FROM access_log_head;");
  EXPECT_EQ(BrokenAt("plans/a"), 1);
  WriteRows("plans/a", 3);
  EXPECT_EQ(BrokenAt("plans/a"), 1);
}

TEST_F(AccessLogTest, LaterLookUpsDoNotCoverUpThatRowsWereCutOff) {
  WriteRows("plans/a", 6);
  database_.Run(
      "DELETE FROM access_log WHERE number > 4;"
      "UPDATE access_log_head h JOIN access_log l ON l.plan = h.plan AND l.number = 4"
      " SET h.last_number = 4, h.last_hash = l.hash;");
  WriteRows("plans/a", 3);
  EXPECT_EQ(BrokenAt("plans/a"), 5);
}

}  // namespace
}  // namespace ip::plan::testing
