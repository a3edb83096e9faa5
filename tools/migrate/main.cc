#include <fstream>
#include <iostream>
#include <string>

#include "absl/flags/flag.h"
#include "absl/flags/parse.h"
#include "absl/flags/usage.h"
#include "absl/flags/usage_config.h"
#include "absl/strings/match.h"
#include "lib/base/log.h"
#include "lib/sql/flags.h"
#include "lib/sql/migrate.h"
#include "tools/migrate/provision.h"

ABSL_FLAG(std::string, schema, "", "Schema (database) to bring up to date. Required.");
ABSL_FLAG(std::string, dir, "", "Directory with the migrations NNNN_name.sql. Required.");
ABSL_FLAG(bool, create, false, "Create the schema first (administrator only).");
ABSL_FLAG(bool, check, false, "Only say whether the schema is up to date.");
ABSL_FLAG(std::string, app_user, "",
          "Create this user for the service, with the rights in DIR/grants.sql, or reading and "
          "writing of all rows (administrator only).");
ABSL_FLAG(std::string, app_password_file, "", "File with the password for --app_user.");
ABSL_FLAG(std::string, app_host, "localhost", "From where --app_user logs in; % is anywhere.");

namespace {

constexpr char kUsage[] =
    "Brings the schema of one service up to date.\n\n"
    "  ip-migrate --schema ip_plan --dir plan-service/migrations --db_user root [--db_socket S]\n"
    "  ip-migrate … --create --app_user ip_plan --app_password_file FILE\n"
    "  ip-migrate … --check\n\n"
    "Exit codes: 0 done or up to date, 1 failed or not up to date, 2 wrong usage.";

enum Exit { kOk = 0, kFailed = 1, kUsageError = 2 };

int Report(const absl::Status& status) {
  if (status.ok()) return kOk;
  std::cerr << "ip-migrate: " << status.message() << "\n";
  return kFailed;
}

absl::Status Check(const ip::sql::Options& options, const std::string& dir) {
  auto pool = ip::sql::Pool::Open(options);
  return pool.ok() ? ip::sql::CheckSchema(**pool, dir) : pool.status();
}

absl::Status Grant(const ip::sql::Options& options, const std::string& dir) {
  ip::migrate::AppUser user;
  user.name = absl::GetFlag(FLAGS_app_user);
  user.host = absl::GetFlag(FLAGS_app_host);
  std::ifstream in(absl::GetFlag(FLAGS_app_password_file));
  std::getline(in, user.password);
  if (user.password.empty()) {
    return absl::InvalidArgumentError("--app_password_file cannot be read or is empty.");
  }
  return ip::migrate::GrantUser(options, user, dir + "/grants.sql");
}

absl::Status BringUp(const ip::sql::Options& options, const std::string& dir) {
  if (absl::GetFlag(FLAGS_create)) {
    if (auto created = ip::migrate::CreateSchema(options); !created.ok()) return created;
  }
  auto applied = ip::sql::Migrate(options, dir);
  if (!applied.ok()) return applied.status();
  std::cout << options.schema << ": " << *applied << " migrations applied, up to date\n";
  return absl::GetFlag(FLAGS_app_user).empty() ? absl::OkStatus() : Grant(options, dir);
}

}  // namespace

int main(int argc, char** argv) {
  absl::SetProgramUsageMessage(kUsage);
  absl::FlagsUsageConfig usage;
  usage.contains_help_flags = [](absl::string_view file) {
    return absl::StrContains(file, "tools/migrate") || absl::StrContains(file, "lib/sql");
  };
  absl::SetFlagsUsageConfig(usage);
  const auto rest = absl::ParseCommandLine(argc, argv);
  ip::InitLog("migrate");
  ip::sql::Options options = ip::sql::OptionsFromFlags();
  options.schema = absl::GetFlag(FLAGS_schema);
  const std::string dir = absl::GetFlag(FLAGS_dir);
  if (rest.size() > 1 || options.schema.empty() || dir.empty()) {
    std::cerr << "ip-migrate: --schema and --dir are required; see --help\n";
    return kUsageError;
  }
  return Report(absl::GetFlag(FLAGS_check) ? Check(options, dir) : BringUp(options, dir));
}
