// The rows beside the documents: what the queue, "my notices" and the workers ask for.
#ifndef REFERRAL_SERVICE_STORAGE_PROJECTIONS_H_
#define REFERRAL_SERVICE_STORAGE_PROJECTIONS_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "individuellplan/referral/v1/referral_service.pb.h"
#include "lib/crypto/cipher.h"
#include "lib/sql/pool.h"
#include "referral-service/domain/types.h"

namespace ip::referral {

// The unit still has something to do with it: it is not closed, or a complaint waits.
bool IsInQueue(const pb::QueueItem& item);

// What the queue shows of a notice; without the clock's signal.
pb::QueueItem QueueItemOf(const pb::NeedNotice& notice);

// Writes all rows for a notice as it is now. Part of the transaction that changes it.
absl::Status Project(sql::Session& session, const crypto::Cipher& cipher, const pb::NeedNotice& now,
                     const pb::NeedNotice* before, int64_t revision);

// A queue row's sealed item.
absl::StatusOr<pb::QueueItem> OpenQueueItem(const crypto::Cipher& cipher, const std::string& name,
                                            int64_t revision, const std::string& sealed);

// What other services may learn of the change; nothing while it is a draft.
std::optional<std::string> EventOf(const pb::NeedNotice& now, int64_t revision);

}  // namespace ip::referral

#endif  // REFERRAL_SERVICE_STORAGE_PROJECTIONS_H_
