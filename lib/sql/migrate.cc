#include "lib/sql/migrate.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <regex>
#include <sstream>
#include <system_error>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "lib/base/clock.h"
#include "lib/base/errors.h"
#include "lib/base/id.h"
#include "lib/base/log.h"
#include "lib/sql/script.h"

namespace ip::sql {
namespace {

constexpr char kCreateTable[] =
    "CREATE TABLE IF NOT EXISTS schema_migration ("
    " version INT NOT NULL PRIMARY KEY,"
    " name VARCHAR(200) CHARACTER SET ascii COLLATE ascii_nopad_bin NOT NULL,"
    " checksum CHAR(64) CHARACTER SET ascii COLLATE ascii_nopad_bin NOT NULL,"
    " statements_done INT NOT NULL,"
    " finished BOOLEAN NOT NULL,"
    " applied_time DATETIME(6) NOT NULL) ENGINE=InnoDB";

struct Applied {
  std::string checksum;
  size_t statements_done = 0;
  bool finished = false;
};

absl::Status Refuse(std::string_view reason, const std::string& message) {
  return Error(absl::StatusCode::kFailedPrecondition, reason, message);
}

absl::StatusOr<std::map<int, Applied>> ReadApplied(Session& session) {
  std::map<int, Applied> applied;
  absl::Status status =
      session.Query("SELECT version, checksum, statements_done, finished FROM schema_migration", {},
                    [&](const Row& row) {
                      applied[static_cast<int>(row.Int64(0))] = {
                          row.String(1), static_cast<size_t>(row.Int64(2)), row.Bool(3)};
                    });
  if (!status.ok()) return status;
  return applied;
}

absl::Status Changed(const Migration& migration) {
  return Refuse(
      "MIGRATION_CHANGED",
      absl::StrCat("Migration ", migration.name,
                   " was changed after it was applied. Restore the file and put the change "
                   "into a new migration."));
}

absl::Status Record(Session& session, const Migration& migration, size_t done) {
  return session
      .Execute(
          "REPLACE INTO schema_migration (version, name, checksum, statements_done, finished,"
          " applied_time) VALUES (?, ?, ?, ?, ?, ?)",
          {migration.version, migration.name, migration.checksum, done,
           done == migration.statements.size(), SystemClock().Now()})
      .status();
}

// DDL commits by itself, so progress is recorded statement by statement.
absl::Status Apply(Session& session, const Migration& migration, size_t done) {
  for (size_t i = done; i < migration.statements.size(); ++i) {
    if (!session.Run(migration.statements[i]).ok()) {
      return Error(
          absl::StatusCode::kAborted, "MIGRATION_FAILED",
          absl::StrCat("Statement ", i + 1, " of ", migration.name,
                       " failed; the log names the database's error. Mend the statement and "
                       "run the command again."));
    }
    if (absl::Status status = Record(session, migration, i + 1); !status.ok()) return status;
  }
  return done == migration.statements.size() ? Record(session, migration, done) : absl::OkStatus();
}

absl::Status Lock(Session& session) {
  auto locked = session.QueryOne("SELECT GET_LOCK(CONCAT('ip.migrate.', DATABASE()), 30)", {},
                                 [](const Row& row) { return row.OptionalInt64(0).value_or(0); });
  if (!locked.ok()) return locked.status();
  if (*locked == 1) return absl::OkStatus();
  return Refuse("MIGRATION_RUNNING", "Another migration of this schema is running. Wait for it.");
}

absl::StatusOr<int> ApplyAll(Session& session, const std::vector<Migration>& migrations) {
  if (absl::Status status = session.Run(kCreateTable); !status.ok()) return status;
  absl::StatusOr<std::map<int, Applied>> applied = ReadApplied(session);
  if (!applied.ok()) return applied.status();
  if (!applied->empty() && applied->rbegin()->first > static_cast<int>(migrations.size())) {
    return Refuse(
        "MIGRATION_MISSING",
        absl::StrCat("The schema has migration ", applied->rbegin()->first,
                     ", which is not in the directory. Use the files of a newer release."));
  }
  for (const auto& [version, was] : *applied) {
    const Migration& migration = migrations[static_cast<size_t>(version - 1)];
    if (was.finished && was.checksum != migration.checksum) return Changed(migration);
  }
  int count = 0;
  for (const Migration& migration : migrations) {
    const auto was = applied->find(migration.version);
    if (was != applied->end() && was->second.finished) continue;
    const size_t done = was == applied->end() ? 0 : was->second.statements_done;
    if (absl::Status status = Apply(session, migration, done); !status.ok()) return status;
    Log(Severity::kInfo, "migration_applied", {{"name", migration.name}});
    ++count;
  }
  return count;
}

}  // namespace

absl::StatusOr<std::vector<Migration>> LoadMigrations(const std::string& dir) {
  static const std::regex kName("([0-9]{4})_[a-z0-9_]+\\.sql");
  std::map<std::string, std::filesystem::path> files;  // sorted by name
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(dir, error)) {
    const std::string name = entry.path().filename().string();
    if (std::regex_match(name, kName)) files[name] = entry.path();
  }
  if (error) {
    return Error(absl::StatusCode::kNotFound, "MIGRATIONS_NOT_FOUND",
                 absl::StrCat("The migrations directory ", dir, " cannot be read."));
  }
  std::vector<Migration> migrations;
  for (const auto& [name, path] : files) {
    std::ifstream in(path);
    std::ostringstream text;
    text << in.rdbuf();
    auto statements = SplitScript(text.str());
    if (!statements.ok()) {
      return InvalidField(name, std::string(statements.status().message()));
    }
    Migration migration;
    migration.version = std::stoi(name.substr(0, 4));
    migration.name = name;
    migration.statements = *std::move(statements);
    migration.checksum = absl::BytesToHexString(Sha256(text.str()));
    if (migration.version != static_cast<int>(migrations.size()) + 1) {
      return Refuse("MIGRATION_GAP",
                    absl::StrCat("Migrations are numbered 0001, 0002, … without gap or doublet; ",
                                 name, " is not the next one."));
    }
    migrations.push_back(std::move(migration));
  }
  return migrations;
}

