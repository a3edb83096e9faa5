// What needs attention in a plan, derived from the plan itself.
#ifndef PLAN_SERVICE_DOMAIN_ALARMS_H_
#define PLAN_SERVICE_DOMAIN_ALARMS_H_

#include <vector>

#include "absl/time/civil_time.h"
#include "individuellplan/plan/v1/care_plan.pb.h"
#include "plan-service/domain/checker.h"

namespace ip::plan {

// An alarm rings from a day on until the plan changes. The days ahead are known beforehand, so a
// list of alarms needs no look into plans.
struct AlarmSpan {
  individuellplan::plan::v1::CarePlan::Alarm alarm;
  absl::CivilDay from;
  auto operator<=>(const AlarmSpan&) const = default;
};

// All alarms of a plan as it stands, those that ring and those that will, one per kind (the
// earliest). Of a plan that has ended only complaints, questions about look-ups and reviews are
// left.
std::vector<AlarmSpan> AlarmSpans(const individuellplan::plan::v1::CarePlan& plan,
                                  absl::CivilDay today, const RuleSet& rules);

// Those that ring on that day.
std::vector<individuellplan::plan::v1::CarePlan::Alarm> AlarmsOn(
    const individuellplan::plan::v1::CarePlan& plan, absl::CivilDay today, const RuleSet& rules);

// The day since which nobody is coordinator: the last one's end, or the day the plan was opened.
absl::CivilDay VacantSince(const individuellplan::plan::v1::CarePlan& plan);

}  // namespace ip::plan

#endif  // PLAN_SERVICE_DOMAIN_ALARMS_H_
