#include "plan-service/storage/access_log.h"

#include <algorithm>
#include <limits>
#include <optional>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "lib/base/errors.h"
#include "lib/base/id.h"
#include "lib/base/log.h"

namespace ip::plan {
namespace {

namespace pb = individuellplan::plan::v1;

struct Head {
  int64_t number = 0;
  std::string hash = std::string(32, '\0');
};

std::string NameOf(const std::string& plan, int64_t number) {
  return absl::StrCat(plan, "/accessLogEntries/", absl::Dec(number, absl::kZeroPad8));
}

std::string PlaceOf(const std::string& plan, int64_t number) {
  return absl::StrCat("access_log|", plan, "|", number);
}

std::string Chain(const std::string& hash_before, const std::string& bytes) {
  return Sha256(hash_before + bytes);
}

}  // namespace

int64_t EntryNumber(const std::string& name) {
  int64_t number = 0;
  const bool ok = absl::SimpleAtoi(name.substr(name.rfind('/') + 1), &number);
  return ok ? number : 0;
}

absl::Status AccessLog::Append(sql::Session& session, const AccessLogRow& row) const {
  // Creates the head of a plan's chain, or locks it: the next row waits for this one.
  auto locked = session.Execute(
      "INSERT INTO access_log_head (plan, last_number, last_hash) VALUES (?, 0, ?)"
      " ON DUPLICATE KEY UPDATE last_number = last_number",
      {row.plan, Head().hash});
  if (!locked.ok()) return locked.status();
  auto head = session.QueryOne(
      "SELECT last_number, last_hash FROM access_log_head WHERE plan = ? FOR UPDATE", {row.plan},
      [](const sql::Row& r) {
        return Head{r.Int64(0), r.String(1)};
      });
  if (!head.ok()) return head.status();
  if (!*head) return absl::InternalError("access log head");

  const int64_t number = (*head)->number + 1;
  pb::AccessLogEntry entry = row.entry;
  entry.set_name(NameOf(row.plan, number));
  const std::string bytes = entry.SerializeAsString();
  const std::string hash = Chain((*head)->hash, bytes);
  auto added = session.Execute(
      "INSERT INTO access_log (plan, number, accessor, entry, hash) VALUES (?, ?, ?, ?, ?)",
      {row.plan, number, entry.accessor(), cipher_.Seal(bytes, PlaceOf(row.plan, number)), hash});
  if (!added.ok()) return added.status();
  return session
      .Execute("UPDATE access_log_head SET last_number = ?, last_hash = ? WHERE plan = ?",
               {number, hash, row.plan})
      .status();
}

absl::Status AccessLog::Save(absl::Time deadline, const Batches& batches) const {
  std::vector<const AccessLogRow*> rows;
  for (const auto& batch : batches) {
    for (const AccessLogRow& row : batch->rows) rows.push_back(&row);
  }
  // In one order for all processes, so that two transactions do not wait for each other.
  std::stable_sort(rows.begin(), rows.end(),
                   [](const AccessLogRow* a, const AccessLogRow* b) { return a->plan < b->plan; });
  return sql::Transact(pool_, deadline, [&](sql::Session& session) {
    for (const AccessLogRow* row : rows) {
      if (absl::Status appended = Append(session, *row); !appended.ok()) return appended;
    }
    return absl::OkStatus();
  });
}

void AccessLog::WriteWaiting(absl::Time deadline) {
  Batches batches;
  batches.swap(waiting_);
  writing_ = true;
  mutex_.Unlock();
  std::vector<absl::Status> outcomes(batches.size(), Save(deadline, batches));
  // One call's trouble must not be another's.
  if (batches.size() > 1 && !outcomes[0].ok()) {
    for (size_t i = 0; i < batches.size(); ++i) outcomes[i] = Save(deadline, {batches[i]});
  }
  mutex_.Lock();
  for (size_t i = 0; i < batches.size(); ++i) batches[i]->outcome = outcomes[i];
  writing_ = false;
  turned_.SignalAll();
}

absl::Status AccessLog::Write(absl::Time deadline, std::vector<AccessLogRow> rows) {
  if (rows.empty()) return absl::OkStatus();
  auto batch = std::make_shared<Batch>();
  batch->rows = std::move(rows);
  absl::Status status = absl::DeadlineExceededError("waited too long for the access log");
  {
    absl::MutexLock lock(&mutex_);
    waiting_.push_back(batch);
    while (!batch->outcome) {
      if (!writing_) {
        WriteWaiting(deadline);
      } else if (turned_.WaitWithDeadline(&mutex_, deadline) && !batch->outcome) {
        break;  // not answered; rows that are written all the same tell of an attempt
      }
    }
    if (batch->outcome) status = *batch->outcome;
  }
  if (status.ok()) return status;
  Log(Severity::kError, "access_log.failed", {{"status", std::string(status.message())}});
  return Error(
      absl::StatusCode::kUnavailable, "ACCESS_LOG_UNAVAILABLE",
      "The look-up cannot be logged just now, so nothing is shown. Try again in a moment.");
}

absl::StatusOr<std::vector<pb::AccessLogEntry>> AccessLog::List(absl::Time deadline,
                                                                const std::string& plan,
                                                                const std::string& accessor,
                                                                int64_t before, int limit) const {
  std::string sql = "SELECT number, entry FROM access_log WHERE plan = ? AND number < ?";
  sql::Values values = {plan, before == 0 ? std::numeric_limits<int64_t>::max() : before};
  if (!accessor.empty()) {
    sql += " AND accessor = ?";
    values.push_back(accessor);
  }
  sql += " ORDER BY number DESC LIMIT ?";
  values.push_back(limit);
  auto session = pool_.Acquire(deadline);
  if (!session.ok()) return session.status();
  std::vector<pb::AccessLogEntry> entries;
  absl::Status status = session->Query(sql, values, [&](const sql::Row& row) {
    auto bytes = cipher_.Open(row.String(1), PlaceOf(plan, row.Int64(0)));
    if (!bytes.ok()) return bytes.status();
    return entries.emplace_back().ParseFromString(*bytes)
               ? absl::OkStatus()
               : absl::DataLossError("An access log entry cannot be read.");
  });
  if (!status.ok()) return status;
  return entries;
}

absl::StatusOr<pb::VerifyAccessLogResponse> AccessLog::Verify(absl::Time deadline,
                                                              const std::string& plan) const {
  auto session = pool_.Acquire(deadline);
  if (!session.ok()) return session.status();
  // The head first: rows written meanwhile lie behind it.
  auto head = session->QueryOne("SELECT last_number, last_hash FROM access_log_head WHERE plan = ?",
                                {plan}, [](const sql::Row& row) {
                                  return Head{row.Int64(0), row.String(1)};
                                });
  if (!head.ok()) return head.status();
  const Head end = head->value_or(Head());
  pb::VerifyAccessLogResponse response;
  Head at;
  const auto broken = [&](int64_t number) {
    if (response.first_broken_entry().empty()) {
      response.set_first_broken_entry(NameOf(plan, number));
    }
  };
  absl::Status status = session->Query(
      "SELECT number, entry, hash FROM access_log WHERE plan = ? AND number <= ? ORDER BY number",
      {plan, end.number}, [&](const sql::Row& row) {
        const int64_t number = row.Int64(0);
        if (number != at.number + 1) broken(at.number + 1);
        auto bytes = cipher_.Open(row.String(1), PlaceOf(plan, number));
        const std::string hash = bytes.ok() ? Chain(at.hash, *bytes) : "";
        if (hash != row.String(2)) broken(number);
        at = {number, row.String(2)};
        response.set_entry_count(response.entry_count() + 1);
      });
  if (!status.ok()) return status;
  if (at.number != end.number || at.hash != end.hash) broken(at.number + 1);
  response.set_intact(response.first_broken_entry().empty());
  return response;
}

}  // namespace ip::plan
