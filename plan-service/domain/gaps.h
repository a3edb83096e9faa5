// Wanted against granted: how many services stand where, without anybody being found in the
// numbers.
#ifndef PLAN_SERVICE_DOMAIN_GAPS_H_
#define PLAN_SERVICE_DOMAIN_GAPS_H_

#include <map>
#include <utility>
#include <vector>

#include "individuellplan/plan/v1/care_plan.pb.h"
#include "individuellplan/plan/v1/plan_service.pb.h"

namespace ip::plan {

// Life area and decision.
using GapKey = std::pair<int, int>;

// How many activities of an open plan stand at each decision; those that need none do not count.
std::map<GapKey, int> GapsOf(const individuellplan::plan::v1::CarePlan& plan);

struct GapCell {
  GapKey key;
  int plans = 0;
  int activities = 0;
};

// The table as it may be shown. Hidden is each cell that rests on fewer than five plans, and so
// many others that, even for somebody who knows the sum of a row, of a column or of the whole, at
// least two cells holding five plans together stay unknown.
individuellplan::plan::v1::GetGapStatisticsResponse Publish(std::vector<GapCell> cells);

}  // namespace ip::plan

#endif  // PLAN_SERVICE_DOMAIN_GAPS_H_
