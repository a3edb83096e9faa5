#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "lib/base/errors.h"
#include "lib/base/paging.h"
#include "lib/outbox/outbox.h"
#include "referral-service/domain/access.h"
#include "referral-service/domain/agenda.h"
#include "referral-service/domain/handling.h"
#include "referral-service/service/handlers.h"
#include "referral-service/storage/projections.h"

namespace ip::referral {
namespace {

constexpr char kService[] = "individuellplan.referral.v1.ReferralService";
constexpr int kBatch = 200;
constexpr int kMostConsidered = 1000;  // for an agenda

// How long a stream sleeps at most before it looks whether anybody still listens.
absl::Time Slice(absl::Time deadline) {
  return std::min(deadline, SystemClock().Now() + absl::Seconds(1));
}

absl::Status ReadFilter(const std::string& filter, QueueQuery& query) {
  auto terms = ParseFilter(filter, {"state", "assignee", "signal"});
  if (!terms.ok()) return terms.status();
  for (const auto& [field, value] : *terms) {
    if (field == "assignee") {
      query.assignee = value;
    } else if (field == "state") {
      State state;
      if (!pb::NeedNotice::State_Parse(value, &state)) {
        return InvalidField("filter", "state is one of NeedNotice.State, e.g. \"SUBMITTED\".");
      }
      query.state = state;
    } else {
      pb::Clock::Signal signal;
      if (!pb::Clock::Signal_Parse(value, &signal)) {
        return InvalidField("filter", "signal is GREEN, AMBER or RED.");
      }
      query.signal = signal;
    }
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<pb::ListQueueResponse> Handlers::ListQueue(Ctx& ctx,
                                                          const pb::ListQueueRequest& request) {
  absl::Status status = CheckAccess(ctx.action(), request.unit(), ctx.caller(), *deps_.reference);
  if (!status.ok()) return status;
  const std::string arguments = absl::StrCat(request.unit(), "\n", request.filter());
  auto place = ReadPageToken(request.page_token(), arguments);
  if (!place.ok()) return place.status();
  QueueQuery query;
  query.unit = request.unit();
  query.today = Today();
  query.after = *std::move(place);
  query.limit = PageSize(request.page_size());
  if (status = ReadFilter(request.filter(), query); !status.ok()) return status;

  auto page = deps_.notices->ListQueue(ctx.deadline(), query);
  if (!page.ok()) return page.status();
  const auto counts = deps_.notices->CountQueue(ctx.deadline(), request.unit());
  if (!counts.ok()) return counts.status();
  pb::ListQueueResponse response;
  for (auto& item : page->items) *response.add_items() = std::move(item);
  if (!page->last.empty()) response.set_next_page_token(MakePageToken(page->last, arguments));
  for (const auto& [state, count] : counts->by_state) {
    (*response.mutable_state_counts())[pb::NeedNotice::State_Name(state)] = count;
  }
  if (counts->oldest_untaken) {
    const absl::Duration age = deps_.clock->Now() - *counts->oldest_untaken;
    response.mutable_oldest_untaken_age()->set_seconds(
        std::max<int64_t>(0, absl::ToInt64Seconds(age)));
  }
  return response;
}

absl::Status Handlers::WatchQueue(Ctx& ctx, const pb::WatchQueueRequest& request,
                                  rpc::Writer<pb::QueueEvent>& writer) {
  absl::Status status = CheckAccess(ctx.action(), request.unit(), ctx.caller(), *deps_.reference);
  if (!status.ok()) return status;
  auto seq = outbox::DecodeCursor(request.after(), "after");
  if (!seq.ok()) return seq.status();
  if (request.after().empty()) {
    // The place first, then the picture: what changes in between is told again, never left out.
    seq = deps_.notices->LastEvent(Slice(ctx.deadline()));
    if (!seq.ok()) return seq.status();
    status = SendSnapshot(ctx, request.unit(), *seq, writer);
    if (!status.ok()) return status;
  }
  while (!ctx.cancelled() && !ctx.stopping()) {
    const auto entries = deps_.feed->Next(*seq, kBatch, Slice(ctx.deadline()));
    if (!entries.ok()) return entries.status();
    for (const auto& entry : *entries) {
      *seq = entry.seq;
      status = SendChange(ctx, request.unit(), entry, writer);
      if (!status.ok()) return status;
    }
  }
  return Error(absl::StatusCode::kUnavailable, "STREAM_ENDED",
               "The stream has ended. Call again with the last cursor.");
}

absl::Status Handlers::SendSnapshot(Ctx& ctx, const std::string& unit, int64_t seq,
                                    rpc::Writer<pb::QueueEvent>& writer) {
  QueueQuery query;
  query.unit = unit;
  query.today = Today();
  query.limit = kBatch;
  do {
    auto page = deps_.notices->ListQueue(SystemClock().Now() + absl::Seconds(5), query);
    if (!page.ok()) return page.status();
    for (auto& item : page->items) {
      pb::QueueEvent event;
      *event.mutable_item() = std::move(item);
      if (!writer.Write(event)) return absl::CancelledError();
    }
    query.after = std::move(page->last);
  } while (!query.after.empty() && !ctx.cancelled());
  pb::QueueEvent complete;
  complete.set_cursor(outbox::EncodeCursor(seq));
  complete.set_snapshot_complete(true);
  return writer.Write(complete) ? absl::OkStatus() : absl::CancelledError();
}

absl::Status Handlers::SendChange(Ctx&, const std::string& unit, const outbox::Entry& entry,
                                  rpc::Writer<pb::QueueEvent>& writer) {
  type::ObligationEvent change;
  if (!change.ParseFromString(entry.payload) || change.unit() != unit) return absl::OkStatus();
  auto item =
      deps_.notices->GetQueueItem(SystemClock().Now() + absl::Seconds(5), entry.aggregate, Today());
  if (!item.ok()) return item.status();
  if (!*item) return absl::OkStatus();
  pb::QueueEvent event;
  event.set_cursor(outbox::EncodeCursor(entry.seq));
  event.set_removed(!IsInQueue(**item));
  *event.mutable_item() = **std::move(item);
  return writer.Write(event) ? absl::OkStatus() : absl::CancelledError();
}

absl::StatusOr<pb::GetMeetingAgendaResponse> Handlers::GetMeetingAgenda(
    Ctx& ctx, const pb::GetMeetingAgendaRequest& request) {
  absl::Status status = CheckAccess(ctx.action(), request.unit(), ctx.caller(), *deps_.reference);
  if (!status.ok()) return status;
  const auto days = MeetingDaysOf(request, Today());
  if (!days.ok()) return days.status();
  QueueQuery query;
  query.unit = request.unit();
  query.today = days->meeting;
  query.limit = kMostConsidered;
  const auto page = deps_.notices->ListQueue(ctx.deadline(), query);
  if (!page.ok()) return page.status();
  auto agenda = AgendaOf(page->items, *days);
  agenda.set_more(agenda.more() || !page->last.empty());
  return agenda;
}

Handlers::NoticeOr Handlers::TakeNextNotice(Ctx& ctx, const pb::TakeNextNoticeRequest& request) {
  absl::Status status = CheckAccess(ctx.action(), request.unit(), ctx.caller(), *deps_.reference);
  if (!status.ok()) return status;
  const Step step = StepOf(ctx, "");
  auto taken = deps_.notices->TakeNext(
      ContextOf(ctx, request.request_id(), ""), request.unit(), [&](pb::NeedNotice& notice) {
        return Assign(notice, ctx.caller().person, ctx.caller().display_name, step);
      });
  if (!taken.ok()) return taken.status();
  return View(ctx, taken->message);
}

absl::StatusOr<pb::GetQueueStatisticsResponse> Handlers::GetQueueStatistics(
    Ctx& ctx, const pb::GetQueueStatisticsRequest& request) {
  absl::Status status = CheckAccess(ctx.action(), request.unit(), ctx.caller(), *deps_.reference);
  if (!status.ok()) return status;
  const absl::CivilDay today = Today();
  absl::CivilDay first = today - 365;
  absl::CivilDay last = today;
  const auto& period = request.period();
  if (request.has_period()) {
    if (!IsValid(period.start_date()) || (period.has_end_date() && !IsValid(period.end_date()))) {
      return InvalidField("period", "Give whole calendar days that exist, or no period at all.");
    }
    first = DayOf(period.start_date());
    if (period.has_end_date()) last = DayOf(period.end_date());
  }
  return deps_.statistics->Get(
      ctx.deadline(), {request.unit(), today, absl::FromCivil(first, Oslo()),
                       absl::FromCivil(last + 1, Oslo()), deps_.rules->On(today).soon_days()});
}

void Handlers::RegisterQueue(rpc::Router& router) {
  router.Unary<pb::GetQueueStatisticsRequest, pb::GetQueueStatisticsResponse>(
      kService, "GetQueueStatistics",
      [this](Ctx& ctx, const auto& r) { return GetQueueStatistics(ctx, r); });
  router.Unary<pb::GetMeetingAgendaRequest, pb::GetMeetingAgendaResponse>(
      kService, "GetMeetingAgenda",
      [this](Ctx& ctx, const auto& r) { return GetMeetingAgenda(ctx, r); });
  router.Unary<pb::ListQueueRequest, pb::ListQueueResponse>(
      kService, "ListQueue", [this](Ctx& ctx, const auto& r) { return ListQueue(ctx, r); });
  router.ServerStream<pb::WatchQueueRequest, pb::QueueEvent>(
      kService, "WatchQueue",
      [this](Ctx& ctx, const auto& r, auto& writer) { return WatchQueue(ctx, r, writer); });
  router.Unary<pb::TakeNextNoticeRequest, pb::NeedNotice>(
      kService, "TakeNextNotice",
      [this](Ctx& ctx, const auto& r) { return TakeNextNotice(ctx, r); });
  router.Unary<pb::AssignNoticeRequest, pb::NeedNotice>(
      kService, "AssignNotice", [this](Ctx& ctx, const pb::AssignNoticeRequest& r) {
        return Change(ctx, {r.name(), r.etag(), r.request_id()},
                      [&](pb::NeedNotice& notice, const Step& step) {
                        return Assign(notice, r.assignee(), r.assignee_display_name(), step);
                      });
      });
  router.Unary<pb::ActionRequest, pb::NeedNotice>(
      kService, "ReleaseNotice", [this](Ctx& ctx, const pb::ActionRequest& r) {
        return Change(ctx, {r.name(), r.etag(), r.request_id(), r.reason()}, Release);
      });
  router.Unary<pb::RequestInformationRequest, pb::NeedNotice>(
      kService, "RequestInformation", [this](Ctx& ctx, const pb::RequestInformationRequest& r) {
        return Change(ctx, {r.name(), r.etag(), r.request_id()},
                      [&](pb::NeedNotice& notice, const Step& step) {
                        return RequestInformation(notice, r.information_request(), step);
                      });
      });
  router.Unary<pb::SendPreliminaryReplyRequest, pb::NeedNotice>(
      kService, "SendPreliminaryReply", [this](Ctx& ctx, const pb::SendPreliminaryReplyRequest& r) {
        return Change(ctx, {r.name(), r.etag(), r.request_id()},
                      [&](pb::NeedNotice& notice, const Step& step) {
                        return ReplyPreliminarily(notice, r.preliminary_reply(), step);
                      });
      });
}

}  // namespace ip::referral
