// What a caller is to a plan, read from the plan itself: the input of authz::Decide.
#ifndef PLAN_SERVICE_DOMAIN_FACTS_H_
#define PLAN_SERVICE_DOMAIN_FACTS_H_

#include <string>

#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "individuellplan/plan/v1/care_plan.pb.h"
#include "lib/auth/caller.h"
#include "lib/authz/decide.h"

namespace ip::plan {

// `unit` is "units/{unit}" the caller's organization runs, "" when it runs none.
//
// A professional's relations hold only while they are logged in for the organization that stands in
// the plan, a private person's only while they are logged in as themself: nobody looks into their
// own or a neighbour's plan from work.
authz::Facts GatherFacts(const individuellplan::plan::v1::CarePlan& plan, const Caller& caller,
                         const std::string& unit, absl::Time now);

// What a participant would see, stating that purpose, by the consents that stand, and by
// `hypothetical` when given.
authz::Facts FactsOfParticipant(const individuellplan::plan::v1::CarePlan& plan,
                                const individuellplan::plan::v1::Participant& participant,
                                const individuellplan::plan::v1::Consent* hypothetical,
                                const std::string& purpose_of_use, absl::Time now);

// Whether the caller was asked to be responsible for something and nothing was ever shared with
// them: the one case in which somebody without access is told what is missing, because they know of
// the plan already and cannot answer otherwise.
bool WaitsForShare(const individuellplan::plan::v1::CarePlan& plan, const Caller& caller,
                   absl::CivilDay today);

}  // namespace ip::plan

#endif  // PLAN_SERVICE_DOMAIN_FACTS_H_
