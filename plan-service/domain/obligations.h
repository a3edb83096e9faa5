// What others must do by when: the only thing that leaves the service about plans unasked.
#ifndef PLAN_SERVICE_DOMAIN_OBLIGATIONS_H_
#define PLAN_SERVICE_DOMAIN_OBLIGATIONS_H_

#include "absl/time/civil_time.h"
#include "individuellplan/plan/v1/care_plan.pb.h"
#include "individuellplan/type/v1/obligation.pb.h"

namespace ip::plan {

// All open obligations of a plan, without cursor. What follows from being in use (evaluation,
// activity, consent, period) only while the plan is ACTIVE; nominations, requests, hand-over,
// vacancy, ages and questions to a young person from DRAFT on; complaints, questions about look-ups
// and reviews always. Who is blocked stands in none.
individuellplan::type::v1::ObligationEvent ObligationsOf(
    const individuellplan::plan::v1::CarePlan& plan, absl::CivilDay today);

}  // namespace ip::plan

#endif  // PLAN_SERVICE_DOMAIN_OBLIGATIONS_H_
