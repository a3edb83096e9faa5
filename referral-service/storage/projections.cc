#include "referral-service/storage/projections.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "lib/base/clock.h"
#include "referral-service/domain/acceptance.h"
#include "referral-service/domain/legal_clock.h"
#include "referral-service/domain/obligations.h"
#include "referral-service/storage/parties.h"

namespace ip::referral {
namespace {

constexpr char kInsertParty[] =
    "INSERT INTO notice_party (party, create_time, name) VALUES (?, ?, ?)";
constexpr char kUpsertQueue[] =
    "INSERT INTO notice_queue (name, revision, unit, state, is_open, urgency_rank, due_date,"
    " amber_date, submit_time, assignee, subject, source, close_time, item)"
    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
    " ON DUPLICATE KEY UPDATE revision = VALUES(revision), unit = VALUES(unit),"
    " state = VALUES(state), is_open = VALUES(is_open), urgency_rank = VALUES(urgency_rank),"
    " due_date = VALUES(due_date), amber_date = VALUES(amber_date), assignee = VALUES(assignee),"
    " close_time = VALUES(close_time), item = VALUES(item)";
constexpr char kUpsertWork[] =
    "INSERT INTO notice_work (name, due_time, attempts) VALUES (?, ?, 0)"
    " ON DUPLICATE KEY UPDATE due_time = VALUES(due_time), attempts = 0";
constexpr char kDeleteWork[] = "DELETE FROM notice_work WHERE name = ?";
constexpr char kDeleteSecrets[] = "DELETE FROM notice_secret WHERE name = ?";

std::string Aad(const std::string& name, int64_t revision) {
  return absl::StrCat("notice_queue|", name, "|", revision);
}

bool IsForwarded(const pb::NeedNotice& notice) {
  return notice.state() == pb::NeedNotice::FORWARDED;
}

bool NeedsWork(const pb::NeedNotice& notice) { return IsUnfinished(notice) || IsForwarded(notice); }

// Rejected ones may be opened again; forwarded ones hand their secrets on first.
bool NeedsSecrets(const pb::NeedNotice& notice) {
  return notice.state() == pb::NeedNotice::DRAFT || IsInQueue(notice.state()) ||
         IsForwarded(notice) || notice.state() == pb::NeedNotice::REJECTED_NOT_ELIGIBLE;
}

absl::Status WriteParties(sql::Session& session, const pb::NeedNotice& now,
                          const pb::NeedNotice* before) {
  const auto had = before == nullptr ? std::vector<std::string>() : PartiesOf(*before);
  for (const auto& party : PartiesOf(now)) {
    if (std::find(had.begin(), had.end(), party) != had.end()) continue;
    const auto inserted =
        session.Execute(kInsertParty, {party, TimeOf(now.create_time()), now.name()});
    if (!inserted.ok()) return inserted.status();
  }
  return absl::OkStatus();
}

absl::Status WriteQueueRow(sql::Session& session, const crypto::Cipher& cipher,
                           const pb::NeedNotice& now, int64_t revision) {
  const bool open = IsInQueue(now.state());
  const std::optional<absl::Time> closed =
      open ? std::nullopt : std::optional(TimeOf(now.update_time()));
  return session
      .Execute(kUpsertQueue,
               {now.name(), revision, now.unit(), now.state(), open,
                now.urgency() == pb::NeedNotice::URGENT ? 0 : 1, DueDay(now),
                DayOf(now.clock().amber_date()), TimeOf(now.submit_time()), now.assignee(),
                now.subject().person(), now.notifier().source(), closed,
                cipher.Seal(QueueItemOf(now).SerializeAsString(), Aad(now.name(), revision))})
      .status();
}

absl::Status WriteWork(sql::Session& session, const pb::NeedNotice& now,
                       const pb::NeedNotice* before) {
  if (NeedsWork(now)) {
    return session.Execute(kUpsertWork, {now.name(), SystemClock().Now()}).status();
  }
  if (before != nullptr && NeedsWork(*before)) {
    return session.Execute(kDeleteWork, {now.name()}).status();
  }
  return absl::OkStatus();
}

// The new notice has come to be: the old one has nothing left to hand on.
absl::Status FinishForwarding(sql::Session& session, const std::string& old_name) {
  for (const char* statement : {kDeleteWork, kDeleteSecrets}) {
    const auto deleted = session.Execute(statement, {old_name});
    if (!deleted.ok()) return deleted.status();
  }
  return absl::OkStatus();
}

}  // namespace

bool IsInQueue(State state) {
  return state == pb::NeedNotice::SUBMITTED || state == pb::NeedNotice::IN_TRIAGE ||
         state == pb::NeedNotice::AWAITING_INFO || state == pb::NeedNotice::ACCEPTED;
}

pb::QueueItem QueueItemOf(const pb::NeedNotice& notice) {
  pb::QueueItem item;
  item.set_name(notice.name());
  item.set_state(notice.state());
  item.set_etag(notice.etag());
  item.set_subject_display_name(notice.subject().display_name());
  item.set_source(notice.notifier().source());
  item.set_urgency(notice.urgency());
  *item.mutable_clock() = notice.clock();
  item.mutable_clock()->clear_signal();
  item.set_assignee(notice.assignee());
  item.set_assignee_display_name(notice.assignee_display_name());
  item.set_requested_outcome(notice.requested_outcome());
  item.set_possible_duplicate(!notice.possible_duplicates().empty());
  if (notice.state() == pb::NeedNotice::AWAITING_INFO) {
    *item.mutable_answer_due_date() = notice.information_request().answer_due_date();
  }
  return item;
}

absl::Status Project(sql::Session& session, const crypto::Cipher& cipher, const pb::NeedNotice& now,
                     const pb::NeedNotice* before, int64_t revision) {
  absl::Status status = WriteParties(session, now, before);
  if (status.ok() && now.has_clock()) status = WriteQueueRow(session, cipher, now, revision);
  if (status.ok()) status = WriteWork(session, now, before);
  if (status.ok() && !NeedsSecrets(now)) {
    status = session.Execute(kDeleteSecrets, {now.name()}).status();
  }
  if (status.ok() && before == nullptr && !now.forwarded_from().empty()) {
    status = FinishForwarding(session, now.forwarded_from());
  }
  return status;
}

absl::StatusOr<pb::QueueItem> OpenQueueItem(const crypto::Cipher& cipher, const std::string& name,
                                            int64_t revision, const std::string& sealed) {
  auto opened = cipher.Open(sealed, Aad(name, revision));
  if (!opened.ok()) return opened.status();
  pb::QueueItem item;
  if (!item.ParseFromString(*opened)) return absl::DataLossError("A queue row cannot be read.");
  return item;
}

std::optional<std::string> EventOf(const pb::NeedNotice& now, int64_t revision) {
  if (!now.has_clock()) return std::nullopt;
  return ObligationsOf(now, revision).SerializeAsString();
}

}  // namespace ip::referral
