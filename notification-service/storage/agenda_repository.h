// From slots whose time has come to messages.
#ifndef NOTIFICATION_SERVICE_STORAGE_AGENDA_REPOSITORY_H_
#define NOTIFICATION_SERVICE_STORAGE_AGENDA_REPOSITORY_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "individuellplan/notification/v1/notification_service.pb.h"
#include "lib/sql/pool.h"
#include "notification-service/domain/choose.h"

namespace ip::notification {

// A slot with what became of its mail.
struct ToldSlot {
  Slot slot;
  // STATE_UNSPECIFIED when there was no mail.
  individuellplan::notification::v1::Delivery::State delivery =
      individuellplan::notification::v1::Delivery::STATE_UNSPECIFIED;
  std::string delivery_reason;
};

// What became of one addressee's slots.
struct Bound {
  int messages = 0;
  int expired = 0;
};

class AgendaRepository {
 public:
  // `key` as for IntakeRepository.
  AgendaRepository(sql::Pool* pool, std::string key) : pool_(*pool), key_(std::move(key)) {}

  // Addressees with planned slots whose time has come, those that wait longest first.
  absl::StatusOr<std::vector<std::string>> DueAddressees(absl::Time now, int limit);

  // Decides (Choose) on the addressee's slots and makes the messages, in one transaction. Several
  // replicas may do this at once: a message is made once.
  absl::StatusOr<Bound> Bind(const std::string& addressee, absl::Time now);

  // Slots for explanation: all of an obligation; those of an aggregate planned before `until`.
  absl::StatusOr<std::vector<ToldSlot>> OfObligation(const std::string& obligation,
                                                     absl::Time deadline);
  absl::StatusOr<std::vector<Slot>> Planned(const std::string& aggregate, absl::Time until,
                                            absl::Time deadline);

 private:
  absl::Status BindIn(sql::Session& session, const std::string& addressee, absl::Time now,
                      Bound& bound);
  // Make a message of slots, which must not be empty. What is no digest has the key of its first.
  absl::Status MakeSingle(sql::Session& session, const std::vector<Slot>& slots, absl::Time now);
  absl::Status MakeMessage(sql::Session& session, const std::vector<Slot>& slots,
                           const std::string& key_text, absl::Time now);

  sql::Pool& pool_;
  const std::string key_;
};

}  // namespace ip::notification

#endif  // NOTIFICATION_SERVICE_STORAGE_AGENDA_REPOSITORY_H_
