#include <algorithm>

#include "absl/strings/match.h"
#include "lib/base/errors.h"
#include "lib/outbox/outbox.h"
#include "referral-service/domain/access.h"
#include "referral-service/domain/draft.h"
#include "referral-service/domain/obligations.h"
#include "referral-service/service/handlers.h"

namespace ip::referral {
namespace {

constexpr char kService[] = "individuellplan.referral.v1.ReferralFeedService";
constexpr int kBatch = 200;

using Response = type::ResolveContactResponse;

Response Obstacle(Response::Obstacle obstacle) {
  Response response;
  response.set_obstacle(obstacle);
  return response;
}

Response Reached(const std::string& email, Response::Audience audience) {
  if (email.empty()) return Obstacle(Response::NO_ADDRESS);
  Response response;
  response.set_email(email);
  response.set_audience(audience);
  return response;
}

// Takes out what is not for who sent the notice to do.
void KeepDutiesOfNotifier(type::ObligationEvent& event) {
  auto* duties = event.mutable_obligations();
  const auto is_others = [](const type::Obligation& duty) {
    return std::none_of(duty.parties().begin(), duty.parties().end(), [](const auto& party) {
      return party.capacity() == type::Obligation::NOTIFIER;
    });
  };
  duties->erase(std::remove_if(duties->begin(), duties->end(), is_others), duties->end());
}

}  // namespace

absl::StatusOr<bool> Handlers::IsToldOf(Ctx& ctx, type::ObligationEvent& event) {
  if (ctx.caller().role != type::SYSTEM) return true;
  const auto notice = deps_.notices->Get(SystemClock().Now() + absl::Seconds(5), event.aggregate());
  if (absl::IsNotFound(notice.status())) return false;
  if (!notice.ok()) return notice.status();
  const absl::Status access =
      CheckAccess(type::READ_NOTICE, notice->message, ctx.caller(), *deps_.reference);
  KeepDutiesOfNotifier(event);
  return access.ok();
}

absl::Status Handlers::WatchEvents(Ctx& ctx, const type::WatchEventsRequest& request,
                                   rpc::Writer<type::ObligationEvent>& writer) {
  auto seq = outbox::DecodeCursor(request.after(), "after");
  if (!seq.ok()) {
    return Error(absl::StatusCode::kInvalidArgument, "CURSOR_INVALID",
                 std::string(seq.status().message()));
  }
  while (!ctx.cancelled() && !ctx.stopping()) {
    const absl::Time slice = std::min(ctx.deadline(), SystemClock().Now() + absl::Seconds(1));
    const auto entries = deps_.feed->Next(*seq, kBatch, slice);
    if (!entries.ok()) return entries.status();
    for (const auto& entry : *entries) {
      type::ObligationEvent event;
      if (!event.ParseFromString(entry.payload)) {
        return absl::DataLossError("An outbox entry cannot be read.");
      }
      *seq = entry.seq;
      event.set_cursor(outbox::EncodeCursor(entry.seq));
      event.mutable_create_time()->set_seconds(absl::ToUnixSeconds(entry.create_time));
      const auto told = IsToldOf(ctx, event);
      if (!told.ok()) return told.status();
      if (*told && !writer.Write(event)) return absl::CancelledError();
    }
    // So that who is told little need not read it all again. Only while catching up: live, it would
    // tell when others send notices.
    if (ctx.caller().role == type::SYSTEM && entries->size() == kBatch) {
      type::ObligationEvent place;
      place.set_cursor(outbox::EncodeCursor(*seq));
      if (!writer.Write(place)) return absl::CancelledError();
    }
  }
  return Error(absl::StatusCode::kUnavailable, "STREAM_ENDED",
               "The stream has ended. Call again with the last cursor.");
}

absl::StatusOr<type::ObligationEvent> Handlers::GetObligations(
    Ctx& ctx, const type::GetObligationsRequest& request) {
  const auto notice = deps_.notices->Get(ctx.deadline(), request.aggregate());
  if (!notice.ok()) return notice.status();
  if (!notice->message.has_clock()) return NotFound("notice");  // not sent
  return ObligationsOf(notice->message, notice->revision);
}

absl::StatusOr<type::ResolveContactResponse> Handlers::ResolveContact(
    Ctx& ctx, const type::ResolveContactRequest& request) {
  const auto found = deps_.notices->Get(ctx.deadline(), request.obligation());
  if (!found.ok()) return found.status();
  const pb::NeedNotice& notice = found->message;
  const std::string& recipient = request.recipient();
  const auto event = ObligationsOf(notice, found->revision);
  // The unit answers for every open duty in the end, also where the duty does not name it.
  const bool of_unit = recipient == notice.unit() && !event.obligations().empty();
  if (!of_unit && !Answers(event, recipient)) {
    return Obstacle(Response::NOT_RESPONSIBLE);
  }
  if (absl::StartsWith(recipient, "units/")) {
    const auto* unit = deps_.reference->FindUnit(recipient);
    if (unit == nullptr) return Obstacle(Response::NO_ADDRESS);
    const bool leader = request.capacity() == type::Obligation::UNIT_LEADER;
    return Reached(leader ? unit->leader_email() : unit->email(), Response::PROFESSIONAL);
  }
  Response reached = Reached(notice.notifier().work_email(),
                             IsProfessional(notice.notifier().source()) ? Response::PROFESSIONAL
                                                                        : Response::PRIVATE_PERSON);
  if (notice.notifier().source() == pb::Notifier::SELF) {
    reached.set_language(notice.subject().language());
  }
  return reached;
}

void Handlers::RegisterFeed(rpc::Router& router) {
  router.ServerStream<type::WatchEventsRequest, type::ObligationEvent>(
      kService, "WatchEvents",
      [this](Ctx& ctx, const auto& r, auto& writer) { return WatchEvents(ctx, r, writer); });
  router.Unary<type::GetObligationsRequest, type::ObligationEvent>(
      kService, "GetObligations",
      [this](Ctx& ctx, const auto& r) { return GetObligations(ctx, r); });
  router.Unary<type::ResolveContactRequest, type::ResolveContactResponse>(
      kService, "ResolveContact",
      [this](Ctx& ctx, const auto& r) { return ResolveContact(ctx, r); });
}

}  // namespace ip::referral
