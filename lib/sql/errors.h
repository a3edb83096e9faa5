// The one place that knows what the database's error numbers mean to us.
#ifndef LIB_SQL_ERRORS_H_
#define LIB_SQL_ERRORS_H_

#include <string_view>

#include "absl/status/status.h"

namespace ip::sql {

// What becomes of the connection and of the transaction that was open on it.
enum class Fate {
  kKeep,      // the connection is good; an open transaction may go on
  kRollback,  // the connection is good after ROLLBACK
  kDiscard,   // the connection must never be used again
};

struct ErrorRule {
  int number;
  absl::StatusCode code;
  Fate fate;
  // The whole transaction may be run again, as long as its COMMIT was not sent.
  bool retry;
  // COMMIT answered this: certainly nothing was committed.
  bool undone_at_commit = false;
};

// The rule for an error number of server or client library; unknown ones are INTERNAL and discard.
const ErrorRule& RuleFor(int number);

// What a client of the suite may see of it: a code, a reason and a way out; never the database's
// words.
absl::Status MaskedStatus(absl::StatusCode code);

// UNAVAILABLE / COMMIT_OUTCOME_UNKNOWN: the answer to COMMIT was lost.
absl::Status CommitOutcomeUnknown();
bool IsCommitOutcomeUnknown(const absl::Status& status);

}  // namespace ip::sql

#endif  // LIB_SQL_ERRORS_H_
