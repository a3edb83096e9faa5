// Plans for the benchmarks: written through plan-service's own repository, so that their rows are
// the service's.
#ifndef BENCH_PLAN_DATA_H_
#define BENCH_PLAN_DATA_H_

#include <string>
#include <vector>

#include "bench/suite.h"
#include "individuellplan/plan/v1/care_plan.pb.h"

namespace ip::bench {

// So many coordinators share the plans; the first of them is Suite::Person of this serial.
inline constexpr int kCoordinators = 100;
inline constexpr int64_t kFirstCoordinator = 1000;
// "persons/{person}" and their callers, as PRACTITIONER.
std::vector<Caller> Coordinators(const Suite& suite);

// Fills an empty schema with `count` active plans of kUnit: two goals, five activities, two
// participants beside the owner, an evaluation within half a year. Does nothing when they are
// there.
void LoadPlans(const Suite& suite, const std::string& schema, int64_t count);

// What a benchmark calls.
struct StoredPlan {
  std::string name;
  int coordinator = 0;                  // index into Coordinators()
  std::vector<std::string> activities;  // names, only when asked for
};
// At most `limit` of the plans, spread over all of them.
std::vector<StoredPlan> FindPlans(const Suite& suite, const std::string& schema, int64_t limit,
                                  bool with_activities);

}  // namespace ip::bench

#endif  // BENCH_PLAN_DATA_H_
