// The --db_* flags that every program with a database shares.
#ifndef LIB_SQL_FLAGS_H_
#define LIB_SQL_FLAGS_H_

#include "lib/sql/pool.h"

namespace ip::sql {

// What the flags say, after absl::ParseCommandLine.
Options OptionsFromFlags();

}  // namespace ip::sql

#endif  // LIB_SQL_FLAGS_H_
