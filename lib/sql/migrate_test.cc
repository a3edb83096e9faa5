#include "lib/sql/migrate.h"

#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <thread>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "lib/base/clock.h"
#include "lib/base/errors.h"
#include "lib/testing/mariadb.h"

namespace ip::sql {
namespace {

using ::testing::HasSubstr;

class MigrateTest : public ::testing::Test {
 protected:
  MigrateTest() {
    char pattern[] = "/tmp/ip-migrate-test-XXXXXX";
    dir_ = mkdtemp(pattern);
  }
  ~MigrateTest() override { std::filesystem::remove_all(dir_); }

  void Write(const std::string& name, const std::string& text) {
    std::ofstream(dir_ + "/" + name) << text;
  }
  absl::StatusOr<int> Migrate() { return sql::Migrate(database_.options(), dir_); }
  absl::Status Check() { return CheckSchema(database_.pool(), dir_); }

  std::string dir_;
  ip::testing::TestDatabase database_;
};

TEST_F(MigrateTest, AppliesEachFileOnce) {
  Write("0001_first.sql", "CREATE TABLE a (x INT); INSERT INTO a VALUES (1);");
  Write("README.md", "not a migration");
  EXPECT_EQ(ReasonOf(Check()), "SCHEMA_BEHIND");
  EXPECT_EQ(*Migrate(), 1);
  EXPECT_EQ(*Migrate(), 0);
  EXPECT_TRUE(Check().ok()) << Check();
  Write("0002_second.sql", "INSERT INTO a VALUES (2);");
  EXPECT_EQ(ReasonOf(Check()), "SCHEMA_BEHIND");
  EXPECT_EQ(*Migrate(), 1);
  auto session = *database_.pool().Acquire(SystemClock().Now() + absl::Seconds(5));
  EXPECT_EQ(**session.QueryOne("SELECT SUM(x) FROM a", {}, [](const Row& r) { return r.Int64(0); }),
            3);
}

TEST_F(MigrateTest, ManyAtOnceApplyOnce) {
  Write("0001_first.sql", "CREATE TABLE a (x INT); INSERT INTO a VALUES (1);");
  std::atomic<int> applied = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      auto count = Migrate();
      EXPECT_TRUE(count.ok()) << count.status();
      applied += count.value_or(0);
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(applied, 1);
}

TEST_F(MigrateTest, RefusesAChangedFile) {
  Write("0001_first.sql", "CREATE TABLE a (x INT);");
  ASSERT_TRUE(Migrate().ok());
  Write("0001_first.sql", "CREATE TABLE a (x BIGINT);");
  EXPECT_EQ(ReasonOf(Migrate().status()), "MIGRATION_CHANGED");
  EXPECT_EQ(ReasonOf(Check()), "MIGRATION_CHANGED");
}

TEST_F(MigrateTest, RefusesGapsAndDoublets) {
  Write("0001_first.sql", "CREATE TABLE a (x INT);");
  Write("0003_third.sql", "CREATE TABLE c (x INT);");
  EXPECT_EQ(ReasonOf(Migrate().status()), "MIGRATION_GAP");
  Write("0002_second.sql", "CREATE TABLE b (x INT);");
  EXPECT_TRUE(Migrate().ok());
  Write("0002_zwei.sql", "CREATE TABLE d (x INT);");
  EXPECT_EQ(ReasonOf(Migrate().status()), "MIGRATION_GAP");
}

TEST_F(MigrateTest, ANewerSchemaServesButIsNotMigrated) {
  Write("0001_first.sql", "CREATE TABLE a (x INT);");
  Write("0002_second.sql", "CREATE TABLE b (x INT);");
  ASSERT_TRUE(Migrate().ok());
  std::filesystem::remove(dir_ + "/0002_second.sql");
  EXPECT_TRUE(Check().ok());
  EXPECT_EQ(ReasonOf(Migrate().status()), "MIGRATION_MISSING");
}

TEST_F(MigrateTest, GoesOnWhereItFailed) {
  Write("0001_first.sql", "CREATE TABLE a (x INT);\nCREATE TABEL b (x INT);");
  const auto failed = Migrate().status();
  EXPECT_EQ(ReasonOf(failed), "MIGRATION_FAILED");
  EXPECT_THAT(std::string(failed.message()), HasSubstr("Statement 2 of 0001_first.sql"));
  EXPECT_EQ(ReasonOf(Check()), "SCHEMA_BEHIND");
  Write("0001_first.sql", "CREATE TABLE a (x INT);\nCREATE TABLE b (x INT);");
  EXPECT_EQ(*Migrate(), 1);
  EXPECT_TRUE(Check().ok());
}

TEST_F(MigrateTest, SchemasAreUtf8) {
  auto session = *database_.pool().Acquire(SystemClock().Now() + absl::Seconds(5));
  EXPECT_EQ(**session.QueryOne("SELECT @@collation_database", {},
                               [](const Row& row) { return row.String(0); }),
            "utf8mb4_danish_ci");
}

}  // namespace
}  // namespace ip::sql
