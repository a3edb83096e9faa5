#include "lib/outbox/outbox.h"

#include "absl/strings/escaping.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "lib/base/errors.h"

namespace ip::outbox {
namespace {

constexpr int kMaxNumbered = 500;
constexpr char kCursorPrefix[] = "seq:";

constexpr char kAppend[] =
    "INSERT INTO outbox (aggregate, revision, payload, create_time) VALUES (?, ?, ?, ?)";
constexpr char kAnyNew[] = "SELECT id FROM outbox WHERE seq IS NULL LIMIT 1";
constexpr char kLockHead[] = "SELECT last_seq FROM outbox_head WHERE id = 1 FOR UPDATE";
constexpr char kLastSeq[] = "SELECT last_seq FROM outbox_head WHERE id = 1";
// Without a lock, so it sees committed rows only and waits for nobody.
constexpr char kSelectNew[] = "SELECT id FROM outbox WHERE seq IS NULL ORDER BY id LIMIT ?";
constexpr char kNumber[] = "UPDATE outbox SET seq = ? WHERE id = ?";
constexpr char kMoveHead[] = "UPDATE outbox_head SET last_seq = ? WHERE id = 1";
constexpr char kRead[] =
    "SELECT seq, aggregate, revision, payload, create_time FROM outbox WHERE seq > ?"
    " ORDER BY seq LIMIT ?";

int64_t FirstColumn(const sql::Row& row) { return row.Int64(0); }

absl::StatusOr<int> NumberIn(sql::Session& session) {
  auto last = session.QueryOne(kLockHead, {}, FirstColumn);
  if (!last.ok()) return last.status();
  if (!*last) return absl::InternalError("The row of outbox_head is missing.");
  std::vector<int64_t> ids;
  absl::Status status = session.Query(kSelectNew, {kMaxNumbered},
                                      [&](const sql::Row& row) { ids.push_back(row.Int64(0)); });
  int64_t seq = **last;
  for (size_t i = 0; status.ok() && i < ids.size(); ++i) {
    status = session.Execute(kNumber, {++seq, ids[i]}).status();
  }
  if (status.ok() && !ids.empty()) status = session.Execute(kMoveHead, {seq}).status();
  if (!status.ok()) return status;
  return static_cast<int>(ids.size());
}

}  // namespace

absl::Status Append(sql::Session& session, std::string_view aggregate, int64_t revision,
                    std::string_view payload, absl::Time now) {
  return session.Execute(kAppend, {aggregate, revision, payload, now}).status();
}

absl::StatusOr<int> NumberNew(sql::Pool& pool, absl::Time deadline) {
  {
    auto session = pool.Acquire(deadline);
    if (!session.ok()) return session.status();
    auto any = session->QueryOne(kAnyNew, {}, FirstColumn);
    if (!any.ok()) return any.status();
    if (!*any) return 0;
  }
  int count = 0;
  absl::Status status = sql::Transact(pool, deadline, [&](sql::Session& session) {
    auto numbered = NumberIn(session);
    count = numbered.value_or(0);
    return numbered.status();
  });
  if (!status.ok()) return status;
  return count;
}

absl::StatusOr<std::vector<Entry>> Read(sql::Pool& pool, int64_t after_seq, int limit,
                                        absl::Time deadline) {
  auto session = pool.Acquire(deadline);
  if (!session.ok()) return session.status();
  std::vector<Entry> entries;
  absl::Status status = session->Query(kRead, {after_seq, limit}, [&](const sql::Row& row) {
    entries.push_back({row.Int64(0), row.String(1), row.Int64(2), row.String(3), row.Time(4)});
  });
  if (!status.ok()) return status;
  return entries;
}

absl::StatusOr<int64_t> LastSeq(sql::Pool& pool, absl::Time deadline) {
  auto session = pool.Acquire(deadline);
  if (!session.ok()) return session.status();
  auto last = session->QueryOne(kLastSeq, {}, FirstColumn);
  if (!last.ok()) return last.status();
  return last->value_or(0);
}

std::string EncodeCursor(int64_t seq) {
  if (seq == 0) return "";
  return absl::WebSafeBase64Escape(absl::StrCat(kCursorPrefix, seq));
}

absl::StatusOr<int64_t> DecodeCursor(std::string_view cursor, std::string_view field) {
  int64_t seq = 0;
  std::string text;
  if (cursor.empty()) return seq;
  if (absl::WebSafeBase64Unescape({cursor.data(), cursor.size()}, &text)) {
    absl::string_view digits = text;
    if (absl::ConsumePrefix(&digits, kCursorPrefix) && absl::SimpleAtoi(digits, &seq) && seq > 0 &&
        EncodeCursor(seq) == cursor) {
      return seq;
    }
  }
  return InvalidField(field,
                      "Send a cursor as you got it from this feed, or nothing to begin anew.");
}

}  // namespace ip::outbox
