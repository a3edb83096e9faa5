#include "plan-service/domain/activities.h"

#include "plan-service/service/handlers.h"

namespace ip::plan {

void ServeActivities(rpc::Router& router, const Desk& desk) {
  const auto serve = [&]<class Request>(std::string_view method, auto rule, const Request*) {
    ServeChange<Request, pb::Activity>(router, desk, kPlanService, method, {type::ACTIVITIES},
                                       rule);
  };
  ServeChange<pb::CreateActivityRequest, pb::Activity>(
      router, desk, kPlanService, "CreateActivity", {type::ACTIVITIES},
      [](CarePlan& plan, const Act& act, const pb::CreateActivityRequest& request) {
        return CreateActivity(plan, act, request.activity());
      });
  const pb::ActionRequest* action = nullptr;
  serve("UpdateActivity", UpdateActivity, static_cast<pb::UpdateActivityRequest*>(nullptr));
  serve("RequestActivity", RequestActivity, static_cast<pb::RequestActivityRequest*>(nullptr));
  serve("AcceptActivity", AcceptActivity, action);
  serve("DeclineActivity", DeclineActivity, action);
  serve("ReleaseActivity", ReleaseActivity, action);
  serve("ReportActivityProgress", ReportActivityProgress,
        static_cast<pb::ReportActivityProgressRequest*>(nullptr));
  serve("RecordActivityDecision", RecordActivityDecision,
        static_cast<pb::RecordActivityDecisionRequest*>(nullptr));
}

}  // namespace ip::plan
