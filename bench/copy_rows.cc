#include "bench/copy_rows.h"

#include <algorithm>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"

namespace ip::bench {
namespace {

constexpr int64_t kBatch = 25'000;

std::vector<std::string> ColumnsOf(RawConnection& connection, const std::string& table) {
  const std::string columns =
      connection
          .Query(
              "SELECT GROUP_CONCAT(column_name) FROM information_schema.columns"
              " WHERE table_schema = DATABASE() AND table_name = ? AND extra = ''",
              table)
          .value_or("");
  return absl::StrSplit(columns, ',');
}

}  // namespace

void CopyRows(RawConnection& connection, const std::vector<Copies>& tables, int64_t count) {
  for (const Copies& copies : tables) {
    const std::vector<std::string> columns = ColumnsOf(connection, copies.table);
    std::vector<std::string> values;
    for (const std::string& column : columns) {
      const auto changed = copies.changed.find(column);
      values.push_back(changed == copies.changed.end() ? absl::StrCat("o.", column)
                                                       : changed->second);
    }
    for (int64_t done = 0; done < count; done += kBatch) {
      const int64_t last = std::min(count, done + kBatch);
      connection.Run(absl::StrCat("INSERT INTO ", copies.table, " (", absl::StrJoin(columns, ", "),
                                  ") SELECT ", absl::StrJoin(values, ", "), " FROM (SELECT * FROM ",
                                  copies.table, " WHERE ", copies.where,
                                  " LIMIT 1) o JOIN (SELECT seq AS n FROM seq_", done + 1, "_to_",
                                  last, ") s"));
      Progress(absl::StrCat("copying ", copies.table, " rows:"), last, count);
    }
  }
}

}  // namespace ip::bench
