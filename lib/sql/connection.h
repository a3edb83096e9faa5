// Internal to lib/sql: one physical connection with its prepared statements.
#ifndef LIB_SQL_CONNECTION_H_
#define LIB_SQL_CONNECTION_H_

#include <cppconn/connection.h>
#include <cppconn/prepared_statement.h>
#include <cppconn/statement.h>

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "lib/sql/pool.h"

namespace ip::sql {

class Connection {
 public:
  static absl::StatusOr<std::unique_ptr<Connection>> Connect(const Options& options,
                                                             const std::string& password);
  ~Connection();

  absl::Status Query(std::string_view sql, const Values& values, absl::Time deadline,
                     const std::function<absl::Status(const Row&)>& fn);
  absl::StatusOr<int64_t> Execute(std::string_view sql, const Values& values, absl::Time deadline);
  absl::Status Run(std::string_view sql, absl::Time deadline);

  absl::Status Begin(absl::Time deadline);
  absl::Status Commit();
  void Rollback();  // marks the connection broken when it fails

  // A round trip, for connections that were idle.
  bool Alive();
  bool broken() const { return broken_; }
  // The open transaction met an error after which it can only be rolled back; retryable() says
  // whether it is worth running again.
  bool doomed() const { return doomed_; }
  bool retryable() const { return retryable_; }
  bool in_transaction() const { return in_transaction_; }

  absl::Time created() const { return created_; }
  absl::Time last_used() const { return last_used_; }
  void Touch();

 private:
  explicit Connection(const Options& options) : options_(options) {}

  struct Prepared {
    std::unique_ptr<::sql::PreparedStatement> statement;
    uint64_t last_use = 0;
  };
  struct Hash : std::hash<std::string_view> {
    using is_transparent = void;
  };

  template <class F>
  auto Guarded(std::string_view sql, const F& f) -> decltype(f());
  absl::Status Failed(std::string_view sql, int number, const std::string& state);
  absl::Status Ready(std::string_view sql, absl::Time deadline);
  void LimitStatements(absl::Duration remaining);
  void CheckInTransaction();
  ::sql::PreparedStatement& Prepare(std::string_view sql);

  const Options& options_;
  // Statements die before the connection they belong to.
  std::unique_ptr<::sql::Connection> connection_;
  std::unique_ptr<::sql::Statement> text_;
  std::unordered_map<std::string, Prepared, Hash, std::equal_to<>> prepared_;
  uint64_t uses_ = 0;
  absl::Duration limit_ = absl::ZeroDuration();
  bool broken_ = false;
  bool doomed_ = false;
  bool retryable_ = false;
  bool in_transaction_ = false;
  int last_number_ = 0;
  absl::Time created_;
  absl::Time last_used_;
};

}  // namespace ip::sql

#endif  // LIB_SQL_CONNECTION_H_
