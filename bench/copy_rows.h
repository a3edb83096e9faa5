// Many rows from one: what a million rows of a service look like, without a million calls.
#ifndef BENCH_COPY_ROWS_H_
#define BENCH_COPY_ROWS_H_

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "bench/raw_sql.h"

namespace ip::bench {

struct Copies {
  std::string table;
  std::string where;  // finds the one row that is copied
  // Columns that differ in each copy, as SQL over `n` (1, 2, …); all others stay as they are.
  std::map<std::string, std::string> changed;
};

// Adds `count` copies to each table, in large transactions. A table whose unique columns are not
// all in `changed` ends the program.
void CopyRows(RawConnection& connection, const std::vector<Copies>& tables, int64_t count);

}  // namespace ip::bench

#endif  // BENCH_COPY_ROWS_H_
