#include "lib/sql/connection.h"

#include <cppconn/exception.h>
#include <cppconn/resultset.h>
#include <mysql_driver.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "absl/strings/str_cat.h"
#include "lib/base/clock.h"
#include "lib/base/errors.h"
#include "lib/base/log.h"
#include "lib/sql/errors.h"

namespace ip::sql {
namespace {

constexpr size_t kMaxPrepared = 64;
constexpr int kUnknownNumber = -1;
constexpr int kDeadlock = 1213;
constexpr size_t kTagBytes = 60;

// Statement limits are rounded up to these, so that a session rarely has to be told a new one.
const std::array kSteps = {absl::Milliseconds(50),  absl::Milliseconds(100),
                           absl::Milliseconds(250), absl::Milliseconds(500),
                           absl::Seconds(1),        absl::Milliseconds(2500),
                           absl::Seconds(5),        absl::Seconds(30)};

// The connector initialises itself unlocked; a function-local static makes that happen once.
::sql::mysql::MySQL_Driver& Driver() {
  static ::sql::mysql::MySQL_Driver* driver = ::sql::mysql::get_mysql_driver_instance();
  return *driver;
}

void EnterThread() {
  struct Guard {
    Guard() { Driver().threadInit(); }
    ~Guard() { Driver().threadEnd(); }
  };
  static thread_local Guard guard;
}

// Enough of a statement to recognise it. Values are bound, and what is quoted is cut off: a
// password.
std::string Tag(std::string_view sql) {
  std::string tag(sql.substr(0, std::min(sql.find_first_of("'\""), kTagBytes)));
  std::replace(tag.begin(), tag.end(), '\n', ' ');
  return tag;
}

void LogFailure(std::string_view sql, int number, const std::string& state) {
  const absl::StatusCode code = RuleFor(number).code;
  const Severity severity = code == absl::StatusCode::kInternal        ? Severity::kError
                            : code == absl::StatusCode::kUnavailable   ? Severity::kWarning
                            : code == absl::StatusCode::kAlreadyExists ? Severity::kDebug
                                                                       : Severity::kInfo;
  Log(severity, "sql_failed",
      {{"errno", int64_t{number}}, {"sqlstate", state}, {"statement", Tag(sql)}});
}

absl::Status Refused(int number) {
  return Error(absl::StatusCode::kInternal, "DATABASE_REFUSED",
               absl::StrCat("The database refused the connection (error ", number,
                            "). Check user, password file, schema name and TLS authority."));
}

void Bind(::sql::PreparedStatement& statement, unsigned index, const Value& value) {
  struct Binder {
    ::sql::PreparedStatement& statement;
    unsigned index;
    void operator()(std::nullptr_t) const { statement.setNull(index, 0); }
    void operator()(bool v) const { statement.setBoolean(index, v); }
    void operator()(int64_t v) const { statement.setInt64(index, v); }
    void operator()(double v) const { statement.setDouble(index, v); }
    void operator()(const std::string& v) const { statement.setString(index, v); }
    void operator()(absl::Time v) const { statement.setDateTime(index, FormatDateTime(v)); }
    void operator()(absl::CivilDay v) const {
      statement.setDateTime(index, absl::FormatCivilTime(v));
    }
  };
  std::visit(Binder{statement, index}, value.storage());
}

void BindAll(::sql::PreparedStatement& statement, const Values& values) {
  for (size_t i = 0; i < values.size(); ++i) {
    Bind(statement, static_cast<unsigned>(i + 1), values[i]);
  }
}

::sql::ConnectOptionsMap ConnectOptions(const Options& options, const std::string& password) {
  ::sql::ConnectOptionsMap map;
  map["hostName"] = options.socket.empty() ? absl::StrCat("tcp://", options.host, ":", options.port)
                                           : absl::StrCat("unix://", options.socket);
  map["userName"] = options.user;
  map["password"] = password;
  if (!options.schema.empty()) map["schema"] = options.schema;
  map["OPT_CHARSET_NAME"] = std::string("utf8mb4");
  map["CLIENT_FOUND_ROWS"] = true;
  const int limit = static_cast<int>(std::ceil(absl::ToDoubleSeconds(options.statement_limit)));
  map["OPT_CONNECT_TIMEOUT"] = 2;
  map["OPT_READ_TIMEOUT"] = limit + 2;
  map["OPT_WRITE_TIMEOUT"] = limit + 2;
  if (!options.ssl_ca.empty()) {
    map["sslCA"] = options.ssl_ca;
    map["sslVerify"] = true;
  }
  return map;
}

}  // namespace

template <class F>
auto Connection::Guarded(std::string_view sql, const F& f) -> decltype(f()) {
  EnterThread();
  try {
    return f();
  } catch (const ::sql::SQLException& e) {
    return Failed(sql, e.getErrorCode(), e.getSQLState());
  } catch (const std::exception&) {
    return Failed(sql, kUnknownNumber, "");
  }
}

absl::Status Connection::Failed(std::string_view sql, int number, const std::string& state) {
  const ErrorRule& rule = RuleFor(number);
  LogFailure(sql, number, state);
  last_number_ = number;
  retryable_ = rule.retry;
  if (rule.fate == Fate::kDiscard) broken_ = true;
  if (rule.fate != Fate::kKeep) doomed_ = in_transaction_;
  return MaskedStatus(rule.code);
}

absl::StatusOr<std::unique_ptr<Connection>> Connection::Connect(const Options& options,
                                                                const std::string& password) {
  std::unique_ptr<Connection> self(new Connection(options));
  absl::Status status = self->Guarded("CONNECT", [&] {
    auto map = ConnectOptions(options, password);
    self->connection_.reset(Driver().connect(map));
    self->text_.reset(self->connection_->createStatement());
    // The connector itself sets REPEATABLE READ when it connects.
    self->text_->execute("SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED");
    self->text_->execute(
        absl::StrCat("SET time_zone = '+00:00', innodb_lock_wait_timeout = 5, sql_mode = "
                     "'STRICT_ALL_TABLES,NO_ZERO_DATE,NO_ZERO_IN_DATE,ERROR_FOR_DIVISION_BY_ZERO,"
                     "NO_ENGINE_SUBSTITUTION'",
                     options.causal_reads ? ", wsrep_sync_wait = 1" : ""));
    return absl::OkStatus();
  });
  if (absl::IsInternal(status)) return Refused(self->last_number_);
  if (!status.ok()) return status;
  self->created_ = SystemClock().Now();
  self->Touch();
  return self;
}

Connection::~Connection() {
  EnterThread();
  try {
    prepared_.clear();
    text_.reset();
    connection_.reset();
  } catch (const std::exception&) {
    // The server closes what is left.
  }
}

absl::Status Connection::Ready(std::string_view sql, absl::Time deadline) {
  if (broken_ || doomed_) return MaskedStatus(absl::StatusCode::kAborted);
  const absl::Duration remaining = deadline - SystemClock().Now();
  if (remaining <= absl::ZeroDuration()) {
    return MaskedStatus(absl::StatusCode::kDeadlineExceeded);
  }
  return Guarded(sql, [&] {
    LimitStatements(remaining);
    return absl::OkStatus();
  });
}

void Connection::LimitStatements(absl::Duration remaining) {
  absl::Duration limit = options_.statement_limit;
  const auto step =
      std::find_if(kSteps.begin(), kSteps.end(), [&](absl::Duration d) { return d >= remaining; });
  if (step != kSteps.end()) limit = std::min(limit, *step);
  if (limit == limit_) return;
  text_->execute(absl::StrCat("SET max_statement_time = ", absl::ToDoubleSeconds(limit)));
  limit_ = limit;
}

// Galera loses the news that it rolled a transaction back when that happens while a statement is
// being prepared; what follows would be committed one by one (tests/fault/galera-cluster shows it).
void Connection::CheckInTransaction() {
  std::unique_ptr<::sql::ResultSet> result(text_->executeQuery("SELECT @@in_transaction"));
  if (!result->next() || result->getInt(1) != 1) {
    throw ::sql::SQLException("transaction is gone", "40001", kDeadlock);
  }
}

::sql::PreparedStatement& Connection::Prepare(std::string_view sql) {
  auto found = prepared_.find(sql);
  if (found == prepared_.end()) {
    if (prepared_.size() >= kMaxPrepared) {
      prepared_.erase(std::min_element(
          prepared_.begin(), prepared_.end(),
          [](const auto& a, const auto& b) { return a.second.last_use < b.second.last_use; }));
    }
    std::string text(sql);
    std::unique_ptr<::sql::PreparedStatement> statement(connection_->prepareStatement(text));
    found = prepared_.emplace(std::move(text), Prepared{std::move(statement)}).first;
    if (in_transaction_) CheckInTransaction();
  }
  found->second.last_use = ++uses_;
  return *found->second.statement;
}

absl::Status Connection::Query(std::string_view sql, const Values& values, absl::Time deadline,
                               const std::function<absl::Status(const Row&)>& fn) {
  if (absl::Status ready = Ready(sql, deadline); !ready.ok()) return ready;
  return Guarded(sql, [&]() -> absl::Status {
    ::sql::PreparedStatement& statement = Prepare(sql);
    BindAll(statement, values);
    std::unique_ptr<::sql::ResultSet> result(statement.executeQuery());
    const Row row(*result);
    while (result->next()) {
      absl::Status status = fn(row);
      if (!row.problem().empty()) {
        Log(Severity::kError, "sql_row_unreadable",
            {{"problem", row.problem()}, {"statement", Tag(sql)}});
        return MaskedStatus(absl::StatusCode::kInternal);
      }
      if (!status.ok()) return status;
    }
    return absl::OkStatus();
  });
}

absl::StatusOr<int64_t> Connection::Execute(std::string_view sql, const Values& values,
                                            absl::Time deadline) {
  if (absl::Status ready = Ready(sql, deadline); !ready.ok()) return ready;
  return Guarded(sql, [&]() -> absl::StatusOr<int64_t> {
    ::sql::PreparedStatement& statement = Prepare(sql);
    BindAll(statement, values);
    return statement.executeUpdate();
  });
}

absl::Status Connection::Run(std::string_view sql, absl::Time deadline) {
  if (absl::Status ready = Ready(sql, deadline); !ready.ok()) return ready;
  return Guarded(sql, [&] {
    text_->execute(std::string(sql));
    return absl::OkStatus();
  });
}

absl::Status Connection::Begin(absl::Time deadline) {
  doomed_ = retryable_ = false;
  absl::Status status = Run("START TRANSACTION", deadline);
  in_transaction_ = status.ok();
  return status;
}

absl::Status Connection::Commit() {
  absl::Status status = Guarded("COMMIT", [&] {
    text_->execute("COMMIT");
    in_transaction_ = false;
    return absl::OkStatus();
  });
  if (status.ok()) return status;
  if (RuleFor(last_number_).undone_at_commit) return status;
  broken_ = true;
  retryable_ = false;
  return CommitOutcomeUnknown();
}

void Connection::Rollback() {
  const absl::Status status = Guarded("ROLLBACK", [&] {
    if (!broken_) text_->execute("ROLLBACK");
    return absl::OkStatus();
  });
  if (!status.ok()) broken_ = true;
  in_transaction_ = doomed_ = false;
}

bool Connection::Alive() {
  return Guarded(
             "PING",
             [&] { return connection_->isValid() ? absl::OkStatus() : absl::UnavailableError(""); })
      .ok();
}

void Connection::Touch() { last_used_ = SystemClock().Now(); }

}  // namespace ip::sql
