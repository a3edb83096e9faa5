#include "referral-service/service/handlers.h"

#include <utility>

#include "referral-service/domain/access.h"

namespace ip::referral {

void Handlers::Register(rpc::Router& router) {
  router.AddService("individuellplan.referral.v1.ReferralService");
  router.AddService("individuellplan.referral.v1.ReferralFeedService");
  // From here on who the caller acts for is as true as who the caller is.
  router.SetGuard([this](const Ctx& ctx) { return CheckActingFor(ctx, *deps_.mandates); });
  RegisterFiling(router);
  RegisterBatch(router);
  RegisterQueue(router);
  RegisterDeciding(router);
  RegisterComplaints(router);
  RegisterLetters(router);
  RegisterFeed(router);
}

absl::CivilDay Handlers::Today() const { return OsloDay(deps_.clock->Now()); }

Step Handlers::StepOf(Ctx& ctx, const std::string& reason) const {
  return {ctx.method(), ActorOf(ctx.caller()), ctx.caller().display_name, reason,
          deps_.clock->Now()};
}

document::Context Handlers::ContextOf(Ctx& ctx, const std::string& request_id,
                                      const std::string& reason) const {
  document::Context context;
  context.actor = ActorOf(ctx.caller());
  context.action = ctx.method();
  context.reason = reason;
  context.request_id = request_id;
  context.payload_hash = ctx.payload_hash();
  context.deadline = ctx.deadline();
  return context;
}

Handlers::NoticeOr Handlers::View(Ctx& ctx, const pb::NeedNotice& notice) const {
  return ViewFor(notice, ctx.caller(), *deps_.reference, Today());
}

Handlers::NoticeOr Handlers::Read(Ctx& ctx, const std::string& name) {
  auto notice = deps_.notices->Get(ctx.deadline(), name);
  if (!notice.ok()) return notice.status();
  absl::Status access = CheckAccess(ctx.action(), notice->message, ctx.caller(), *deps_.reference);
  if (!access.ok()) return access;
  return std::move(notice->message);
}

Handlers::NoticeOr Handlers::Change(Ctx& ctx, const Target& target, const ChangeStep& change,
                                    const Secrets& secrets) {
  const Step step = StepOf(ctx, target.reason);
  auto changed = deps_.notices->Mutate(
      ContextOf(ctx, target.request_id, target.reason), target.name,
      [&](pb::NeedNotice& notice) -> absl::Status {
        absl::Status status = CheckAccess(ctx.action(), notice, ctx.caller(), *deps_.reference);
        if (status.ok()) status = document::CheckEtag(notice, target.etag, target.etag_required);
        return status.ok() ? change(notice, step) : status;
      },
      secrets);
  if (!changed.ok()) return changed.status();
  // A repetition is answered from the record, without the change: the right to see it is asked
  // anew.
  absl::Status access = CheckAccess(ctx.action(), changed->message, ctx.caller(), *deps_.reference);
  if (changed->replayed && !access.ok()) return access;
  return View(ctx, changed->message);
}

}  // namespace ip::referral