absl::StatusOr<int> Migrate(const Options& options, const std::string& dir) {
  absl::StatusOr<std::vector<Migration>> migrations = LoadMigrations(dir);
  if (!migrations.ok()) return migrations.status();
  Options patient = options;
  patient.pool_size = 1;
  patient.statement_limit = absl::Hours(1);
  absl::StatusOr<std::unique_ptr<Pool>> pool = Pool::Open(patient);
  if (!pool.ok()) return pool.status();
  absl::StatusOr<Session> session = (*pool)->Acquire(absl::InfiniteFuture());
  if (!session.ok()) return session.status();
  if (absl::Status locked = Lock(*session); !locked.ok()) return locked;
  return ApplyAll(*session, *migrations);  // the lock goes with the connection
}

absl::Status CheckSchema(Pool& pool, const std::string& dir, absl::Duration timeout) {
  absl::StatusOr<std::vector<Migration>> migrations = LoadMigrations(dir);
  if (!migrations.ok()) return migrations.status();
  absl::StatusOr<Session> session = pool.Acquire(SystemClock().Now() + timeout);
  if (!session.ok()) return session.status();
  absl::StatusOr<std::map<int, Applied>> applied = ReadApplied(*session);
  if (!applied.ok() && applied.status().code() != absl::StatusCode::kInternal) {
    return applied.status();
  }
  if (!applied.ok()) applied = std::map<int, Applied>();  // no such table: nothing was ever applied
  for (const Migration& migration : *migrations) {
    const auto was = applied->find(migration.version);
    if (was == applied->end() || !was->second.finished) {
      return Refuse("SCHEMA_BEHIND", absl::StrCat("The schema lacks migration ", migration.name,
                                                  ". Run tools/migrate (ip-migrate)."));
    }
    if (was->second.checksum != migration.checksum) return Changed(migration);
  }
  return absl::OkStatus();
}

}  // namespace ip::sql
