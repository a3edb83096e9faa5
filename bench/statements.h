// What a service really sends to the database, so that a raw loop can be held to the same.
#ifndef BENCH_STATEMENTS_H_
#define BENCH_STATEMENTS_H_

#include <functional>
#include <string>
#include <vector>

#include "bench/raw_sql.h"

namespace ip::bench {

// The statements that `operation` makes the server run, in order, each up to its values ("INSERT
// INTO outbox (aggregate, revision, payload, create_time)"); connections are warm when it was run
// before.
std::vector<std::string> StatementsOf(const RawOptions& database,
                                      const std::function<void()>& operation);

// Compares what one operation of the service sends with what the raw loop sends, and warns when
// they are not the same: the ceiling is an honest one only while they are.
void CheckSameStatements(const std::string& name, const RawOptions& database,
                         const std::function<void()>& service, const std::function<void()>& raw);

}  // namespace ip::bench

#endif  // BENCH_STATEMENTS_H_
