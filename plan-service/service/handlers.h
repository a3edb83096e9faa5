// The handlers of plan-service, grouped by what they are about.
#ifndef PLAN_SERVICE_SERVICE_HANDLERS_H_
#define PLAN_SERVICE_SERVICE_HANDLERS_H_

#include "lib/rpc/router.h"
#include "plan-service/service/desk.h"

namespace ip::plan {

// Each registers its methods; `desk` outlives the server.
void ServePlans(rpc::Router& router, const Desk& desk);
void ServeHistory(rpc::Router& router, const Desk& desk);
void ServePlanLists(rpc::Router& router, const Desk& desk);
void ServeGoals(rpc::Router& router, const Desk& desk);
void ServeActivities(rpc::Router& router, const Desk& desk);
void ServeTeam(rpc::Router& router, const Desk& desk);
void ServeEvaluations(rpc::Router& router, const Desk& desk);
void ServeMoves(rpc::Router& router, const Desk& desk);
void ServeConsents(rpc::Router& router, const Desk& desk);
void ServeAccess(rpc::Router& router, const Desk& desk);
void ServeAccessLog(rpc::Router& router, const Desk& desk);
void ServeEmergency(rpc::Router& router, const Desk& desk);
void ServeFeed(rpc::Router& router, const Desk& desk);

// A plan as it stood at a revision before it was imported; NOT_FOUND when the bundle does not show
// it.
absl::StatusOr<CarePlan> ImportedRevision(const Desk& desk, const rpc::CallContext& call,
                                          const CarePlan& plan, int64_t revision);

// All of them.
inline void ServeAll(rpc::Router& router, const Desk& desk) {
  ServePlans(router, desk);
  ServeHistory(router, desk);
  ServePlanLists(router, desk);
  ServeGoals(router, desk);
  ServeActivities(router, desk);
  ServeTeam(router, desk);
  ServeEvaluations(router, desk);
  ServeMoves(router, desk);
  ServeConsents(router, desk);
  ServeAccess(router, desk);
  ServeAccessLog(router, desk);
  ServeEmergency(router, desk);
  ServeFeed(router, desk);
}

}  // namespace ip::plan

#endif  // PLAN_SERVICE_SERVICE_HANDLERS_H_
