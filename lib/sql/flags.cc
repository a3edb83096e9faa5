#include "lib/sql/flags.h"

#include <string>

#include "absl/flags/flag.h"

ABSL_FLAG(std::string, db_host, "127.0.0.1", "Database host.");
ABSL_FLAG(int, db_port, 3306, "Database port.");
ABSL_FLAG(std::string, db_socket, "", "Unix socket of the database; wins over host and port.");
ABSL_FLAG(std::string, db_user, "", "Database user.");
ABSL_FLAG(std::string, db_password_file, "", "File that holds the database password.");
ABSL_FLAG(std::string, db_name, "", "Schema (database) name.");
ABSL_FLAG(std::string, db_ssl_ca, "",
          "PEM file of the authority that signed the database's certificate; turns TLS on.");
ABSL_FLAG(bool, db_allow_plaintext, false,
          "Allow a database on another machine without TLS. Never with real data.");
ABSL_FLAG(int, db_pool_size, 16, "Most connections to the database from this process.");
ABSL_FLAG(bool, db_causal_reads, false,
          "Galera: let reads wait for what was committed on other nodes.");

namespace ip::sql {

Options OptionsFromFlags() {
  Options options;
  options.host = absl::GetFlag(FLAGS_db_host);
  options.port = absl::GetFlag(FLAGS_db_port);
  options.socket = absl::GetFlag(FLAGS_db_socket);
  options.user = absl::GetFlag(FLAGS_db_user);
  options.password_file = absl::GetFlag(FLAGS_db_password_file);
  options.schema = absl::GetFlag(FLAGS_db_name);
  options.ssl_ca = absl::GetFlag(FLAGS_db_ssl_ca);
  options.allow_plaintext = absl::GetFlag(FLAGS_db_allow_plaintext);
  options.pool_size = absl::GetFlag(FLAGS_db_pool_size);
  options.causal_reads = absl::GetFlag(FLAGS_db_causal_reads);
  return options;
}

}  // namespace ip::sql
