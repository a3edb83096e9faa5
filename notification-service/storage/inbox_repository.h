// The portal inbox and what recipients wish.
#ifndef NOTIFICATION_SERVICE_STORAGE_INBOX_REPOSITORY_H_
#define NOTIFICATION_SERVICE_STORAGE_INBOX_REPOSITORY_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "individuellplan/notification/v1/notification_service.pb.h"
#include "lib/sql/pool.h"
#include "notification-service/domain/rules.h"

namespace ip::notification {

using individuellplan::notification::v1::Notification;
using individuellplan::notification::v1::Preferences;

// Where a page of the inbox begins: behind this notification.
struct InboxPlace {
  absl::Time time = absl::InfiniteFuture();
  std::string id;
};

struct InboxItem {
  Notification notification;
  std::string addressee;  // see Addressee() in domain/slot.h
  InboxPlace place;
};

struct StoredPreferences {
  Preferences preferences;
  int64_t version = 0;  // 0 when nothing was set
};

class InboxRepository {
 public:
  explicit InboxRepository(sql::Pool* pool) : pool_(*pool) {}

  // What was told to one of `addressees`, newest first.
  absl::StatusOr<std::vector<InboxItem>> List(const std::vector<std::string>& addressees,
                                              bool unseen_only, const InboxPlace& after, int limit,
                                              absl::Time deadline);
  // Nothing when there is no such notification or it was never told.
  absl::StatusOr<std::optional<InboxItem>> Get(const std::string& id, absl::Time deadline);
  // Keeps the first time.
  absl::Status Acknowledge(const std::string& id, absl::Time now, absl::Time deadline);

  absl::StatusOr<StoredPreferences> GetPreferences(const std::string& recipient,
                                                   absl::Time deadline);
  // False when the version is not `expected` any more.
  absl::StatusOr<bool> SetPreferences(const std::string& recipient, const Preferences& preferences,
                                      int64_t expected, absl::Time deadline);

  // Mutes the kinds of a message's optional reminders for its recipient; answers them, nothing when
  // there is no such message. Repeating it changes nothing.
  absl::StatusOr<std::optional<std::vector<Obligation::Kind>>> OptOut(const std::string& message_id,
                                                                      absl::Time deadline);

 private:
  sql::Pool& pool_;
};

}  // namespace ip::notification

#endif  // NOTIFICATION_SERVICE_STORAGE_INBOX_REPOSITORY_H_
