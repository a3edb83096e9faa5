#include "lib/testing/galera.h"

#include <signal.h>

#include <cstdlib>
#include <iostream>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "lib/base/clock.h"
#include "lib/base/id.h"
#include "lib/sql/migrate.h"
#include "lib/testing/mariadb.h"

namespace ip::testing {
namespace {

void Check(const absl::Status& status) {
  if (status.ok()) return;
  std::cerr << "Galera: " << status << "\n";
  std::abort();
}

}  // namespace

std::unique_ptr<GaleraCluster> GaleraCluster::Join(const std::string& migrations_dir) {
  const char* sockets = std::getenv("IP_TEST_GALERA_SOCKETS");
  if (sockets == nullptr) return nullptr;
  const std::vector<std::string> nodes = absl::StrSplit(sockets, ',');
  sql::Options options;
  options.user = "root";
  options.causal_reads = true;
  options.socket = nodes.front();
  const std::string schema = absl::StrCat("test_", absl::BytesToHexString(RandomBytes(8)));
  const auto admin = sql::Pool::Open(options);
  Check(admin.status());
  auto session = (*admin)->Acquire(SystemClock().Now() + absl::Seconds(10));
  Check(session.status());
  Check(session->Run(absl::StrCat("CREATE DATABASE ", schema)));
  options.schema = schema;
  Check(sql::Migrate(options, SourcePath(migrations_dir)).status());
  auto cluster = std::make_unique<GaleraCluster>();
  for (const auto& socket : nodes) {
    options.socket = socket;
    auto pool = sql::Pool::Open(options);
    Check(pool.status());
    cluster->pools_.push_back(*std::move(pool));
  }
  return cluster;
}

void GaleraCluster::Kill(size_t node) {
  const std::vector<std::string> pids = absl::StrSplit(std::getenv("IP_TEST_GALERA_PIDS"), ',');
  if (kill(std::stoi(pids.at(node)), SIGKILL) != 0) std::abort();
}

}  // namespace ip::testing
