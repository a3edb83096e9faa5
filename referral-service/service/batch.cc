#include <algorithm>

#include "absl/strings/str_cat.h"
#include "lib/base/errors.h"
#include "lib/base/id.h"
#include "lib/base/log.h"
#include "lib/rpc/checks.h"
#include "referral-service/domain/submission.h"
#include "referral-service/service/handlers.h"

namespace ip::referral {
namespace {

constexpr char kService[] = "individuellplan.referral.v1.ReferralService";
constexpr absl::Duration kItemTime = absl::Seconds(10);

// The item is not to blame: the stream ends, and the client sends again what has no result.
bool EndsTheStream(const absl::Status& status) {
  return absl::IsUnavailable(status) || absl::IsResourceExhausted(status) ||
         absl::IsDeadlineExceeded(status) || absl::IsCancelled(status) || absl::IsAborted(status);
}

// As lib/rpc shows the error of a call of its own.
absl::Status Shown(const absl::Status& status, const std::string& trace_id) {
  if (!rpc::MustMask(status)) return status;
  const std::string error_id = NewId(SystemClock().Now());
  Log(Severity::kError, "internal_error",
      {{"error_id", error_id},
       {"trace_id", trace_id},
       {"code", absl::StatusCodeToString(status.code())},
       {"detail", std::string(status.message())}});
  return rpc::Masked(error_id);
}

}  // namespace

// Draft and submission in one transaction: there is no half-sent item.
Handlers::NoticeOr Handlers::SubmitOne(Ctx& ctx, const pb::CreateNoticeRequest& request) {
  if (!IsUuid(request.request_id())) {
    return InvalidField("request_id",
                        "Required in a batch: a UUID that you make for each item, so that it can "
                        "be sent again.");
  }
  const absl::Time deadline = std::min(ctx.deadline(), SystemClock().Now() + kItemTime);
  Step step = StepOf(ctx, "");
  step.action = "CreateNotice";
  auto draft = DraftOf(ctx, request, step);
  if (!draft.ok()) return draft.status();
  const auto others = deps_.notices->FindOthers(deadline, draft->notice.subject().person(),
                                                RouteOf(draft->notice, *deps_.reference));
  if (!others.ok()) return others.status();
  step.action = "SubmitNotice";
  absl::Status sent = Submit(draft->notice, *deps_.rules, *deps_.reference, *others, step);
  if (!sent.ok()) return sent;

  document::Context context = ContextOf(ctx, request.request_id(), "");
  context.payload_hash = rpc::PayloadHash(request);
  context.deadline = deadline;
  auto created = deps_.notices->Create(context, absl::StrCat("notices/", NewId(step.now)),
                                       draft->notice, draft->secrets);
  if (!created.ok()) return created.status();
  return View(ctx, created->message);
}

absl::Status Handlers::SubmitNotices(Ctx& ctx, rpc::Reader<pb::CreateNoticeRequest>& reader,
                                     rpc::Writer<pb::SubmitNoticesResponse>& writer) {
  pb::CreateNoticeRequest request;
  for (;;) {
    const auto more = reader.Read(request);
    if (!more.ok()) return more.status();
    if (!*more) return absl::OkStatus();
    auto sent = SubmitOne(ctx, request);
    pb::SubmitNoticesResponse response;
    response.set_request_id(request.request_id());
    if (sent.ok()) {
      *response.mutable_notice() = *std::move(sent);
    } else if (EndsTheStream(sent.status())) {
      return sent.status();
    } else {
      const auto shown = ToRpcStatus(Shown(sent.status(), ctx.trace().trace_id));
      response.set_error_code(shown.code());
      response.set_error_reason(ReasonOf(FromRpcStatus(shown)));
      response.set_error_message(shown.message());
    }
    if (!writer.Write(response)) return absl::CancelledError();
  }
}

void Handlers::RegisterBatch(rpc::Router& router) {
  router.BidiStream<pb::CreateNoticeRequest, pb::SubmitNoticesResponse>(
      kService, "SubmitNotices",
      [this](Ctx& ctx, auto& reader, auto& writer) { return SubmitNotices(ctx, reader, writer); });
}

}  // namespace ip::referral
