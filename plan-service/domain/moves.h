// Plans that move: a duplicate into the plan that is kept, a plan to another municipality.
#ifndef PLAN_SERVICE_DOMAIN_MOVES_H_
#define PLAN_SERVICE_DOMAIN_MOVES_H_

#include <string>

#include "absl/status/statusor.h"
#include "individuellplan/plan/v1/care_plan.pb.h"
#include "individuellplan/plan/v1/plan_service.pb.h"
#include "plan-service/domain/act.h"

namespace ip::plan {

// Ends `duplicate` as REVOKED, pointing to the plan that is kept. Done already: changes nothing.
// Errors: FAILED_PRECONDITION / NOT_THE_SAME_PERSON or DUPLICATE_IS_MERGED (into another one).
absl::StatusOr<std::string> RetireDuplicate(
    individuellplan::plan::v1::CarePlan& duplicate, const individuellplan::plan::v1::CarePlan& kept,
    const Act& act, const individuellplan::plan::v1::MergePlansRequest& request);

// Takes up what stands in a retired duplicate: content, participants, planned evaluations, blocks.
// Nobody sees more than before: what was shared there has ended, what was asked or taken on is
// RELEASED, and representatives and coordinators do not come along. Done already:
// changes nothing.
absl::StatusOr<std::string> TakeUpDuplicate(
    individuellplan::plan::v1::CarePlan& kept, const individuellplan::plan::v1::CarePlan& duplicate,
    const Act& act, const individuellplan::plan::v1::MergePlansRequest& request);

// What an imported plan is to be.
struct Arrival {
  std::string name;    // "plans/{plan}"
  std::string person;  // the owner here
  std::string unit;
  std::string municipality_code;
  individuellplan::plan::v1::Provenance provenance;
};

// The plan as it begins anew at another unit: DRAFT, without approval and coordinator;
// professionals have left and their shares have expired, what they had taken on is RELEASED.
// Content, history of consents and evaluations, family, blocks and representatives stand as they
// stood. Errors: FAILED_PRECONDITION / CONSENT_MISSING when no consent carries the plan.
absl::StatusOr<individuellplan::plan::v1::CarePlan> Arrive(
    const individuellplan::plan::v1::CarePlan& from, const Act& act, const Arrival& arrival);

}  // namespace ip::plan

#endif  // PLAN_SERVICE_DOMAIN_MOVES_H_
