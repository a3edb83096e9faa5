// A plan as one reader sees it.
#ifndef PLAN_SERVICE_DOMAIN_VIEW_H_
#define PLAN_SERVICE_DOMAIN_VIEW_H_

#include "absl/time/civil_time.h"
#include "individuellplan/plan/v1/care_plan.pb.h"
#include "individuellplan/plan/v1/plan_service.pb.h"
#include "lib/authz/decide.h"
#include "plan-service/domain/checker.h"

namespace ip::plan {

// Sets the alarms and shows consents whose period is over as EXPIRED, removes the sections that
// `decision` does not open, and hides participants with protected identity from all but the owner's
// side and the coordinator. What the owner asked about look-ups is the owner's side's alone.
void MakeView(individuellplan::plan::v1::CarePlan& plan, const authz::Decision& decision,
              absl::CivilDay today, const RuleSet& rules);

// Removes name and contact of a participant with protected identity.
void HideIdentity(individuellplan::plan::v1::Participant& participant);

// Whether the reader may see protected participants.
bool SeesProtected(const authz::Decision& decision);

// Whether the reader sees all look-ups and what was asked about them: the owner, who represents
// them in what consents are about, and the unit's leader who answers. Others see their own.
bool SeesWholeLog(const authz::Decision& decision);

// A line of a list: overview only.
individuellplan::plan::v1::PlanSummary Summarize(const individuellplan::plan::v1::CarePlan& plan,
                                                 const authz::Decision& decision,
                                                 absl::CivilDay today, const RuleSet& rules);

}  // namespace ip::plan

#endif  // PLAN_SERVICE_DOMAIN_VIEW_H_
