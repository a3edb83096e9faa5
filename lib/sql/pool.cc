#include "lib/sql/pool.h"

#include <algorithm>
#include <fstream>
#include <sstream>
#include <utility>

#include "absl/strings/ascii.h"
#include "lib/base/clock.h"
#include "lib/base/errors.h"
#include "lib/sql/connection.h"
#include "lib/sql/errors.h"

namespace ip::sql {
namespace {

constexpr absl::Duration kValidateAfter = absl::Seconds(5);
constexpr absl::Duration kMaxAge = absl::Minutes(30);

bool IsThisMachine(const Options& options) {
  return !options.socket.empty() || options.host == "127.0.0.1" || options.host == "localhost";
}

absl::StatusOr<std::string> ReadPassword(const std::string& file) {
  if (file.empty()) return "";
  std::ifstream in(file);
  std::ostringstream text;
  text << in.rdbuf();
  if (!in) return InvalidField("db_password_file", "The file cannot be read.");
  std::string password = text.str();
  absl::StripTrailingAsciiWhitespace(&password);
  return password;
}

}  // namespace

Session::Session(Pool* pool, std::unique_ptr<Connection> connection, absl::Time deadline)
    : pool_(pool), connection_(std::move(connection)), deadline_(deadline) {}

Session::Session(Session&& other) noexcept = default;

Session::~Session() {
  if (connection_ != nullptr) pool_->Release(std::move(connection_));
}

absl::Status Session::QueryRows(std::string_view sql, const Values& values,
                                const std::function<absl::Status(const Row&)>& fn) {
  return connection_->Query(sql, values, deadline_, fn);
}

absl::StatusOr<int64_t> Session::Execute(std::string_view sql, const Values& values) {
  return connection_->Execute(sql, values, deadline_);
}

absl::Status Session::Run(std::string_view sql) { return connection_->Run(sql, deadline_); }

absl::StatusOr<std::unique_ptr<Pool>> Pool::Open(const Options& options) {
  if (options.pool_size < 1) return InvalidField("db_pool_size", "It must be at least 1.");
  if (options.ssl_ca.empty() && !IsThisMachine(options) && !options.allow_plaintext) {
    return InvalidField(
        "db_ssl_ca",
        "A database on another machine needs TLS: name the PEM file of the authority "
        "that signed its certificate.");
  }
  absl::StatusOr<std::string> password = ReadPassword(options.password_file);
  if (!password.ok()) return password.status();
  return std::unique_ptr<Pool>(new Pool(options, *std::move(password)));
}

Pool::Pool(Options options, std::string password)
    : options_(std::move(options)), password_(std::move(password)) {}

Pool::~Pool() = default;

std::unique_ptr<Connection> Pool::TakeIdle() {
  if (idle_.empty()) return nullptr;
  std::unique_ptr<Connection> connection = std::move(idle_.back());
  idle_.pop_back();
  return connection;
}

absl::StatusOr<Session> Pool::Acquire(absl::Time deadline) {
  const absl::Time give_up = std::min(deadline, SystemClock().Now() + options_.acquire_limit);
  std::unique_ptr<Connection> connection;
  {
    absl::MutexLock lock(&mutex_);
    while (idle_.empty() && open_ >= options_.pool_size) {
      if (freed_.WaitWithDeadline(&mutex_, give_up) && idle_.empty() &&
          open_ >= options_.pool_size) {
        return MaskedStatus(absl::StatusCode::kResourceExhausted);
      }
    }
    connection = TakeIdle();
    if (connection == nullptr) ++open_;
  }
  if (connection != nullptr) {
    const absl::Time now = SystemClock().Now();
    const bool stale = now - connection->created() > kMaxAge ||
                       (now - connection->last_used() > kValidateAfter && !connection->Alive());
    if (!stale) return Session(this, std::move(connection), deadline);
    connection.reset();
  }
  absl::StatusOr<std::unique_ptr<Connection>> fresh = Connection::Connect(options_, password_);
  if (!fresh.ok()) {
    absl::MutexLock lock(&mutex_);
    --open_;
    freed_.Signal();
    return fresh.status();
  }
  return Session(this, *std::move(fresh), deadline);
}

void Pool::Release(std::unique_ptr<Connection> connection) {
  if (connection->in_transaction()) connection->Rollback();
  const bool broken = connection->broken();
  if (broken) connection.reset();
  std::vector<std::unique_ptr<Connection>> suspects;  // closed outside the lock
  {
    absl::MutexLock lock(&mutex_);
    freed_.Signal();
    if (broken) {
      // What broke one connection has mostly broken the idle ones too: a restart, a lost node.
      suspects.swap(idle_);
      open_ -= 1 + static_cast<int>(suspects.size());
      freed_.SignalAll();
    } else {
      connection->Touch();
      idle_.push_back(std::move(connection));
    }
  }
}

absl::Status Pool::Ping(absl::Time deadline) {
  absl::StatusOr<Session> session = Acquire(deadline);
  if (!session.ok()) return session.status();
  return session->Query("SELECT 1", {}, [](const Row&) {});
}

int Pool::open() const {
  absl::MutexLock lock(&mutex_);
  return open_;
}

int Pool::in_use() const {
  absl::MutexLock lock(&mutex_);
  return open_ - static_cast<int>(idle_.size());
}

}  // namespace ip::sql
