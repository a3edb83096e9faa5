#include "tools/migrate/provision.h"

#include <stdlib.h>
#include <unistd.h>

#include <fstream>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "lib/base/clock.h"
#include "lib/testing/mariadb.h"

namespace ip::migrate {
namespace {

class ProvisionTest : public ::testing::Test {
 protected:
  ProvisionTest() {
    char pattern[] = "/tmp/ip-provision-test-XXXXXX";
    const int fd = mkstemp(pattern);
    close(fd);
    file_ = pattern;
    user_.name = database_.options().schema + "_u";
    user_.password = "it's a \\ secret";
    std::ofstream(file_) << user_.password << "\n";
    database_.Run("CREATE TABLE a (x INT); CREATE TABLE access_log (x INT);");
  }
  ~ProvisionTest() override {
    unlink(file_.c_str());
    database_.Run(absl::StrCat("DROP USER IF EXISTS '", user_.name, "'@'localhost';"));
  }

  absl::Status As(const std::string& statement) {
    sql::Options options = database_.options();
    options.user = user_.name;
    options.password_file = file_;
    auto pool = *sql::Pool::Open(options);
    auto session = pool->Acquire(SystemClock().Now() + absl::Seconds(5));
    return session.ok() ? session->Run(statement) : session.status();
  }

  ip::testing::TestDatabase database_;
  AppUser user_;
  std::string file_;
};

TEST_F(ProvisionTest, TheUserOfAServiceWritesRowsAndNothingElse) {
  ASSERT_TRUE(CreateSchema(database_.options()).ok());
  for (int twice = 0; twice < 2; ++twice) {
    ASSERT_TRUE(GrantUser(database_.options(), user_, "/no/such/grants.sql").ok());
  }
  EXPECT_TRUE(As("INSERT INTO a VALUES (1)").ok());
  EXPECT_TRUE(As("DELETE FROM a").ok());
  EXPECT_FALSE(As("DROP TABLE a").ok());
  EXPECT_FALSE(As("CREATE TABLE b (x INT)").ok());
  EXPECT_FALSE(As("SELECT User FROM mysql.user").ok());
}

TEST_F(ProvisionTest, GrantsCanBeGivenTableByTable) {
  const std::string grants = file_ + ".grants";
  std::ofstream(grants) << "GRANT SELECT, INSERT, UPDATE, DELETE ON {{schema}}.a TO {{user}};\n"
                           "GRANT SELECT, INSERT ON {{schema}}.access_log TO {{user}};\n";
  ASSERT_TRUE(GrantUser(database_.options(), user_, "").ok());
  ASSERT_TRUE(GrantUser(database_.options(), user_, grants).ok());
  unlink(grants.c_str());
  EXPECT_TRUE(As("INSERT INTO access_log VALUES (1)").ok());
  EXPECT_FALSE(As("DELETE FROM access_log").ok());
}

TEST_F(ProvisionTest, RefusesNamesThatAreNoIdentifiers) {
  user_.name = "x'; DROP TABLE a; --";
  EXPECT_EQ(GrantUser(database_.options(), user_, "").code(), absl::StatusCode::kInvalidArgument);
  user_.name = "";
}

}  // namespace
}  // namespace ip::migrate
