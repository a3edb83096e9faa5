#include "bench/statements.h"

#include <algorithm>
#include <iostream>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"

namespace ip::bench {
namespace {

std::string Shorten(const std::string& statement) {
  const std::vector<std::string> words =
      absl::StrSplit(statement.substr(0, 2000), absl::ByAnyChar(" \n(,;"), absl::SkipEmpty());
  if (words.empty()) return "";
  const std::string verb = absl::AsciiStrToUpper(words[0]);
  for (size_t i = 0; i + 1 < words.size(); ++i) {
    const std::string word = absl::AsciiStrToUpper(words[i]);
    if (word == "FROM" || word == "INTO" || (word == "UPDATE" && i == 0)) {
      return absl::StrCat(verb, " ", words[i + 1]);
    }
  }
  return verb;
}

// A statement as far as its values do not show: columns that are written or read, and hints.
std::string HeadOf(std::string statement) {
  absl::RemoveExtraAsciiWhitespace(&statement);
  for (const char* end : {" VALUES", " WHERE ", " SET "}) {
    statement = statement.substr(0, statement.find(end));
  }
  return statement;
}

// Pings, session settings and what background threads look for are not part of an operation.
bool Counts(const std::string& statement) {
  for (const char* other :
       {"SET", "SELECT", "SELECT mysql.general_log", "START", "COMMIT", "ROLLBACK", "SELECT outbox",
        "SELECT outbox_head", "SELECT notice_work", "SELECT feed"}) {
    if (statement == other) return false;
  }
  return !statement.empty();
}

}  // namespace

std::vector<std::string> StatementsOf(const RawOptions& database,
                                      const std::function<void()>& operation) {
  RawConnection connection(database);
  connection.Run("TRUNCATE TABLE mysql.general_log");
  connection.Run("SET GLOBAL log_output = 'TABLE'");
  connection.Run("SET GLOBAL general_log = 1");
  operation();
  connection.Run("SET GLOBAL general_log = 0");
  std::vector<std::string> statements;
  const std::string all =
      connection
          .Query(
              "SELECT COALESCE(GROUP_CONCAT(LEFT(CONVERT(argument USING latin1), 2000)"
              " ORDER BY event_time SEPARATOR '\\0'), '') FROM mysql.general_log"
              " WHERE command_type IN ('Execute', 'Query')")
          .value_or("");
  for (const absl::string_view each : absl::StrSplit(all, '\0')) {
    std::string statement(each);
    if (Counts(Shorten(statement))) statements.push_back(HeadOf(std::move(statement)));
  }
  return statements;
}

void CheckSameStatements(const std::string& name, const RawOptions& database,
                         const std::function<void()>& service, const std::function<void()>& raw) {
  service();  // so that statements are prepared
  raw();
  std::vector<std::string> ours = StatementsOf(database, service);
  std::vector<std::string> theirs = StatementsOf(database, raw);
  std::sort(ours.begin(), ours.end());
  std::sort(theirs.begin(), theirs.end());
  if (ours == theirs) return;
  std::vector<std::string> more, less;
  std::set_difference(ours.begin(), ours.end(), theirs.begin(), theirs.end(),
                      std::back_inserter(more));
  std::set_difference(theirs.begin(), theirs.end(), ours.begin(), ours.end(),
                      std::back_inserter(less));
  std::cerr << "warning: " << name << ": the service and the raw loop do not send the same"
            << " statements.\n  only the service: " << absl::StrJoin(more, ", ")
            << "\n  only the raw loop: " << absl::StrJoin(less, ", ") << std::endl;
}

}  // namespace ip::bench
