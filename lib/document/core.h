// What lib/document/store.h does, in terms of bytes. Services use Store.
#ifndef LIB_DOCUMENT_CORE_H_
#define LIB_DOCUMENT_CORE_H_

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "lib/base/clock.h"
#include "lib/crypto/cipher.h"
#include "lib/document/key.h"
#include "lib/outbox/feed.h"
#include "lib/sql/pool.h"

namespace ip::document {

// Who changes what, why, and how a repetition is recognised.
struct Context {
  std::string actor;         // Caller::Subject()
  std::string action;        // the method's name
  std::string reason;        // in their own words, may be ""; stored encrypted
  std::string request_id;    // "" means that a repetition is carried out again
  std::string payload_hash;  // 32 bytes over the request without its request id
  absl::Time deadline;
  // More rows that belong to this change, written in its transaction after the projections; may be
  // empty, and may run twice. A repetition does not run it.
  std::function<absl::Status(sql::Session&)> also = nullptr;
};

// Finds the name to change, in the transaction that changes it; see Store::MutateNext.
using Pick = std::function<absl::StatusOr<std::string>(sql::Session&)>;

// One aggregate type of a service. What it points to must outlive the store.
struct Config {
  sql::Pool* pool = nullptr;
  const crypto::Cipher* cipher = nullptr;
  const Clock* clock = nullptr;  // business time of revisions
  outbox::Feed* feed = nullptr;  // nudged after a commit with an event; may be null
  std::string table;             // "plan": the tables plan and plan_revision (lib/document/schema)
  std::string resource;          // the word in "There is no such …", e.g. "plan"
  // Gives each aggregate a key of its own when it is written next. A version that does not know
  // such keys cannot read it any more, so only when none of that runs (docs/operations.md).
  bool own_keys = false;
};

// One line of the history.
struct RevisionInfo {
  int64_t revision = 0;
  std::string actor;
  std::string action;
  std::string reason;
  absl::Time create_time;
};

struct Record {
  std::string name;
  int64_t revision = 0;
  absl::Time create_time;  // of the aggregate; set by reading the head and by writing
  absl::Time update_time;  // of this revision
  std::string bytes;
};

class Core {
 public:
  // What one run of a change wants written.
  struct Draft {
    std::string bytes;
    std::string result;
    std::optional<std::string> event;
    std::function<absl::Status(sql::Session&)> project;
  };
  // Pure; may run twice. `before` is null when the aggregate is created; `next` has no bytes yet.
  using Make = std::function<absl::StatusOr<Draft>(const Record* before, const Record& next)>;
  enum class Mode { kCreate, kChange };
  struct Written {
    Record record;
    std::string result;
    bool replayed = false;
    bool made = false;  // the record is what the last run of `make` gave
  };

  explicit Core(Config config);

  absl::StatusOr<Record> Get(absl::Time deadline, const std::string& name) const;
  absl::StatusOr<Record> GetRevision(absl::Time deadline, const std::string& name,
                                     int64_t revision) const;
  absl::StatusOr<Record> GetAsOf(absl::Time deadline, const std::string& name,
                                 absl::Time time) const;
  absl::StatusOr<std::vector<RevisionInfo>> ListRevisions(absl::Time deadline,
                                                          const std::string& name, int64_t before,
                                                          int limit) const;
  absl::StatusOr<Written> Write(const Context& ctx, const std::string& name, Mode mode,
                                const Make& make, const Pick& pick = nullptr) const;

 private:
  struct Attempt;

  absl::Status CheckName(const std::string& name) const;
  absl::Status NoSuch() const;
  std::string Aad(std::string_view table, const std::string& name, int64_t revision) const;
  absl::StatusOr<Key> KeyOf(const std::string& name, std::optional<std::string> stored) const;
  absl::StatusOr<std::string> Open(const Key& key, const std::string& sealed,
                                   const std::string& aad) const;
  // Sets `key` to the one that what it read was opened with.
  absl::StatusOr<std::optional<Record>> ReadHead(sql::Session& session, const std::string& sql,
                                                 const std::string& name,
                                                 std::optional<Key>& key) const;
  absl::StatusOr<Record> ReadRevision(absl::Time deadline, const std::string& sql,
                                      const sql::Values& values, const std::string& name) const;
  absl::StatusOr<Record> ReadRevision(sql::Session& session, const std::string& sql,
                                      const sql::Values& values, const std::string& name) const;
  absl::StatusOr<std::optional<Written>> Replay(sql::Session& session, const Context& ctx,
                                                std::string_view lock) const;
  absl::Status RunOnce(sql::Session& session, Attempt& attempt) const;
  absl::Status Save(sql::Session& session, Attempt& attempt, const Draft& draft) const;
  absl::Status RecordRequest(sql::Session& session, Attempt& attempt, const Draft& draft) const;
  absl::StatusOr<Written> Settle(const Context& ctx, const absl::Status& unknown) const;

  const Config config_;
  const std::string revision_table_;
  const std::string select_head_, lock_head_, insert_head_, update_head_;
  const std::string revision_and_head_, select_revision_, select_as_of_, list_revisions_,
      insert_revision_;
};

}  // namespace ip::document

#endif  // LIB_DOCUMENT_CORE_H_
