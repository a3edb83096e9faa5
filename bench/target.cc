#include "bench/target.h"

#include "absl/flags/flag.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"

ABSL_FLAG(std::string, schema, "", "The schema of the service that is measured.");
ABSL_FLAG(std::string, server, "", "Where the service listens: host:port.");
ABSL_FLAG(std::string, server_pids, "", "Its process.");
ABSL_FLAG(int64_t, size, 0, "How many plans or notices it holds.");
ABSL_FLAG(std::string, small_server, "", "A second one that holds few of them.");
ABSL_FLAG(std::string, small_server_pids, "", "Its process.");
ABSL_FLAG(int64_t, small_size, 1000, "How many it holds.");
ABSL_FLAG(std::string, twin, "", "Where Node serves the same calls on the same tables.");
ABSL_FLAG(std::string, twin_pids, "", "Its processes, separated by commas.");
ABSL_FLAG(int, connections, 16, "Of each raw loop: as many as the service has workers.");

namespace ip::bench {

std::vector<int> Pids(const std::string& list) {
  std::vector<int> pids;
  for (const absl::string_view word : absl::StrSplit(list, ',', absl::SkipEmpty())) {
    int pid = 0;
    if (absl::SimpleAtoi(word, &pid)) pids.push_back(pid);
  }
  return pids;
}

Target TargetFromFlags() {
  return {absl::GetFlag(FLAGS_schema),
          {absl::GetFlag(FLAGS_server), Pids(absl::GetFlag(FLAGS_server_pids))},
          absl::GetFlag(FLAGS_size),
          {absl::GetFlag(FLAGS_small_server), Pids(absl::GetFlag(FLAGS_small_server_pids))},
          absl::GetFlag(FLAGS_small_size),
          {absl::GetFlag(FLAGS_twin), Pids(absl::GetFlag(FLAGS_twin_pids))},
          absl::GetFlag(FLAGS_connections)};
}

void AddTwin(const Server& twin, const Work& work, std::vector<Contender>& contenders) {
  if (!twin.address.empty()) contenders.push_back({"node_twin", work, twin.pids});
}

}  // namespace ip::bench
