// Internal to lib/sql: cuts a migration file into statements.
#ifndef LIB_SQL_SCRIPT_H_
#define LIB_SQL_SCRIPT_H_

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

namespace ip::sql {

// The statements of a script without comments and final semicolons. Knows strings, quoted names and
// comments; stored programs (DELIMITER) are not supported.
// Errors: INVALID_ARGUMENT when a string or comment is not closed, or the last statement has no
// ";".
absl::StatusOr<std::vector<std::string>> SplitScript(std::string_view script);

}  // namespace ip::sql

#endif  // LIB_SQL_SCRIPT_H_
