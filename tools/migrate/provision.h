// What only an administrator of the database does: create a schema and the user of a service.
#ifndef TOOLS_MIGRATE_PROVISION_H_
#define TOOLS_MIGRATE_PROVISION_H_

#include <string>

#include "absl/status/status.h"
#include "lib/sql/pool.h"

namespace ip::migrate {

struct AppUser {
  std::string name;
  std::string host = "localhost";  // from where it may log in; "%" is anywhere
  std::string password;
};

// Creates options.schema as utf8mb4 with Norwegian sorting, unless it exists.
absl::Status CreateSchema(const sql::Options& options);

// Creates the user or gives it a new password, takes all its rights away and grants it what
// `grants_file` says ({{schema}} and {{user}} are filled in), or reading and writing of all rows of
// options.schema when there is no such file. Call it after the migrations: rights on a table need
// the table. Errors: INVALID_ARGUMENT for names that are no plain identifiers.
absl::Status GrantUser(const sql::Options& options, const AppUser& user,
                       const std::string& grants_file);

}  // namespace ip::migrate

#endif  // TOOLS_MIGRATE_PROVISION_H_
