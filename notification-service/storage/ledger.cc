#include "notification-service/storage/ledger.h"

#include "lib/base/clock.h"
#include "notification-service/domain/slot.h"

namespace ip::notification {
namespace {

constexpr absl::Duration kMemory = absl::Hours(24 * 30);

}  // namespace

absl::Status AddToLedger(sql::Session& session, const std::string& message_id, int fence,
                         const std::string& outcome, int code, const std::string& enhanced) {
  return session
      .Execute(
          "INSERT INTO attempt (message_id, fence, seq, gate_at, outcome, code, enhanced, "
          "finish_time) SELECT m.id, ?, (SELECT COUNT(*) FROM attempt a WHERE "
          "a.message_id = m.id AND a.fence = ?), m.gate_at, ?, ?, ?, ? FROM message m "
          "WHERE m.id = ?",
          {fence, fence, outcome, code, enhanced, SystemClock().Now(), message_id})
      .status();
}

absl::Status FinishSlots(sql::Session& session, const std::string& message_id) {
  return session
      .Execute("UPDATE slot SET state = ? WHERE message_id = ? AND state = ?",
               {SlotState::kDone, message_id, SlotState::kBound})
      .status();
}

absl::Status CountRefusal(sql::Session& session, const std::string& address_hash, int score,
                          absl::Time now) {
  if (address_hash.empty() || score <= 0) return absl::OkStatus();
  const absl::Time until = now + kMemory;
  // MariaDB assigns from left to right: until_time sees the new score.
  return session
      .Execute(
          "INSERT INTO suppression (address_hash, score, last_time, until_time) "
          "VALUES (?, ?, ?, IF(? >= ?, ?, NULL)) ON DUPLICATE KEY UPDATE "
          "score = IF(last_time < ?, 0, score) + VALUES(score), last_time = VALUES(last_time), "
          "until_time = IF(score >= ?, ?, until_time)",
          {address_hash, score, now, score, kShutOutScore, until, now - kMemory, kShutOutScore,
           until})
      .status();
}

}  // namespace ip::notification
