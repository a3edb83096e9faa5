#include <algorithm>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "lib/base/errors.h"
#include "lib/base/paging.h"
#include "notification-service/service/handlers.h"
#include "notification-service/service/names.h"

namespace ip::notification {
namespace {

using individuellplan::type::v1::CASE_WORKER;
using individuellplan::type::v1::UNIT_LEADER;

absl::StatusOr<InboxPlace> PlaceOf(const std::vector<std::string>& last) {
  InboxPlace place;
  if (last.empty()) return place;
  int64_t micros = 0;
  if (last.size() != 2 || !absl::SimpleAtoi(last[0], &micros)) {
    return InvalidField("page_token", "is not one of ours; begin without it");
  }
  place.time = absl::FromUnixMicros(micros);
  place.id = last[1];
  return place;
}

}  // namespace

std::vector<std::string> Handlers::AddresseesOf(const Caller& caller) const {
  std::vector<std::string> addressees;
  if (!caller.person.empty()) addressees.push_back(caller.person);
  if (caller.role == CASE_WORKER || caller.role == UNIT_LEADER) {
    const auto* unit = parts_.reference->UnitOfOrganization(caller.organization);
    if (unit != nullptr) addressees.push_back(unit->name());
    if (unit != nullptr && caller.role == UNIT_LEADER) {
      addressees.push_back(Addressee(unit->name(), Obligation::UNIT_LEADER));
    }
  }
  return addressees;
}

absl::StatusOr<pb::ListMyNotificationsResponse> Handlers::ListMyNotifications(
    rpc::CallContext& ctx, const pb::ListMyNotificationsRequest& request) {
  const std::vector<std::string> addressees = AddresseesOf(ctx.caller());
  const std::string arguments =
      absl::StrCat(absl::StrJoin(addressees, ","), "|", request.unseen_only());
  auto last = ReadPageToken(request.page_token(), arguments);
  if (!last.ok()) return last.status();
  auto place = PlaceOf(*last);
  if (!place.ok()) return place.status();
  const int size = PageSize(request.page_size());
  auto items =
      parts_.inbox->List(addressees, request.unseen_only(), *place, size + 1, ctx.deadline());
  if (!items.ok()) return items.status();
  pb::ListMyNotificationsResponse response;
  const auto shown = std::min(items->size(), static_cast<size_t>(size));
  for (size_t i = 0; i < shown; ++i) *response.add_notifications() = (*items)[i].notification;
  if (items->size() > shown) {
    const InboxPlace& end = (*items)[shown - 1].place;
    response.set_next_page_token(
        MakePageToken({absl::StrCat(absl::ToUnixMicros(end.time)), end.id}, arguments));
  }
  return response;
}

absl::StatusOr<pb::Notification> Handlers::GetNotification(
    rpc::CallContext& ctx, const pb::GetNotificationRequest& request) {
  auto id = IdOf(request.name(), "notifications");
  if (!id.ok()) return id.status();
  auto item = parts_.inbox->Get(*id, ctx.deadline());
  if (!item.ok()) return item.status();
  const auto addressees = AddresseesOf(ctx.caller());
  const bool theirs = item->has_value() && std::find(addressees.begin(), addressees.end(),
                                                     (*item)->addressee) != addressees.end();
  if (!theirs) return NotFound("notification");
  return (*item)->notification;
}

absl::StatusOr<pb::Notification> Handlers::AcknowledgeNotification(
    rpc::CallContext& ctx, const pb::AcknowledgeNotificationRequest& request) {
  pb::GetNotificationRequest get;
  get.set_name(request.name());
  auto before = GetNotification(ctx, get);
  if (!before.ok()) return before.status();
  auto id = IdOf(request.name(), "notifications");
  if (!id.ok()) return id.status();
  auto status = parts_.inbox->Acknowledge(*id, parts_.clock->Now(), ctx.deadline());
  if (!status.ok()) return status;
  return GetNotification(ctx, get);
}

}  // namespace ip::notification
