// The nodes of the cluster that tests/fault/galera-cluster has started for a test.
#ifndef LIB_TESTING_GALERA_H_
#define LIB_TESTING_GALERA_H_

#include <memory>
#include <string>
#include <vector>

#include "lib/sql/pool.h"

namespace ip::testing {

class GaleraCluster {
 public:
  // With a fresh schema, migrated from `migrations_dir` (relative to the root of the repository).
  // Null when there is no cluster: the test is skipped. Aborts when the cluster does not work.
  static std::unique_ptr<GaleraCluster> Join(const std::string& migrations_dir);

  size_t size() const { return pools_.size(); }
  // On one node, with causal reads.
  sql::Pool& pool(size_t node) { return *pools_[node]; }
  // kill -9.
  void Kill(size_t node);

 private:
  std::vector<std::unique_ptr<sql::Pool>> pools_;
};

}  // namespace ip::testing

#endif  // LIB_TESTING_GALERA_H_
