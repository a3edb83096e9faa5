#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "lib/base/errors.h"
#include "lib/base/log.h"
#include "lib/base/paging.h"
#include "notification-service/service/handlers.h"
#include "notification-service/service/names.h"
#include "notification-service/service/reminder.h"

namespace ip::notification {
namespace {

constexpr int kDefaultHorizon = 60;
constexpr int kLongestHorizon = 400;

}  // namespace

absl::StatusOr<pb::PreviewRemindersResponse> Handlers::PreviewReminders(
    rpc::CallContext& ctx, const pb::PreviewRemindersRequest& request) {
  Violations violations;
  if (!absl::StartsWith(request.aggregate(), "plans/") &&
      !absl::StartsWith(request.aggregate(), "notices/")) {
    violations.Add("aggregate", "must be \"plans/{plan}\" or \"notices/{notice}\"");
  }
  if (request.horizon_days() < 0 || request.horizon_days() > kLongestHorizon) {
    violations.Add("horizon_days", "must be 0 to 400");
  }
  if (auto status = violations.ToStatus(); !status.ok()) return status;
  const int days = request.horizon_days() == 0 ? kDefaultHorizon : request.horizon_days();
  auto slots = parts_.agenda->Planned(request.aggregate(),
                                      parts_.clock->Now() + absl::Hours(24 * days), ctx.deadline());
  if (!slots.ok()) return slots.status();
  pb::PreviewRemindersResponse response;
  for (const Slot& slot : *slots) *response.add_reminders() = ReminderOf(slot);
  return response;
}

absl::StatusOr<pb::ExplainReminderResponse> Handlers::ExplainReminder(
    rpc::CallContext& ctx, const pb::ExplainReminderRequest& request) {
  if (request.obligation().empty()) {
    return InvalidField("obligation",
                        "is required, e.g. \"plans/{plan}/evaluations/{evaluation}\"");
  }
  auto slots = parts_.agenda->OfObligation(request.obligation(), ctx.deadline());
  if (!slots.ok()) return slots.status();
  pb::ExplainReminderResponse response;
  for (const ToldSlot& told : *slots) {
    pb::Reminder& reminder = *response.add_reminders();
    reminder = ReminderOf(told.slot);
    const bool has_mail =
        told.slot.state == SlotState::kBound || told.slot.state == SlotState::kDone;
    if (!has_mail || told.delivery == Delivery::STATE_UNSPECIFIED) continue;
    reminder.set_state(Delivery::State_Name(told.delivery));
    reminder.set_reason(told.delivery_reason);
  }
  return response;
}

absl::StatusOr<pb::ListDeliveriesResponse> Handlers::ListDeliveries(
    rpc::CallContext& ctx, const pb::ListDeliveriesRequest& request) {
  const std::string arguments = absl::StrCat("deliveries|", request.state());
  auto last = ReadPageToken(request.page_token(), arguments);
  if (!last.ok()) return last.status();
  const int size = PageSize(request.page_size());
  auto deliveries = parts_.deliveries->List(request.state(), last->empty() ? "" : last->front(),
                                            size + 1, ctx.deadline());
  if (!deliveries.ok()) return deliveries.status();
  pb::ListDeliveriesResponse response;
  for (const Delivery& delivery : *deliveries) {
    if (response.deliveries_size() == size) {
      auto id = IdOf(response.deliveries(size - 1).name(), "deliveries");
      if (!id.ok()) return id.status();
      response.set_next_page_token(MakePageToken({*id}, arguments));
      break;
    }
    *response.add_deliveries() = delivery;
  }
  return response;
}

absl::StatusOr<pb::Delivery> Handlers::RetryDelivery(rpc::CallContext& ctx,
                                                     const pb::DeliveryActionRequest& request) {
  auto delivery = MoveDelivery(
      ctx, request, {Delivery::DEAD, Delivery::FAILED, Delivery::BOUNCED, Delivery::HELD},
      Delivery::SCHEDULED, "RETRIED");
  if (delivery.ok()) parts_.queued->Ring();
  return delivery;
}

absl::StatusOr<pb::Delivery> Handlers::CancelDelivery(rpc::CallContext& ctx,
                                                      const pb::DeliveryActionRequest& request) {
  return MoveDelivery(
      ctx, request,
      {Delivery::SCHEDULED, Delivery::UNKNOWN, Delivery::DEAD, Delivery::FAILED, Delivery::BOUNCED},
      Delivery::SUPPRESSED, "GIVEN_UP");
}

absl::StatusOr<pb::Delivery> Handlers::MoveDelivery(rpc::CallContext& ctx,
                                                    const pb::DeliveryActionRequest& request,
                                                    const std::vector<Delivery::State>& from,
                                                    Delivery::State to, std::string_view word) {
  auto id = IdOf(request.name(), "deliveries");
  if (!id.ok()) return id.status();
  if (request.reason().empty()) return InvalidField("reason", "is required: say why");
  auto moved = parts_.deliveries->Move(*id, from, to, word, parts_.clock->Now());
  if (!moved.ok()) return moved.status();
  auto delivery = parts_.deliveries->Get(*id, ctx.deadline());
  if (!delivery.ok()) return delivery.status();
  if (!delivery->has_value()) return NotFound("delivery");
  const bool repeated = (*delivery)->state() == to;
  if (!*moved && !repeated) {
    return StateForbids("DELIVERY_STATE_FORBIDS_ACTION", Delivery::State_Name((*delivery)->state()),
                        ctx.method(), "Look at it with ListDeliveries.");
  }
  // The reason stays out of the log: it is free text.
  if (*moved)
    Log(Severity::kInfo, "delivery_moved", {{"delivery", *id}, {"to", std::string(word)}});
  return **delivery;
}

}  // namespace ip::notification
