#include "lib/sql/row.h"

#include <cppconn/exception.h>
#include <cppconn/resultset.h>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

namespace ip::sql {
namespace {

uint32_t Index(size_t column) { return static_cast<uint32_t>(column + 1); }

}  // namespace

std::optional<absl::Time> ParseDateTime(std::string_view text) {
  absl::Time time;
  std::string error;
  if (!absl::ParseTime("%Y-%m-%d %H:%M:%E*S", absl::string_view(text.data(), text.size()),
                       absl::UTCTimeZone(), &time, &error)) {
    return std::nullopt;
  }
  return time;
}

std::string FormatDateTime(absl::Time time) {
  return absl::FormatTime("%E4Y-%m-%d %H:%M:%E6S", time, absl::UTCTimeZone());
}

template <class T, class Read>
T Row::Get(size_t column, const Read& read) const {
  try {
    if (result_.isNull(Index(column))) {
      problem_ = absl::StrCat("column ", column, " is NULL");
      return T();
    }
    return read();
  } catch (const ::sql::SQLException&) {
    problem_ = absl::StrCat("column ", column, " cannot be read");
    return T();
  }
}

bool Row::IsNull(size_t column) const {
  try {
    return result_.isNull(Index(column));
  } catch (const ::sql::SQLException&) {
    problem_ = absl::StrCat("there is no column ", column);
    return true;
  }
}

int64_t Row::Int64(size_t column) const {
  return Get<int64_t>(column, [&] { return result_.getInt64(Index(column)); });
}

double Row::Double(size_t column) const {
  return Get<double>(column, [&] { return static_cast<double>(result_.getDouble(Index(column))); });
}

bool Row::Bool(size_t column) const {
  return Get<bool>(column, [&] { return result_.getBoolean(Index(column)); });
}

std::string Row::String(size_t column) const {
  return Get<std::string>(column, [&] { return result_.getString(Index(column)).asStdString(); });
}

absl::Time Row::Time(size_t column) const {
  return Get<absl::Time>(column, [&] {
    const auto time = ParseDateTime(result_.getString(Index(column)).asStdString());
    if (!time) problem_ = absl::StrCat("column ", column, " is no time");
    return time.value_or(absl::Time());
  });
}

absl::CivilDay Row::Day(size_t column) const {
  return Get<absl::CivilDay>(column, [&] {
    absl::CivilDay day;
    const std::string text = result_.getString(Index(column)).asStdString();
    if (!absl::ParseCivilTime(text, &day)) problem_ = absl::StrCat("column ", column, " is no day");
    return day;
  });
}

std::optional<int64_t> Row::OptionalInt64(size_t column) const {
  return IsNull(column) ? std::nullopt : std::optional(Int64(column));
}

std::optional<std::string> Row::OptionalString(size_t column) const {
  return IsNull(column) ? std::nullopt : std::optional(String(column));
}

std::optional<absl::Time> Row::OptionalTime(size_t column) const {
  return IsNull(column) ? std::nullopt : std::optional(Time(column));
}

std::optional<absl::CivilDay> Row::OptionalDay(size_t column) const {
  return IsNull(column) ? std::nullopt : std::optional(Day(column));
}

}  // namespace ip::sql
