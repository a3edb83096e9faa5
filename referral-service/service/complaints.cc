#include "referral-service/domain/complaints.h"

#include "absl/strings/str_cat.h"
#include "lib/base/errors.h"
#include "lib/base/id.h"
#include "referral-service/service/handlers.h"

namespace ip::referral {
namespace {

constexpr char kService[] = "individuellplan.referral.v1.ReferralService";

absl::Status CheckCitizen(const Caller& caller,
                          const pb::ChangeNoticeComplaintStateRequest& request) {
  if (caller.role == type::CASE_WORKER || request.state() == Complaint::WITHDRAWN) return {};
  return PermissionDenied(
      "COMPLAINT_IS_WITH_THE_UNIT",
      "The unit and the county governor take it from here. You may withdraw it.");
}

}  // namespace

Handlers::ComplaintOr Handlers::CreateComplaint(Ctx& ctx,
                                                const pb::CreateNoticeComplaintRequest& request) {
  Complaint complaint = request.complaint();
  if (ctx.caller().role != type::CASE_WORKER) complaint.clear_receive_date();
  const std::string name =
      absl::StrCat(request.parent(), "/complaints/", NewId(deps_.clock->Now()));
  const Target target{.name = request.parent(),
                      .etag = "",
                      .request_id = request.request_id(),
                      .etag_required = false};
  const auto changed = Change(ctx, target, [&](pb::NeedNotice& notice, const Step& step) {
    return ReceiveComplaint(notice, complaint, name, *deps_.rules, step);
  });
  if (!changed.ok()) return changed.status();
  return *changed->complaints().rbegin();  // also of a repetition: the notice as it was then
}

Handlers::ComplaintOr Handlers::ChangeComplaint(
    Ctx& ctx, const pb::ChangeNoticeComplaintStateRequest& request) {
  const Target target{NoticeOf(request.name()), request.etag(), request.request_id(),
                      request.reason()};
  const auto changed =
      Change(ctx, target, [&](pb::NeedNotice& notice, const Step& step) -> absl::Status {
        absl::Status status = CheckCitizen(ctx.caller(), request);
        if (!status.ok()) return status;
        return ChangeComplaintState(notice, request.name(), request.state(),
                                    request.governor_decision(), step);
      });
  if (!changed.ok()) return changed.status();
  return *FindComplaint(*changed, request.name());
}

void Handlers::RegisterComplaints(rpc::Router& router) {
  router.Unary<pb::CreateNoticeComplaintRequest, pb::NoticeComplaint>(
      kService, "CreateNoticeComplaint",
      [this](Ctx& ctx, const auto& r) { return CreateComplaint(ctx, r); });
  router.Unary<pb::ChangeNoticeComplaintStateRequest, pb::NoticeComplaint>(
      kService, "ChangeNoticeComplaintState",
      [this](Ctx& ctx, const auto& r) { return ChangeComplaint(ctx, r); });
}

}  // namespace ip::referral
