// The way to the database. Only lib/sql touches Connector/C++; no exception of it leaves this
// folder.
//
// Times are stored as DATETIME(6) in UTC; sessions run READ COMMITTED in strict mode with affected
// rows meaning *found* rows. Errors have the codes of lib/sql/errors.cc with masked messages.
#ifndef LIB_SQL_POOL_H_
#define LIB_SQL_POOL_H_

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "lib/sql/row.h"
#include "lib/sql/value.h"

namespace ip::sql {

struct Options {
  std::string host = "127.0.0.1";
  int port = 3306;
  std::string socket;  // path of a unix socket; wins over host and port
  std::string user;
  std::string password_file;  // "" means no password
  std::string schema;
  // PEM file with the authority that signed the server's certificate. Required for a host that is
  // not this machine, unless `allow_plaintext`.
  std::string ssl_ca;
  bool allow_plaintext = false;
  int pool_size = 16;
  // Galera: reads wait until the node has applied what was committed on the others
  // (wsrep_sync_wait).
  bool causal_reads = false;
  // The longest a single statement may run, whatever the deadline.
  absl::Duration statement_limit = absl::Seconds(5);
  // The longest that Acquire waits for a free session, whatever the deadline.
  absl::Duration acquire_limit = absl::Seconds(1);
};

class Connection;
class Pool;

// A leased connection; goes back to the pool when it dies. One thread at a time.
// Each statement ends within the deadline of the lease (roughly: up to twice the time that is left)
// and within Options::statement_limit, with DEADLINE_EXCEEDED.
class Session {
 public:
  Session(Session&& other) noexcept;
  Session& operator=(Session&& other) = delete;
  ~Session();

  // Calls fn(const Row&) for each row. fn returns nothing, or an absl::Status that ends the reading
  // and is what Query answers. fn must not use this session. Bind values, never build SQL from
  // them.
  template <class Fn>
  absl::Status Query(std::string_view sql, const Values& values, Fn&& fn) {
    return QueryRows(sql, values, [&fn](const Row& row) -> absl::Status {
      if constexpr (std::is_void_v<std::invoke_result_t<Fn&, const Row&>>) {
        fn(row);
        return absl::OkStatus();
      } else {
        return fn(row);
      }
    });
  }

  // fn(row) of the first row, or nothing when there is none.
  template <class Fn, class T = std::invoke_result_t<Fn&, const Row&>>
  absl::StatusOr<std::optional<T>> QueryOne(std::string_view sql, const Values& values, Fn&& fn) {
    std::optional<T> first;
    absl::Status status = Query(sql, values, [&](const Row& row) {
      if (!first) first = fn(row);
    });
    if (!status.ok()) return status;
    return first;
  }

  // Runs INSERT, UPDATE or DELETE; answers how many rows it inserted, found or deleted.
  absl::StatusOr<int64_t> Execute(std::string_view sql, const Values& values = {});

  // Runs one constant statement in the text protocol, without values: DDL, SET.
  absl::Status Run(std::string_view sql);

  absl::Time deadline() const { return deadline_; }

 private:
  friend class Pool;
  friend absl::Status Transact(Pool&, absl::Time, const std::function<absl::Status(Session&)>&);

  Session(Pool* pool, std::unique_ptr<Connection> connection, absl::Time deadline);
  absl::Status QueryRows(std::string_view sql, const Values& values,
                         const std::function<absl::Status(const Row&)>& fn);

  Pool* pool_;
  std::unique_ptr<Connection> connection_;
  absl::Time deadline_;
};

// A bounded set of connections to one schema. Thread-safe; must outlive its sessions.
class Pool {
 public:
  // Connects lazily, so a server may start before its database does.
  // Errors: INVALID_ARGUMENT for options that cannot work or are not safe.
  static absl::StatusOr<std::unique_ptr<Pool>> Open(const Options& options);
  ~Pool();

  // Errors: RESOURCE_EXHAUSTED when no session became free in time, UNAVAILABLE when the database
  // cannot be reached, INTERNAL when it refuses us.
  absl::StatusOr<Session> Acquire(absl::Time deadline);

  // For readiness: a round trip to the database.
  absl::Status Ping(absl::Time deadline);

  const Options& options() const { return options_; }
  // For metrics: how many connections are open, and how many of them are leased.
  int open() const;
  int in_use() const;

 private:
  friend class Session;

  Pool(Options options, std::string password);
  std::unique_ptr<Connection> TakeIdle() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Release(std::unique_ptr<Connection> connection);

  const Options options_;
  const std::string password_;
  mutable absl::Mutex mutex_;
  absl::CondVar freed_;
  std::vector<std::unique_ptr<Connection>> idle_ ABSL_GUARDED_BY(mutex_);  // last in, first out
  int open_ ABSL_GUARDED_BY(mutex_) = 0;
};

// Runs fn in a transaction and commits when it answers OK; everything else rolls back and is
// answered. fn may run up to five times (deadlock, lost connection before COMMIT) and so must not
// keep state across runs. Errors: those of fn; ABORTED when it lost each time; UNAVAILABLE /
// COMMIT_OUTCOME_UNKNOWN when nobody can say whether it was committed (IsCommitOutcomeUnknown).
absl::Status Transact(Pool& pool, absl::Time deadline,
                      const std::function<absl::Status(Session&)>& fn);

}  // namespace ip::sql

#endif  // LIB_SQL_POOL_H_
