// What an age changes in a plan by itself (pbrl §§ 3-4, 4-3, 4-4; fvl § 27; hol § 7-2 a).
//
// Ages and lead times are dated data (rules/plan.json). The days are known beforehand, so no reader
// sees a plan older than its owner's birthday: whoever reads a plan brings it to the day first, and
// a worker makes it permanent.
#ifndef PLAN_SERVICE_DOMAIN_AGES_H_
#define PLAN_SERVICE_DOMAIN_AGES_H_

#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "individuellplan/plan/v1/care_plan.pb.h"
#include "individuellplan/plan/v1/plan_service.pb.h"
#include "plan-service/domain/act.h"
#include "plan-service/domain/checker.h"

namespace ip::plan {

// Takes all steps that are due in an open plan:
// - some time before 12, 15, 16 and 18, the task that the age asks for, once per age and never for
//   ages that lie before the plan was opened;
// - at 16, what a parent consented to becomes NEEDS_RENEWAL with an end after the time of grace,
//   which begins when it was given if that was later, and then EXPIRED; the young person is asked
//   about it with a consent of their own in state PROPOSED;
// - at 18, a child coordinator's time ends.
void ComeOfAge(individuellplan::plan::v1::CarePlan& plan, absl::Time now, const RuleSet& rules);

// The day of the next such step; none when nothing is to come.
std::optional<absl::CivilDay> NextAgeStep(const individuellplan::plan::v1::CarePlan& plan,
                                          const RuleSet& rules);

// What the age asked for is done.
absl::StatusOr<std::string> CompleteTransitionTask(
    individuellplan::plan::v1::CarePlan& plan, const Act& act,
    const individuellplan::plan::v1::ActionRequest& request);

}  // namespace ip::plan

#endif  // PLAN_SERVICE_DOMAIN_AGES_H_
