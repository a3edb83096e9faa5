#include "referral-service/storage/projections.h"

#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "lib/base/clock.h"
#include "referral-service/domain/acceptance.h"
#include "referral-service/domain/complaints.h"
#include "referral-service/domain/legal_clock.h"
#include "referral-service/domain/obligations.h"
#include "referral-service/domain/states.h"
#include "referral-service/storage/parties.h"

namespace ip::referral {
namespace {

constexpr char kInsertParty[] =
    "INSERT INTO notice_party (party, create_time, name) VALUES (?, ?, ?)";
constexpr char kUpsertQueue[] =
    "INSERT INTO notice_queue (name, revision, unit, state, is_open, urgency_rank, due_date,"
    " amber_date, submit_time, assignee, subject, source, close_time, decide_date, plan, item,"
    " need_date) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
    " ON DUPLICATE KEY UPDATE revision = VALUES(revision), unit = VALUES(unit),"
    " state = VALUES(state), is_open = VALUES(is_open), urgency_rank = VALUES(urgency_rank),"
    " due_date = VALUES(due_date), amber_date = VALUES(amber_date), assignee = VALUES(assignee),"
    " close_time = VALUES(close_time), decide_date = VALUES(decide_date), plan = VALUES(plan),"
    " item = VALUES(item)";
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
  return notice.state() == pb::NeedNotice::DRAFT || IsOpen(notice.state()) || IsForwarded(notice) ||
         notice.state() == pb::NeedNotice::REJECTED_NOT_ELIGIBLE;
}

// When it came to the state it is closed in; what happens later (a letter, a complaint) does not
// count.
std::optional<absl::Time> ClosedAt(const pb::NeedNotice& notice) {
  if (IsOpen(notice.state())) return std::nullopt;
  std::optional<absl::Time> closed;
  for (auto entry = notice.history().rbegin(); entry != notice.history().rend(); ++entry) {
    if (entry->state() != notice.state()) break;
    closed = TimeOf(entry->time());
  }
  return closed;
}

// The plan that the notice has led to or was joined with.
std::string PlanOf(const pb::NeedNotice& notice) {
  if (absl::StartsWith(notice.merged_into(), "plans/")) return notice.merged_into();
  return notice.acceptance().plan();
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
  const pb::QueueItem item = QueueItemOf(now);
  const bool open = IsInQueue(item);
  std::optional<absl::CivilDay> decided;
  std::optional<absl::CivilDay> needed;
  if (IsValid(now.need_observed_date())) needed = DayOf(now.need_observed_date());
  if (now.decision().has_decide_time()) decided = OsloDay(TimeOf(now.decision().decide_time()));
  return session
      .Execute(
          kUpsertQueue,
          {now.name(), revision, now.unit(), now.state(), open,
           now.urgency() == pb::NeedNotice::URGENT ? 0 : 1, DueDay(now),
           DayOf(now.clock().amber_date()), TimeOf(now.submit_time()), now.assignee(),
           now.subject().person(), now.notifier().source(), ClosedAt(now), decided, PlanOf(now),
           cipher.Seal(item.SerializeAsString(), Aad(now.name(), revision)), needed})
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

bool IsInQueue(const pb::QueueItem& item) { return IsOpen(item.state()) || item.open_complaint(); }

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
  *item.mutable_due_date() = DateOf(DueDay(notice));
  item.set_assignee(notice.assignee());
  item.set_assignee_display_name(notice.assignee_display_name());
  item.set_requested_outcome(notice.requested_outcome());
  item.set_possible_duplicate(!notice.possible_duplicates().empty());
  item.set_open_complaint(HasOpenComplaint(notice));
  if (notice.state() == pb::NeedNotice::ACCEPTED) {
    item.set_acceptance_step(notice.acceptance().step());
  }
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
