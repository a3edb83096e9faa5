#include "tools/migrate/provision.h"

#include <fstream>
#include <memory>
#include <regex>
#include <sstream>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "lib/base/clock.h"
#include "lib/base/errors.h"
#include "lib/sql/script.h"

namespace ip::migrate {
namespace {

constexpr char kDefaultGrants[] =
    "GRANT SELECT, INSERT, UPDATE, DELETE ON {{schema}}.* TO {{user}};";

// Statements of this kind take no bound values, so names are checked and texts quoted.
absl::Status CheckName(std::string_view field, const std::string& name) {
  static const std::regex kName("[A-Za-z0-9_]{1,64}");
  if (std::regex_match(name, kName)) return absl::OkStatus();
  return InvalidField(field, "Use letters, digits and underscores, at most 64.");
}

std::string Quote(const std::string& text) {
  return absl::StrCat("'", absl::StrReplaceAll(text, {{"\\", "\\\\"}, {"'", "''"}}), "'");
}

absl::Status RunAll(const sql::Options& options, const std::vector<std::string>& statements) {
  auto pool = sql::Pool::Open(options);
  if (!pool.ok()) return pool.status();
  auto session = (*pool)->Acquire(SystemClock().Now() + absl::Minutes(1));
  if (!session.ok()) return session.status();
  for (const std::string& statement : statements) {
    if (absl::Status status = session->Run(statement); !status.ok()) return status;
  }
  return absl::OkStatus();
}

absl::StatusOr<std::string> ReadGrants(const std::string& file) {
  std::ifstream in(file);
  if (file.empty() || !in.is_open()) return kDefaultGrants;
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

}  // namespace

absl::Status CreateSchema(const sql::Options& options) {
  if (absl::Status status = CheckName("schema", options.schema); !status.ok()) return status;
  sql::Options server = options;
  server.schema.clear();
  return RunAll(server, {absl::StrCat("CREATE DATABASE IF NOT EXISTS ", options.schema,
                                      " CHARACTER SET utf8mb4 COLLATE utf8mb4_danish_ci")});
}

absl::Status GrantUser(const sql::Options& options, const AppUser& user,
                       const std::string& grants_file) {
  if (absl::Status status = CheckName("schema", options.schema); !status.ok()) return status;
  if (absl::Status status = CheckName("app_user", user.name); !status.ok()) return status;
  const std::string account = absl::StrCat(Quote(user.name), "@", Quote(user.host));
  absl::StatusOr<std::string> grants = ReadGrants(grants_file);
  if (!grants.ok()) return grants.status();
  auto statements = sql::SplitScript(
      absl::StrReplaceAll(*grants, {{"{{schema}}", options.schema}, {"{{user}}", account}}));
  if (!statements.ok()) return statements.status();
  const std::string password = absl::StrCat(" IDENTIFIED BY ", Quote(user.password));
  statements->insert(statements->begin(),
                     {absl::StrCat("CREATE USER IF NOT EXISTS ", account, password),
                      absl::StrCat("ALTER USER ", account, password),
                      absl::StrCat("REVOKE ALL PRIVILEGES, GRANT OPTION FROM ", account)});
  return RunAll(options, *statements);
}

}  // namespace ip::migrate
