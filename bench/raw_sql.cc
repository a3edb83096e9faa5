#include "bench/raw_sql.h"

#include <cppconn/exception.h>
#include <cppconn/resultset_metadata.h>
#include <mysql_driver.h>

#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"

namespace ip::bench {
namespace {

constexpr int kDeadlock = 1213;

}  // namespace

RawConnection::RawConnection(const RawOptions& options) {
  ::sql::ConnectOptionsMap map;
  map["hostName"] = absl::StrCat("unix://", options.socket);
  map["userName"] = std::string("root");
  map["password"] = std::string();
  if (!options.schema.empty()) map["schema"] = options.schema;
  map["OPT_CHARSET_NAME"] = std::string("utf8mb4");
  map["CLIENT_FOUND_ROWS"] = true;
  connection_.reset(::sql::mysql::get_mysql_driver_instance()->connect(map));
  text_.reset(connection_->createStatement());
  text_->execute("SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED");
  text_->execute("SET time_zone = '+00:00'");
}

::sql::PreparedStatement& RawConnection::Prepare(const char* sql) {
  auto& statement = prepared_[sql];
  if (statement == nullptr) statement.reset(connection_->prepareStatement(sql));
  return *statement;
}

std::optional<std::string> RawConnection::ReadAll(
    ::sql::ResultSet& rows, const std::function<void(const std::string&)>& each) {
  std::optional<std::string> first;
  const unsigned columns = rows.getMetaData()->getColumnCount();
  while (rows.next()) {
    for (unsigned i = columns; i >= 1; --i) {
      std::string value = rows.getString(i);
      if (i == 1) first = std::move(value);
    }
    if (each) each(*first);
  }
  return first;
}

Work RawLoop(const RawOptions& options, int connections,
             std::function<void(RawConnection&, int thread)> operation) {
  auto open = std::make_shared<std::vector<std::unique_ptr<RawConnection>>>();
  for (int i = 0; i < connections; ++i) open->push_back(std::make_unique<RawConnection>(options));
  return InThreads(connections, [open, operation = std::move(operation)](int thread) {
    RawConnection& connection = *(*open)[static_cast<size_t>(thread)];
    for (;;) {
      try {
        return operation(connection, thread);
      } catch (const ::sql::SQLException& e) {
        if (e.getErrorCode() != kDeadlock) Fail(absl::StrCat("raw SQL: ", e.what()));
        connection.Rollback();
      }
    }
  });
}

}  // namespace ip::bench
