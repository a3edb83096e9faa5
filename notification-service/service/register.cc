#include "notification-service/service/handlers.h"

namespace ip::notification {

void Handlers::Register(rpc::Router& router) {
  constexpr char kService[] = "individuellplan.notification.v1.NotificationService";
  router.AddService(kService);
  router.Unary<pb::ListMyNotificationsRequest, pb::ListMyNotificationsResponse>(
      kService, "ListMyNotifications",
      [this](auto& ctx, const auto& request) { return ListMyNotifications(ctx, request); });
  router.Unary<pb::GetNotificationRequest, pb::Notification>(
      kService, "GetNotification",
      [this](auto& ctx, const auto& request) { return GetNotification(ctx, request); });
  router.Unary<pb::AcknowledgeNotificationRequest, pb::Notification>(
      kService, "AcknowledgeNotification",
      [this](auto& ctx, const auto& request) { return AcknowledgeNotification(ctx, request); });
  router.Unary<pb::GetMyPreferencesRequest, pb::Preferences>(
      kService, "GetMyPreferences",
      [this](auto& ctx, const auto& request) { return GetMyPreferences(ctx, request); });
  router.Unary<pb::UpdateMyPreferencesRequest, pb::Preferences>(
      kService, "UpdateMyPreferences",
      [this](auto& ctx, const auto& request) { return UpdateMyPreferences(ctx, request); });
  router.Unary<pb::OptOutRequest, pb::OptOutResponse>(
      kService, "OptOut", [this](auto& ctx, const auto& request) { return OptOut(ctx, request); });
  router.Unary<pb::DryRunRulesRequest, pb::DryRunRulesResponse>(
      kService, "DryRunRules",
      [this](auto& ctx, const auto& request) { return DryRunRules(ctx, request); });
  router.Unary<pb::PreviewRemindersRequest, pb::PreviewRemindersResponse>(
      kService, "PreviewReminders",
      [this](auto& ctx, const auto& request) { return PreviewReminders(ctx, request); });
  router.Unary<pb::ExplainReminderRequest, pb::ExplainReminderResponse>(
      kService, "ExplainReminder",
      [this](auto& ctx, const auto& request) { return ExplainReminder(ctx, request); });
  router.Unary<pb::ListDeliveriesRequest, pb::ListDeliveriesResponse>(
      kService, "ListDeliveries",
      [this](auto& ctx, const auto& request) { return ListDeliveries(ctx, request); });
  router.Unary<pb::DeliveryActionRequest, pb::Delivery>(
      kService, "RetryDelivery",
      [this](auto& ctx, const auto& request) { return RetryDelivery(ctx, request); });
  router.Unary<pb::DeliveryActionRequest, pb::Delivery>(
      kService, "CancelDelivery",
      [this](auto& ctx, const auto& request) { return CancelDelivery(ctx, request); });
}

}  // namespace ip::notification
