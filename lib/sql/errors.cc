#include "lib/sql/errors.h"

#include "lib/base/errors.h"

namespace ip::sql {
namespace {

using Code = absl::StatusCode;

constexpr std::string_view kCommitUnknown = "COMMIT_OUTCOME_UNKNOWN";

constexpr ErrorRule kRules[] = {
    // number, code, fate, retry, undone at commit
    {1062, Code::kAlreadyExists, Fate::kKeep, false},     // duplicate key
    {1213, Code::kAborted, Fate::kRollback, true, true},  // deadlock, Galera certification
    {1205, Code::kAborted, Fate::kRollback, true},        // lock wait; only the statement is undone
    {1020, Code::kAborted, Fate::kRollback, true, true},  // record has changed since last read
    {1180, Code::kAborted, Fate::kRollback, true},        // error during commit
    {1047, Code::kUnavailable, Fate::kDiscard, true},     // Galera: node is not in the primary part
    {1969, Code::kDeadlineExceeded, Fate::kRollback, false},  // max_statement_time
    {1317, Code::kUnavailable, Fate::kRollback, false},       // query killed, mostly at shutdown
    {1451, Code::kFailedPrecondition, Fate::kKeep, false},    // foreign key, parent
    {1452, Code::kFailedPrecondition, Fate::kKeep, false},    // foreign key, child
    {1040, Code::kResourceExhausted, Fate::kDiscard, false},  // too many connections
    {1203, Code::kResourceExhausted, Fate::kDiscard, false},  // too many connections of this user
    {1461, Code::kResourceExhausted, Fate::kDiscard, false},  // too many prepared statements
    {1053, Code::kUnavailable, Fate::kDiscard, true},         // server shuts down
    {1290, Code::kUnavailable, Fate::kDiscard, false},        // read-only server
    {1836, Code::kUnavailable, Fate::kDiscard, false},        // read-only mode
    {1927, Code::kUnavailable, Fate::kDiscard, true},         // connection was killed
    {2002, Code::kUnavailable, Fate::kDiscard, true},         // no connection over the socket
    {2003, Code::kUnavailable, Fate::kDiscard, true},         // no connection over TCP
    {2006, Code::kUnavailable, Fate::kDiscard, true},         // server has gone away
    {2013, Code::kUnavailable, Fate::kDiscard, true},    // connection lost during the statement
    {2055, Code::kUnavailable, Fate::kDiscard, true},    // connection lost, with system error
    {1044, Code::kInternal, Fate::kKeep, false},         // access to the database denied
    {1045, Code::kInternal, Fate::kDiscard, false},      // user or password wrong
    {1049, Code::kInternal, Fate::kDiscard, false},      // unknown database
    {1142, Code::kInternal, Fate::kKeep, false},         // privilege is missing
    {1146, Code::kInternal, Fate::kKeep, false},         // no such table
    {1267, Code::kInvalidArgument, Fate::kKeep, false},  // a key compared with text beyond its set
    {1264, Code::kInternal, Fate::kKeep, false},         // out of range: a validation hole
    {1292, Code::kInternal, Fate::kKeep, false},         // no valid date or number
    {1366, Code::kInternal, Fate::kKeep, false},         // not UTF-8
    {1406, Code::kInternal, Fate::kKeep, false},         // too long
    {4025, Code::kInternal, Fate::kKeep, false},         // CHECK constraint
};
constexpr ErrorRule kUnknown = {0, Code::kInternal, Fate::kDiscard, false};

}  // namespace

const ErrorRule& RuleFor(int number) {
  for (const ErrorRule& rule : kRules) {
    if (rule.number == number) return rule;
  }
  return kUnknown;
}

absl::Status MaskedStatus(absl::StatusCode code) {
  switch (code) {
    case Code::kAlreadyExists:
      return Error(code, "ALREADY_EXISTS", "This exists already.");
    case Code::kAborted:
      return Error(code, "CONFLICT", "Somebody changed the same data just now. Try again.");
    case Code::kDeadlineExceeded:
      return Error(code, "DEADLINE_EXCEEDED", "There was not enough time left. Try again.");
    case Code::kFailedPrecondition:
      return Error(code, "STILL_REFERENCED", "Something else still refers to this, or is missing.");
    case Code::kResourceExhausted:
      return Error(code, "OVERLOADED", "Too much is going on just now. Try again in a moment.");
    case Code::kInvalidArgument:
      return Error(code, "INVALID_REQUEST", "A name or id holds characters that no name has.");
    case Code::kUnavailable:
      return Error(code, "DATABASE_UNAVAILABLE",
                   "The database cannot be reached just now. Try again in a moment.");
    default:
      return Error(Code::kInternal, "INTERNAL", "Something went wrong in the database layer.");
  }
}

absl::Status CommitOutcomeUnknown() {
  return Error(Code::kUnavailable, kCommitUnknown,
               "The connection broke while the change was saved. Repeat the call with the same "
               "request id: it is carried out once only.");
}

bool IsCommitOutcomeUnknown(const absl::Status& status) {
  return ReasonOf(status) == kCommitUnknown;
}

}  // namespace ip::sql
