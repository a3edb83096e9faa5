#include "plan-service/domain/plans.h"

#include "absl/strings/str_cat.h"
#include "lib/base/errors.h"
#include "plan-service/domain/ages.h"
#include "plan-service/domain/dates.h"
#include "plan-service/domain/facts.h"
#include "plan-service/domain/view.h"
#include "plan-service/service/handlers.h"

namespace ip::plan {
namespace {

constexpr int kMaxBatch = 100;

// Plans are opened by the unit that will answer for them, or by a service on its behalf. Nobody
// else may learn from the answer whether a person has a plan.
absl::Status CheckMayOpen(const Desk& desk, const rpc::CallContext& call,
                          const pb::CreatePlanRequest& request) {
  const Caller& caller = call.caller();
  const auto* unit = desk.parts().reference->FindUnit(request.plan().unit());
  if (caller.role != type::SERVICE &&
      (unit == nullptr || desk.UnitOf(caller) != request.plan().unit())) {
    return PermissionDenied(
        "NOT_YOUR_UNIT",
        "Plans are opened by the coordinating unit in plan.unit. Log in for that "
        "unit, or send a notice of need.");
  }
  if (unit == nullptr) {
    return InvalidField("plan.unit", "is not a known unit; ListUnits shows which there are.");
  }
  if (caller.role != type::SERVICE && request.consent().form() == pb::Consent::ELECTRONIC) {
    return InvalidField("consent.form",
                        "is PAPER or ORAL when somebody registers it for the owner.");
  }
  return absl::OkStatus();
}

absl::StatusOr<CarePlan> Create(const Desk& desk, rpc::CallContext& call,
                                const pb::CreatePlanRequest& request) {
  if (absl::Status status = CheckMayOpen(desk, call, request); !status.ok()) return status;
  auto owner = desk.Identify("subject_identity", request.subject_identity());
  if (!owner.ok()) return owner.status();
  const Act act = desk.ActOf(call, CarePlan());
  auto plan = NewPlan(act, request, NewPlanName(act.now), owner->person);
  if (!plan.ok()) return plan.status();
  auto created = desk.Create(call, request.request_id(), *plan, *owner);
  if (!created.ok()) return created.status();
  return desk.View(call, std::move(created->message));
}

absl::StatusOr<CarePlan> Get(const Desk& desk, rpc::CallContext& call,
                             const pb::GetPlanRequest& request) {
  auto opened = desk.Open(call, request.name());
  if (!opened.ok()) return opened.status();
  if (!IsPlanName(request.name())) {
    return InvalidField("name", "must be \"plans/{plan}\".");
  }
  if (request.has_as_of_time() && request.imported_revision() != 0) {
    return InvalidField("imported_revision", "must not be given together with as_of_time.");
  }
  if (request.has_as_of_time()) {
    // What one may see is decided now; what stood there is from then.
    auto then =
        desk.parts().plans->GetAsOf(call.deadline(), request.name(), ToTime(request.as_of_time()));
    if (!then.ok()) return then.status();
    opened->plan = *std::move(then);
  }
  desk.LogRead(call, opened->plan, opened->decision);
  if (request.imported_revision() != 0) {
    auto before = ImportedRevision(desk, call, opened->plan, request.imported_revision());
    if (!before.ok()) return before.status();
    opened->plan = *std::move(before);
  }
  desk.Show(call, opened->decision, opened->plan);
  // Who may act for the owner is a question of now.
  if (request.has_as_of_time() || request.imported_revision() != 0) {
    opened->plan.clear_own_mandate();
  }
  return std::move(opened->plan);
}

absl::StatusOr<pb::BatchGetPlansResponse> BatchGet(const Desk& desk, rpc::CallContext& call,
                                                   const pb::BatchGetPlansRequest& request) {
  if (request.names_size() > kMaxBatch) {
    return InvalidField("names", absl::StrCat("must hold at most ", kMaxBatch, " names."));
  }
  pb::BatchGetPlansResponse response;
  std::vector<AccessLogRow> rows;
  for (const std::string& name : request.names()) {
    auto opened = desk.Open(call, name);
    if (!opened.ok()) return opened.status();
    rows.push_back(desk.LogRow(call, opened->plan, opened->decision));
    desk.Show(call, opened->decision, opened->plan);
    *response.add_plans() = std::move(opened->plan);
  }
  desk.LogReads(call, std::move(rows));
  return response;
}

absl::StatusOr<CarePlan> Update(const Desk& desk, rpc::CallContext& call,
                                const pb::UpdatePlanRequest& request) {
  return Answer<CarePlan>(
      desk, call,
      desk.Change(call, request.plan().name(), request.request_id(), "", SectionsOf(request),
                  [&](CarePlan& plan, const Act& act) { return UpdatePlan(plan, act, request); }));
}

absl::StatusOr<pb::CheckPlanResponse> Check(const Desk& desk, rpc::CallContext& call,
                                            const pb::CheckPlanRequest& request) {
  auto opened = desk.Open(call, request.name());
  if (!opened.ok()) return opened.status();
  if (absl::Status status = SeesAll(opened->decision); !status.ok()) return status;
  desk.LogRead(call, opened->plan, opened->decision);
  pb::CheckPlanResponse response;
  for (auto& finding : CheckSection19(opened->plan, desk.Today(), desk.Rules())) {
    *response.add_findings() = std::move(finding);
  }
  response.set_rule_set(desk.Rules().valid_from());
  return response;
}

}  // namespace

void ServePlans(rpc::Router& router, const Desk& desk) {
  Serve(router, desk, kPlanService, "CreatePlan", Create);
  Serve(router, desk, kPlanService, "GetPlan", Get);
  Serve(router, desk, kPlanService, "BatchGetPlans", BatchGet);
  Serve(router, desk, kPlanService, "CheckPlan", Check);
  Serve(router, desk, kPlanService, "UpdatePlan", Update);
  ServeChange<pb::ActionRequest, CarePlan>(router, desk, kPlanService, "ApprovePlan", {},
                                           ApprovePlan);
  ServeChange<pb::ActionRequest, CarePlan>(
      router, desk, kPlanService, "ActivatePlan", {},
      [&desk](CarePlan& plan, const Act& act, const pb::ActionRequest& request) {
        return ActivatePlan(plan, act, request, desk.Rules());
      });
  ServeChange<pb::HoldPlanRequest, CarePlan>(router, desk, kPlanService, "HoldPlan", {}, HoldPlan);
  ServeChange<pb::ActionRequest, CarePlan>(router, desk, kPlanService, "ResumePlan", {},
                                           ResumePlan);
  ServeChange<pb::ActionRequest, CarePlan>(router, desk, kPlanService, "CompletePlan", {},
                                           CompletePlan);
  ServeChange<pb::ActionRequest, CarePlan>(
      router, desk, kPlanService, "RevokePlan", {},
      [](CarePlan& plan, const Act& act, const pb::ActionRequest& request) {
        return StopPlan(plan, act, request, "RevokePlan", CarePlan::REVOKED);
      });
  ServeChange<pb::ActionRequest, CarePlan>(
      router, desk, kPlanService, "MarkPlanEnteredInError", {},
      [](CarePlan& plan, const Act& act, const pb::ActionRequest& request) {
        return StopPlan(plan, act, request, "MarkPlanEnteredInError", CarePlan::ENTERED_IN_ERROR);
      });
  ServeChange<pb::ActionRequest, pb::TransitionTask>(
      router, desk, kPlanService, "CompleteTransitionTask", {}, CompleteTransitionTask);
}

}  // namespace ip::plan
