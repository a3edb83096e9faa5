// What somebody may do for a plan's owner, for services that hold something about the same person.
#ifndef PLAN_SERVICE_DOMAIN_MANDATE_H_
#define PLAN_SERVICE_DOMAIN_MANDATE_H_

#include <optional>
#include <string>

#include "absl/time/time.h"
#include "individuellplan/plan/v1/care_plan.pb.h"
#include "individuellplan/plan/v1/plan_feed_service.pb.h"
#include "plan-service/domain/facts.h"

namespace ip::plan {

// By the representations that stand in the plan and hold at `now`. Nothing when the plan is ended:
// nobody keeps its representations in order any more.
individuellplan::plan::v1::Mandate MandateIn(const individuellplan::plan::v1::CarePlan& plan,
                                             const std::string& representative, absl::Time now);

// The same as the reader of the plan is told of it; nothing for whoever does not represent its
// owner now. Takes the whole plan: the reader need not see the representatives to know their own
// mandate.
std::optional<individuellplan::plan::v1::OwnMandate> OwnMandateIn(
    const individuellplan::plan::v1::CarePlan& plan, const Caller& caller, absl::Time now);

}  // namespace ip::plan

#endif  // PLAN_SERVICE_DOMAIN_MANDATE_H_
