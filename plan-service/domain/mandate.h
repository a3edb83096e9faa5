// What somebody may do for a plan's owner, for services that hold something about the same person.
#ifndef PLAN_SERVICE_DOMAIN_MANDATE_H_
#define PLAN_SERVICE_DOMAIN_MANDATE_H_

#include <string>

#include "absl/time/time.h"
#include "individuellplan/plan/v1/care_plan.pb.h"
#include "individuellplan/plan/v1/plan_feed_service.pb.h"

namespace ip::plan {

// By the representations that stand in the plan and hold at `now`. Nothing when the plan is ended:
// nobody keeps its representations in order any more.
individuellplan::plan::v1::Mandate MandateIn(const individuellplan::plan::v1::CarePlan& plan,
                                             const std::string& representative, absl::Time now);

}  // namespace ip::plan

#endif  // PLAN_SERVICE_DOMAIN_MANDATE_H_
