#include "lib/testing/mariadb.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <utility>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "lib/base/clock.h"
#include "lib/base/id.h"
#include "lib/sql/migrate.h"
#include "lib/sql/script.h"

namespace ip::testing {
namespace {

[[noreturn]] void Die(const std::string& why) {
  std::fprintf(stderr, "TestDatabase: %s\n", why.c_str());
  std::abort();
}

void Check(const absl::Status& status, const std::string& what) {
  if (!status.ok()) Die(absl::StrCat(what, ": ", status.ToString()));
}

// The child gets its output into `log` and dies with us, also when we are killed.
pid_t Spawn(std::vector<std::string> command, const std::string& log) {
  std::vector<char*> argv;
  for (std::string& word : command) argv.push_back(word.data());
  argv.push_back(nullptr);
  const pid_t parent = getpid();
  const pid_t pid = fork();
  if (pid != 0) return pid;
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != parent) _exit(1);
  const int out = open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  dup2(out, STDOUT_FILENO);
  dup2(out, STDERR_FILENO);
  execvp(argv[0], argv.data());
  _exit(127);
}

std::string Socket() {
  if (const char* given = std::getenv("IP_TEST_DB_SOCKET"); given != nullptr && *given != '\0') {
    return given;
  }
  static const PrivateServer server;
  return server.socket();
}

sql::Options AdminOptions(const std::string& socket) {
  sql::Options options;
  options.socket = socket;
  options.user = "root";
  return options;
}

std::unique_ptr<sql::Pool> Open(const sql::Options& options) {
  auto pool = sql::Pool::Open(options);
  Check(pool.status(), "opening the pool");
  return *std::move(pool);
}

void RunOn(sql::Pool& pool, const std::string& script) {
  auto statements = sql::SplitScript(script);
  Check(statements.status(), "splitting the script");
  auto session = pool.Acquire(SystemClock().Now() + absl::Seconds(30));
  Check(session.status(), "acquiring a session");
  for (const std::string& statement : *statements) Check(session->Run(statement), statement);
}

// A pool on no schema, once the server answers.
std::unique_ptr<sql::Pool> Admin(const std::string& socket) {
  auto admin = Open(AdminOptions(socket));
  const absl::Time deadline = SystemClock().Now() + absl::Seconds(60);
  while (access(socket.c_str(), F_OK) != 0 || !admin->Ping(deadline).ok()) {
    if (SystemClock().Now() > deadline) Die("the server does not answer");
    absl::SleepFor(absl::Milliseconds(20));
  }
  return admin;
}

}  // namespace

PrivateServer::PrivateServer(const std::vector<std::string>& flags) {
  char pattern[] = "/tmp/ip-test-db-XXXXXX";
  if (mkdtemp(pattern) == nullptr) Die("cannot make a temporary folder");
  dir_ = pattern;
  const std::string log = dir_ + "/log";
  // Its own: a server that starts removes what others have left in /tmp, or are using there.
  const std::string temporary = "--tmpdir=" + dir_ + "/tmp";
  std::filesystem::create_directory(dir_ + "/tmp");
  std::vector<std::string> install = {"mariadb-install-db",
                                      "--no-defaults",
                                      "--datadir=" + data(),
                                      temporary,
                                      "--auth-root-authentication-method=normal",
                                      "--skip-test-db"};
  std::vector<std::string> serve = {
      "mariadbd", "--no-defaults", "--datadir=" + data(), temporary, "--socket=" + socket(),
      absl::StrCat("--pid-file=", dir_, "/pid"), "--skip-networking", "--skip-log-bin",
      "--character-set-server=utf8mb4", "--collation-server=utf8mb4_danish_ci",
      "--innodb-buffer-pool-size=64M", "--innodb-log-file-size=16M",
      // Nothing here outlives the test.
      "--innodb-flush-log-at-trx-commit=0", "--innodb-doublewrite=0", "--innodb-fast-shutdown=2"};
  if (geteuid() == 0) {
    install.push_back("--user=root");
    serve.push_back("--user=root");
  }
  serve.insert(serve.end(), flags.begin(), flags.end());
  int code = 0;
  waitpid(Spawn(install, log), &code, 0);
  if (code != 0) Die(absl::StrCat("mariadb-install-db failed, see ", log));
  pid_ = Spawn(serve, log);
}

PrivateServer::~PrivateServer() {
  kill(pid_, SIGKILL);
  waitpid(pid_, nullptr, 0);
  std::error_code ignored;
  std::filesystem::remove_all(dir_, ignored);
}

std::string SourcePath(const std::string& path) {
  return (std::filesystem::path(IP_SOURCE_DIR) / path).string();
}

TestDatabase::TestDatabase(const std::string& migrations_dir, const PrivateServer* server)
    : admin_(Admin(server == nullptr ? Socket() : server->socket())), options_(admin_->options()) {
  options_.schema = absl::StrCat("test_", absl::BytesToHexString(RandomBytes(8)));
  RunOn(*admin_, absl::StrCat("CREATE DATABASE ", options_.schema,
                              " CHARACTER SET utf8mb4 COLLATE utf8mb4_danish_ci;"));
  if (!migrations_dir.empty()) {
    Check(sql::Migrate(options_, SourcePath(migrations_dir)).status(), "migrating");
  }
  pool_ = Open(options_);
}

TestDatabase::~TestDatabase() {
  pool_.reset();
  // The server is the tests' own and goes with them: a drop that a busy disk delays is no failure.
  auto session = admin_->Acquire(SystemClock().Now() + absl::Seconds(30));
  const absl::Status dropped = session.ok()
                                   ? session->Run(absl::StrCat("DROP DATABASE ", options_.schema))
                                   : session.status();
  if (!dropped.ok()) {
    std::fprintf(stderr, "TestDatabase: %s is left behind: %s\n", options_.schema.c_str(),
                 dropped.ToString().c_str());
  }
}

void TestDatabase::Run(const std::string& script) { RunOn(*pool_, script); }

}  // namespace ip::testing
