#include "lib/sql/script.h"

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"

namespace ip::sql {
namespace {

// The end of the quoted text that begins at `from`, or npos.
size_t EndOfQuoted(std::string_view s, size_t from) {
  const char quote = s[from];
  for (size_t i = from + 1; i < s.size(); ++i) {
    if (s[i] == '\\' && quote != '`') {
      ++i;
    } else if (s[i] == quote) {
      if (i + 1 < s.size() && s[i + 1] == quote) {
        ++i;
      } else {
        return i + 1;
      }
    }
  }
  return std::string_view::npos;
}

bool BeginsLineComment(std::string_view rest) {
  return rest[0] == '#' ||
         (rest.substr(0, 2) == "--" &&
          (rest.size() == 2 || absl::ascii_isspace(static_cast<unsigned char>(rest[2]))));
}

}  // namespace

absl::StatusOr<std::vector<std::string>> SplitScript(std::string_view script) {
  std::vector<std::string> statements;
  std::string current;
  for (size_t i = 0; i < script.size();) {
    const std::string_view rest = script.substr(i);
    size_t end = i + 1;
    if (BeginsLineComment(rest)) {
      i = std::min(script.find('\n', i), script.size());
      continue;
    }
    if (rest.substr(0, 2) == "/*") {
      end = script.find("*/", i + 2);
      if (end == std::string_view::npos) {
        return absl::InvalidArgumentError("A comment is not closed.");
      }
      i = end + 2;
      continue;
    }
    if (rest[0] == '\'' || rest[0] == '"' || rest[0] == '`') {
      end = EndOfQuoted(script, i);
      if (end == std::string_view::npos) {
        return absl::InvalidArgumentError("A quoted text is not closed.");
      }
    }
    if (rest[0] == ';') {
      absl::StripAsciiWhitespace(&current);
      if (!current.empty()) statements.push_back(std::move(current));
      current.clear();
    } else {
      current.append(script.substr(i, end - i));
    }
    i = end;
  }
  absl::StripAsciiWhitespace(&current);
  if (!current.empty()) {
    return absl::InvalidArgumentError("The last statement does not end with a semicolon.");
  }
  return statements;
}

}  // namespace ip::sql
