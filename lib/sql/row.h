// One row of an answer, valid only inside the callback that gets it.
#ifndef LIB_SQL_ROW_H_
#define LIB_SQL_ROW_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"

namespace sql {
class ResultSet;
}

namespace ip::sql {

// Columns count from 0. Reading NULL, a missing column or text that is no time through the plain
// getters gives a zero value and makes the query answer INTERNAL, so a callback needs no error
// checks.
class Row {
 public:
  explicit Row(::sql::ResultSet& result) : result_(result) {}
  Row(const Row&) = delete;

  bool IsNull(size_t column) const;
  int64_t Int64(size_t column) const;
  double Double(size_t column) const;
  bool Bool(size_t column) const;
  std::string String(size_t column) const;  // text or bytes
  absl::Time Time(size_t column) const;     // DATETIME(n), stored in UTC
  absl::CivilDay Day(size_t column) const;  // DATE

  std::optional<int64_t> OptionalInt64(size_t column) const;
  std::optional<std::string> OptionalString(size_t column) const;
  std::optional<absl::Time> OptionalTime(size_t column) const;
  std::optional<absl::CivilDay> OptionalDay(size_t column) const;

  // What the getters met, for the session: "" when all is well.
  const std::string& problem() const { return problem_; }

 private:
  template <class T, class Read>
  T Get(size_t column, const Read& read) const;

  ::sql::ResultSet& result_;
  mutable std::string problem_;
};

// "2026-03-01 12:00:00", with or without a fraction, as an instant in UTC.
std::optional<absl::Time> ParseDateTime(std::string_view text);
std::string FormatDateTime(absl::Time time);

}  // namespace ip::sql

#endif  // LIB_SQL_ROW_H_
