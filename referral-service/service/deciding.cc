#include <optional>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "lib/base/errors.h"
#include "lib/base/fault.h"
#include "lib/base/id.h"
#include "referral-service/domain/acceptance.h"
#include "referral-service/domain/decisions.h"
#include "referral-service/domain/states.h"
#include "referral-service/service/handlers.h"
#include "referral-service/worker/forwarding.h"

namespace ip::referral {
namespace {

constexpr char kService[] = "individuellplan.referral.v1.ReferralService";

absl::Status IdentityMissing() {
  return PreconditionsFailed(
      "DECISION_INCOMPLETE", "The person's national identity number is not known here yet.",
      {{"SUBJECT_IDENTITY", "subject_identity.national_id",
        "The notice came without the number; look it up and send it with the acceptance, the plan "
        "cannot be opened without."}});
}

}  // namespace

Handlers::NoticeOr Handlers::AcceptNotice(Ctx& ctx, const pb::AcceptNoticeRequest& request) {
  if (absl::Status status = CheckCandidate(request.coordinator()); !status.ok()) return status;
  const auto candidate = deps_.persons->PersonName(request.coordinator().identity().national_id());
  if (!candidate.ok()) return candidate.status();
  Secrets secrets;
  secrets.candidate = request.coordinator();

  const std::string& number = request.subject_identity().national_id();
  std::string subject;
  if (!number.empty()) {
    auto person = deps_.persons->PersonName(number);
    if (!person.ok()) return person.status();
    subject = *person;
    secrets.subject_national_id = number;
  }
  const auto stored = deps_.work->GetSecrets(ctx.deadline(), request.name());
  if (!stored.ok()) return stored.status();
  const bool known = !number.empty() || stored->subject_national_id.has_value();

  const Target target{request.name(), request.etag(), request.request_id()};
  auto accepted = Change(
      ctx, target,
      [&](pb::NeedNotice& notice, const Step& step) -> absl::Status {
        if (!subject.empty() && subject != notice.subject().person()) {
          return InvalidField("subject_identity.national_id",
                              "It is the number of somebody else than the notice is about.");
        }
        absl::Status status = Accept(notice, request.decision(), request.coordinator(), step);
        return status.ok() && !known ? IdentityMissing() : status;
      },
      secrets);
  FaultPoint("acceptance.accepted");
  if (accepted.ok()) deps_.nudge_worker();
  return accepted;
}

Handlers::NoticeOr Handlers::NominateAnother(Ctx& ctx,
                                             const pb::NominateAnotherCoordinatorRequest& request) {
  if (absl::Status status = CheckCandidate(request.coordinator()); !status.ok()) return status;
  const auto candidate = deps_.persons->PersonName(request.coordinator().identity().national_id());
  if (!candidate.ok()) return candidate.status();
  Secrets secrets;
  secrets.candidate = request.coordinator();
  auto nominated = Change(
      ctx, {request.name(), request.etag(), request.request_id()},
      [&](pb::NeedNotice& notice, const Step& step) {
        return referral::NominateAnother(notice, request.coordinator(), step);
      },
      secrets);
  if (nominated.ok()) deps_.nudge_worker();
  return nominated;
}

Handlers::NoticeOr Handlers::ForwardNotice(Ctx& ctx, const pb::ForwardNoticeRequest& request) {
  const std::string new_name = absl::StrCat("notices/", NewId(deps_.clock->Now()));
  auto answer =
      Change(ctx, {request.name(), request.etag(), request.request_id(), request.reason()},
             [&](pb::NeedNotice& notice, const Step& step) {
               return Forward(notice, request.unit(), new_name, *deps_.reference, step);
             });
  if (!answer.ok()) return answer;
  FaultPoint("forwarding.forwarded");
  absl::Status completed = CompleteForwarding(*deps_.notices, *deps_.work, *answer, ctx.deadline());
  FaultPoint("forwarding.copied");
  // It is decided; the worker brings the new notice to be.
  if (!completed.ok()) deps_.nudge_worker();
  return answer;
}

Handlers::NoticeOr Handlers::MergeNotice(Ctx& ctx, const pb::MergeNoticeRequest& request) {
  std::optional<pb::NeedNotice> target;
  std::string open_plan;
  if (absl::StartsWith(request.into(), "notices/")) {
    auto found = Read(ctx, request.into());
    if (!found.ok()) return found.status();
    target = *std::move(found);
  } else if (absl::StartsWith(request.into(), "plans/")) {
    const auto notice = Read(ctx, request.name());
    if (!notice.ok()) return notice.status();
    const auto found = deps_.plans->FindOpenPlan(notice->subject().person());
    if (!found.ok()) return found.status();
    if (found->unit == notice->unit()) open_plan = found->plan;
  }
  return Change(ctx, {request.name(), request.etag(), request.request_id(), request.reason()},
                [&](pb::NeedNotice& notice, const Step& step) {
                  return Merge(notice, request.into(), target ? &*target : nullptr, open_plan,
                               step);
                });
}

void Handlers::RegisterDeciding(rpc::Router& router) {
  router.Unary<pb::AcceptNoticeRequest, pb::NeedNotice>(
      kService, "AcceptNotice", [this](Ctx& ctx, const auto& r) { return AcceptNotice(ctx, r); });
  router.Unary<pb::NominateAnotherCoordinatorRequest, pb::NeedNotice>(
      kService, "NominateAnotherCoordinator",
      [this](Ctx& ctx, const auto& r) { return NominateAnother(ctx, r); });
  router.Unary<pb::ForwardNoticeRequest, pb::NeedNotice>(
      kService, "ForwardNotice", [this](Ctx& ctx, const auto& r) { return ForwardNotice(ctx, r); });
  router.Unary<pb::RejectNoticeRequest, pb::NeedNotice>(
      kService, "RejectNotice", [this](Ctx& ctx, const pb::RejectNoticeRequest& r) {
        return Change(ctx, {r.name(), r.etag(), r.request_id()},
                      [&](pb::NeedNotice& notice, const Step& step) {
                        return Reject(notice, r.decision(), step);
                      });
      });
  router.Unary<pb::DeclineNoticeRequest, pb::NeedNotice>(
      kService, "DeclineNotice", [this](Ctx& ctx, const pb::DeclineNoticeRequest& r) {
        return Change(ctx, {r.name(), r.etag(), r.request_id()},
                      [&](pb::NeedNotice& notice, const Step& step) {
                        return Decline(notice, r.decision(), step);
                      });
      });
  router.Unary<pb::MergeNoticeRequest, pb::NeedNotice>(
      kService, "MergeNotice", [this](Ctx& ctx, const auto& r) { return MergeNotice(ctx, r); });
  router.Unary<pb::ActionRequest, pb::NeedNotice>(
      kService, "MarkNoticeEnteredInError", [this](Ctx& ctx, const pb::ActionRequest& r) {
        return Change(ctx, {r.name(), r.etag(), r.request_id(), r.reason()}, Advance);
      });
  router.Unary<pb::ActionRequest, pb::NeedNotice>(
      kService, "ReopenNotice", [this](Ctx& ctx, const pb::ActionRequest& r) {
        return Change(ctx, {r.name(), r.etag(), r.request_id(), r.reason()}, Reopen);
      });
}

}  // namespace ip::referral
