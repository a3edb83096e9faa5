// The ordered feed of what happened in a service, for other services to follow.
//
// A writer appends within its own transaction. Rows get their place in the feed after they were
// committed, so the feed has no gaps and never passes by a row whose transaction committed late.
// Tables: lib/outbox/schema.
#ifndef LIB_OUTBOX_OUTBOX_H_
#define LIB_OUTBOX_OUTBOX_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "lib/sql/pool.h"

namespace ip::outbox {

struct Entry {
  int64_t seq = 0;        // 1, 2, 3, … without gaps
  std::string aggregate;  // what it is about, e.g. "plans/…"
  int64_t revision = 0;   // of the aggregate; entries of one aggregate come in this order
  std::string payload;
  absl::Time create_time;
};

// Adds an entry to the session's transaction. No personal data but pseudonymous ids in the payload.
absl::Status Append(sql::Session& session, std::string_view aggregate, int64_t revision,
                    std::string_view payload, absl::Time now);

// Gives committed entries their place; answers how many (at most 500 at a time, 0 when all have
// one). Any number of replicas may do this at once. Errors: those of sql::Transact.
absl::StatusOr<int> NumberNew(sql::Pool& pool, absl::Time deadline);

// The entries after a place, in order.
absl::StatusOr<std::vector<Entry>> Read(sql::Pool& pool, int64_t after_seq, int limit,
                                        absl::Time deadline);

// The last place that was given, 0 when there is none.
absl::StatusOr<int64_t> LastSeq(sql::Pool& pool, absl::Time deadline);

// A place as consumers see it: opaque. "" is the beginning.
std::string EncodeCursor(int64_t seq);
// Errors: INVALID_ARGUMENT naming `field` for what EncodeCursor never made.
absl::StatusOr<int64_t> DecodeCursor(std::string_view cursor, std::string_view field = "cursor");

}  // namespace ip::outbox

#endif  // LIB_OUTBOX_OUTBOX_H_
