// A real MariaDB for tests. With IP_TEST_DB_SOCKET set, that server is used (scripts/test starts
// one for all test binaries); otherwise each test binary starts a private one in a temporary
// folder, without TCP, and takes it down however the test ends.
#ifndef LIB_TESTING_MARIADB_H_
#define LIB_TESTING_MARIADB_H_

#include <memory>
#include <string>
#include <vector>

#include "lib/sql/pool.h"

namespace ip::testing {

// A server of its own: gone with the object, or however the process ends.
class PrivateServer {
 public:
  // `flags` of mariadbd come after the usual ones, e.g. "--log-bin".
  explicit PrivateServer(const std::vector<std::string>& flags = {});
  ~PrivateServer();
  PrivateServer(const PrivateServer&) = delete;

  std::string socket() const { return dir_ + "/s.sock"; }
  // Where its files lie: tables, redo log, binary log.
  std::string data() const { return dir_ + "/data"; }

 private:
  std::string dir_;
  int pid_ = 0;
};

// A fresh schema with a random name, dropped at the end. Aborts the test binary when there is no
// database: a test that cannot run must not look green.
class TestDatabase {
 public:
  // `migrations_dir` is absolute or relative to the root of the repository; "" means no migrations.
  // On `server`, or on the one that all tests share when there is none.
  explicit TestDatabase(const std::string& migrations_dir = "",
                        const PrivateServer* server = nullptr);
  ~TestDatabase();
  TestDatabase(const TestDatabase&) = delete;

  sql::Pool& pool() { return *pool_; }
  // How to reach the schema as an administrator, for a second pool.
  const sql::Options& options() const { return options_; }
  // Runs statements ("a; b;") and aborts when one fails.
  void Run(const std::string& script);

 private:
  std::unique_ptr<sql::Pool> admin_;
  sql::Options options_;
  std::unique_ptr<sql::Pool> pool_;
};

// An absolute path for one relative to the root of the repository.
std::string SourcePath(const std::string& path);

}  // namespace ip::testing

#endif  // LIB_TESTING_MARIADB_H_
