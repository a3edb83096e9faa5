// Forward-only schema migrations: files NNNN_name.sql, applied in order by tools/migrate, never by
// a server. Which ones a schema has is kept in its table schema_migration.
#ifndef LIB_SQL_MIGRATE_H_
#define LIB_SQL_MIGRATE_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "lib/sql/pool.h"

namespace ip::sql {

struct Migration {
  int version = 0;   // 1, 2, 3, … without a gap
  std::string name;  // the file's name
  std::vector<std::string> statements;
  std::string checksum;  // SHA-256 of the file, in hex
};

// The migrations in a directory, in order. Other files are left alone.
// Errors: NOT_FOUND for the directory; FAILED_PRECONDITION for a gap or a doublet;
// INVALID_ARGUMENT for a file that cannot be cut into statements.
absl::StatusOr<std::vector<Migration>> LoadMigrations(const std::string& dir);

// Brings options.schema up to date and answers how many files it applied. Waits up to 30 s for
// others that do the same. A file that fails half-way is taken up at the statement that failed.
// Errors: FAILED_PRECONDITION when a file that was applied has changed since or is gone; ABORTED
// when a statement fails (the message names file and statement); those of Pool::Acquire.
absl::StatusOr<int> Migrate(const Options& options, const std::string& dir);

// For servers at start-up: FAILED_PRECONDITION when the schema lacks a migration of `dir` or has
// another version of it. A schema that is further on is fine (rolling upgrade).
absl::Status CheckSchema(Pool& pool, const std::string& dir,
                         absl::Duration timeout = absl::Seconds(5));

}  // namespace ip::sql

#endif  // LIB_SQL_MIGRATE_H_
