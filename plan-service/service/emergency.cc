// Access in an emergency, and its review.
#include <algorithm>

#include "absl/strings/numbers.h"
#include "lib/base/errors.h"
#include "lib/base/paging.h"
#include "plan-service/domain/oversight.h"
#include "plan-service/domain/view.h"
#include "plan-service/service/handlers.h"

namespace ip::plan {
namespace {

constexpr char kAnyPlan[] = "plans/-";
constexpr int kMostPlansOfAnOwner = 50;

// The open plan of somebody who is known by number alone, as in an emergency.
absl::StatusOr<std::string> OpenPlanOf(const Desk& desk, const rpc::CallContext& call,
                                       const type::PersonIdentity& identity) {
  auto owner = desk.Identify("subject_identity", identity);
  if (!owner.ok()) return owner.status();
  PlanQuery query;
  query.person = owner->person;
  query.roles = {"OWNER"};
  query.today = desk.Today();
  query.limit = kMostPlansOfAnOwner;
  auto rows = desk.parts().plans->FindPlans(call.deadline(), query);
  if (!rows.ok()) return rows.status();
  for (const PlanRow& row : *rows) {
    auto plan = desk.parts().plans->Get(call.deadline(), row.plan);
    if (!plan.ok()) return plan.status();
    if (plan->subject().person() == owner->person && CheckOpen(*plan, "").ok()) return row.plan;
  }
  return NotFound("plan");
}

absl::StatusOr<pb::EmergencyAccess> Request(const Desk& desk, rpc::CallContext& call,
                                            const pb::RequestEmergencyAccessRequest& request) {
  if (call.caller().hpr_number.empty()) {
    return PermissionDenied("HPR_NUMBER_MISSING",
                            "Emergency access is for health personnel whose login carries an HPR "
                            "number. Call somebody who has one, or the coordinating unit.");
  }
  // Before any look-up: what is wrong with the request must not tell that a plan exists.
  if (absl::Status status = RequireReason(request.reason()); !status.ok()) return status;
  std::string plan = request.plan();
  if (plan == kAnyPlan) {
    auto found = OpenPlanOf(desk, call, request.subject_identity());
    if (!found.ok()) return found.status();
    plan = *std::move(found);
  }
  auto changed = desk.Change(call, plan, request.request_id(), request.reason(), {},
                             [&](CarePlan& opened, const Act& act) {
                               return OpenInEmergency(opened, act, call.caller(), request.reason());
                             });
  if (!changed.ok()) return changed.status();
  // The owner reads in the log why it was opened, beside the look-ups that follow.
  AccessLogRow row =
      desk.LogRow(call, changed->message,
                  {.allowed = true, .reason = "EMERGENCY", .consent = "", .sections = {}});
  row.entry.set_purpose_of_use(request.reason());
  desk.LogReads(call, {std::move(row)});
  return Answer<pb::EmergencyAccess>(desk, call, std::move(changed));
}

// Newest first; all of them for the owner's side and the unit's leader, others' own.
absl::StatusOr<pb::ListEmergencyAccessesResponse> List(
    const Desk& desk, rpc::CallContext& call, const pb::ListEmergencyAccessesRequest& request) {
  auto opened = desk.Open(call, request.parent());
  if (!opened.ok()) return opened.status();
  const std::string arguments = request.parent() + "|" + call.caller().Subject();
  auto after = ReadPageToken(request.page_token(), arguments);
  if (!after.ok()) return after.status();
  const auto& accesses = opened->plan.emergency_accesses();
  // They are kept in the order in which they were opened; a token is a place in it.
  int at = accesses.size();
  if (!after->empty() && !absl::SimpleAtoi(after->front(), &at)) at = 0;
  pb::ListEmergencyAccessesResponse response;
  for (at = std::min(at, accesses.size()); at > 0; --at) {
    const pb::EmergencyAccess& access = accesses[at - 1];
    if (!SeesWholeLog(opened->decision) && access.accessor() != call.caller().person) continue;
    if (response.emergency_accesses_size() == PageSize(request.page_size())) {
      response.set_next_page_token(MakePageToken({std::to_string(at)}, arguments));
      break;
    }
    *response.add_emergency_accesses() = access;
  }
  if (opened->decision.reason != "OWNER") {
    opened->decision.sections = {type::CONSENTS};
    desk.LogRead(call, opened->plan, opened->decision);
  }
  return response;
}

}  // namespace

void ServeEmergency(rpc::Router& router, const Desk& desk) {
  router.Unary<pb::RequestEmergencyAccessRequest, pb::EmergencyAccess>(
      kAccessService, "RequestEmergencyAccess",
      [&desk](rpc::CallContext& call, const pb::RequestEmergencyAccessRequest& request) {
        return Request(desk, call, request);
      });
  router.Unary<pb::ListEmergencyAccessesRequest, pb::ListEmergencyAccessesResponse>(
      kAccessService, "ListEmergencyAccesses",
      [&desk](rpc::CallContext& call, const pb::ListEmergencyAccessesRequest& request) {
        return List(desk, call, request);
      });
  ServeChange<pb::ReviewEmergencyAccessRequest, pb::EmergencyAccess>(
      router, desk, kAccessService, "ReviewEmergencyAccess", {}, ReviewEmergencyAccess);
}

}  // namespace ip::plan
