// A plain loop over the database: the ceiling of what a service can do with the same statements.
//
// The same connector with prepared statements, the same session settings as lib/sql, and nothing
// else: no pool, no deadlines, no encryption, no messages.
#ifndef BENCH_RAW_SQL_H_
#define BENCH_RAW_SQL_H_

#include <cppconn/connection.h>
#include <cppconn/prepared_statement.h>
#include <cppconn/resultset.h>
#include <cppconn/statement.h>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>

#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "bench/harness.h"
#include "lib/sql/row.h"

namespace ip::bench {

struct RawOptions {
  std::string socket;
  std::string schema;
};

class RawConnection {
 public:
  explicit RawConnection(const RawOptions& options);

  // `sql` must be a literal: statements are prepared once for each address.
  template <class... Values>
  int Execute(const char* sql, const Values&... values) {
    ::sql::PreparedStatement& statement = Prepare(sql);
    BindAll(statement, values...);
    return statement.executeUpdate();
  }

  // The columns of each row as text, bytes or numbers, all of them read; the last row's first
  // column is answered.
  template <class... Values>
  std::optional<std::string> Query(const char* sql, const Values&... values) {
    ::sql::PreparedStatement& statement = Prepare(sql);
    BindAll(statement, values...);
    const std::unique_ptr<::sql::ResultSet> rows(statement.executeQuery());
    return ReadAll(*rows);
  }

  // Likewise, and calls `each` with the first column of every row.
  template <class... Values>
  void Each(const char* sql, const std::function<void(const std::string&)>& each,
            const Values&... values) {
    ::sql::PreparedStatement& statement = Prepare(sql);
    BindAll(statement, values...);
    const std::unique_ptr<::sql::ResultSet> rows(statement.executeQuery());
    ReadAll(*rows, each);
  }

  void Begin() { text_->execute("START TRANSACTION"); }
  void Commit() { text_->execute("COMMIT"); }
  void Rollback() { text_->execute("ROLLBACK"); }
  // A statement that is not prepared.
  void Run(const std::string& sql) { text_->execute(sql); }

 private:
  ::sql::PreparedStatement& Prepare(const char* sql);
  static std::optional<std::string> ReadAll(
      ::sql::ResultSet& rows, const std::function<void(const std::string&)>& each = nullptr);

  template <class... Values>
  static void BindAll(::sql::PreparedStatement& statement, const Values&... values) {
    unsigned index = 0;
    (Bind(statement, ++index, values), ...);
  }
  static void Bind(::sql::PreparedStatement& s, unsigned i, const std::string& v) {
    s.setString(i, v);
  }
  static void Bind(::sql::PreparedStatement& s, unsigned i, const char* v) { s.setString(i, v); }
  static void Bind(::sql::PreparedStatement& s, unsigned i, int64_t v) { s.setInt64(i, v); }
  static void Bind(::sql::PreparedStatement& s, unsigned i, int v) { s.setInt64(i, v); }
  static void Bind(::sql::PreparedStatement& s, unsigned i, absl::Time v) {
    s.setDateTime(i, sql::FormatDateTime(v));
  }
  static void Bind(::sql::PreparedStatement& s, unsigned i, absl::CivilDay v) {
    s.setDateTime(i, absl::FormatCivilTime(v));
  }
  static void Bind(::sql::PreparedStatement& s, unsigned i, std::nullptr_t) { s.setNull(i, 0); }

  std::unique_ptr<::sql::Connection> connection_;
  std::unique_ptr<::sql::Statement> text_;
  std::unordered_map<const char*, std::unique_ptr<::sql::PreparedStatement>> prepared_;
};

// `operation(connection, thread)` again and again on `connections` connections, each in a thread of
// its own. A deadlock is tried again, as the services do.
Work RawLoop(const RawOptions& options, int connections,
             std::function<void(RawConnection&, int thread)> operation);

}  // namespace ip::bench

#endif  // BENCH_RAW_SQL_H_
