// NotificationService, RPC by RPC.
#ifndef NOTIFICATION_SERVICE_SERVICE_HANDLERS_H_
#define NOTIFICATION_SERVICE_SERVICE_HANDLERS_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "individuellplan/notification/v1/notification_service.pb.h"
#include "lib/base/clock.h"
#include "lib/reference/reference.h"
#include "lib/rpc/call_context.h"
#include "lib/rpc/router.h"
#include "notification-service/domain/rules.h"
#include "notification-service/storage/agenda_repository.h"
#include "notification-service/storage/delivery_repository.h"
#include "notification-service/storage/inbox_repository.h"
#include "notification-service/storage/intake_repository.h"
#include "notification-service/worker/bell.h"

namespace ip::notification {

namespace pb = individuellplan::notification::v1;

class Handlers {
 public:
  struct Parts {
    IntakeRepository* intake;
    AgendaRepository* agenda;
    DeliveryRepository* deliveries;
    InboxRepository* inbox;
    const Reference* reference;
    const Rules* rules;
    const Clock* clock;
    Bell* queued;          // rung when a delivery was put back
    std::string mail_key;  // as for CourierOptions: opt-out tokens
  };
  explicit Handlers(const Parts& parts) : parts_(parts) {}

  // RPCs that are not registered answer UNIMPLEMENTED.
  void Register(rpc::Router& router);

  // A person sees their own notifications; who works at a coordinating unit sees the unit's, its
  // leader also the leader's.
  absl::StatusOr<pb::ListMyNotificationsResponse> ListMyNotifications(
      rpc::CallContext& ctx, const pb::ListMyNotificationsRequest& request);
  absl::StatusOr<pb::Notification> GetNotification(rpc::CallContext& ctx,
                                                   const pb::GetNotificationRequest& request);
  absl::StatusOr<pb::Notification> AcknowledgeNotification(
      rpc::CallContext& ctx, const pb::AcknowledgeNotificationRequest& request);
  absl::StatusOr<pb::Preferences> GetMyPreferences(rpc::CallContext& ctx,
                                                   const pb::GetMyPreferencesRequest& request);
  absl::StatusOr<pb::Preferences> UpdateMyPreferences(
      rpc::CallContext& ctx, const pb::UpdateMyPreferencesRequest& request);

  // Called by the gateway for whoever holds the mail.
  absl::StatusOr<pb::OptOutResponse> OptOut(rpc::CallContext& ctx,
                                            const pb::OptOutRequest& request);

  absl::StatusOr<pb::DryRunRulesResponse> DryRunRules(rpc::CallContext& ctx,
                                                      const pb::DryRunRulesRequest& request);
  absl::StatusOr<pb::PreviewRemindersResponse> PreviewReminders(
      rpc::CallContext& ctx, const pb::PreviewRemindersRequest& request);
  absl::StatusOr<pb::ExplainReminderResponse> ExplainReminder(
      rpc::CallContext& ctx, const pb::ExplainReminderRequest& request);
  absl::StatusOr<pb::ListDeliveriesResponse> ListDeliveries(
      rpc::CallContext& ctx, const pb::ListDeliveriesRequest& request);
  absl::StatusOr<pb::Delivery> RetryDelivery(rpc::CallContext& ctx,
                                             const pb::DeliveryActionRequest& request);
  absl::StatusOr<pb::Delivery> CancelDelivery(rpc::CallContext& ctx,
                                              const pb::DeliveryActionRequest& request);

 private:
  // Whose inboxes the caller may read.
  std::vector<std::string> AddresseesOf(const Caller& caller) const;
  absl::StatusOr<pb::Delivery> MoveDelivery(rpc::CallContext& ctx,
                                            const pb::DeliveryActionRequest& request,
                                            const std::vector<Delivery::State>& from,
                                            Delivery::State to, std::string_view word);

  const Parts parts_;
};

}  // namespace ip::notification

#endif  // NOTIFICATION_SERVICE_SERVICE_HANDLERS_H_
