#include "plan-service/storage/access_log.h"

#include <algorithm>
#include <limits>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "lib/base/errors.h"
#include "lib/base/id.h"
#include "lib/base/log.h"
#include "lib/base/metrics.h"

namespace ip::plan {
namespace {

namespace pb = individuellplan::plan::v1;

std::string NameOf(const std::string& plan, int64_t number) {
  return absl::StrCat(plan, "/accessLogEntries/", absl::Dec(number, absl::kZeroPad8));
}

std::string PlaceOf(const std::string& plan, int64_t number) {
  return absl::StrCat("access_log|", plan, "|", number);
}

std::string Chain(const std::string& hash_before, const std::string& bytes) {
  return Sha256(hash_before + bytes);
}

// "(?, ?), (?, ?)" for two tuples of two.
std::string Tuples(size_t count, std::string_view tuple) {
  std::string out;
  for (size_t i = 0; i < count; ++i) absl::StrAppend(&out, i == 0 ? "" : ", ", std::string(tuple));
  return out;
}

// Cuts a list into runs of 16, 8, 4, 2 and 1, so that there are few different statements to
// prepare.
template <class Item, class Fn>
absl::Status InRuns(const std::vector<Item>& items, Fn fn) {
  for (size_t at = 0; at < items.size();) {
    size_t size = 16;
    while (size > items.size() - at) size /= 2;
    if (absl::Status status = fn(std::span(items).subspan(at, size)); !status.ok()) return status;
    at += size;
  }
  return absl::OkStatus();
}

// The whole database is in trouble, not one row.
bool IsEverybodys(const absl::Status& status) {
  return absl::IsUnavailable(status) || absl::IsResourceExhausted(status);
}

void CountCommit(size_t rows) {
  static auto& commits = prometheus::BuildCounter()
                             .Name("ip_access_log_commits_total")
                             .Help("Transactions that wrote access log rows.")
                             .Register(Metrics())
                             .Add({});
  static auto& written = prometheus::BuildCounter()
                             .Name("ip_access_log_rows_total")
                             .Help("Access log rows written.")
                             .Register(Metrics())
                             .Add({});
  commits.Increment();
  written.Increment(static_cast<double>(rows));
}

absl::Status CannotLog(const absl::Status& why) {
  Log(Severity::kError, "access_log.failed", {{"status", std::string(why.message())}});
  return Error(
      absl::StatusCode::kUnavailable, "ACCESS_LOG_UNAVAILABLE",
      "The look-up cannot be logged just now, so nothing is shown. Try again in a moment.");
}

}  // namespace

AccessLog::AccessLog(sql::Pool* pool, const crypto::Cipher* cipher)
    : pool_(*pool), cipher_(*cipher), writer_([this] { Run(); }) {}

AccessLog::~AccessLog() {
  {
    absl::MutexLock lock(&mutex_);
    stopped_ = true;
  }
  writer_.join();
}

int64_t EntryNumber(const std::string& name) {
  int64_t number = 0;
  const bool ok = absl::SimpleAtoi(name.substr(name.rfind('/') + 1), &number);
  return ok ? number : 0;
}

std::string AccessLog::SealOf(const std::string& plan, const Head& head) const {
  return cipher_.Seal(head.hash, absl::StrCat("access_log_head|", plan, "|", head.number));
}

bool AccessLog::IsSealed(const std::string& plan, const Head& head, const std::string& seal) const {
  const auto hash = cipher_.Open(seal, absl::StrCat("access_log_head|", plan, "|", head.number));
  return hash.ok() && *hash == head.hash;
}

absl::Status AccessLog::Begin(sql::Session& session, const std::string& plan) const {
  return session
      .Execute(
          "INSERT INTO access_log_head (plan, last_number, last_hash, seal) VALUES (?, 0, ?, ?)",
          {plan, Head().hash, SealOf(plan, Head())})
      .status();
}

absl::Status AccessLog::LockHeads(sql::Session& session, Heads& heads) const {
  std::vector<std::string> plans;
  for (const auto& [plan, head] : heads) plans.push_back(plan);
  std::vector<std::string> missing = plans;
  const auto lock = [&](std::span<const std::string> run) {
    return session.Query(
        absl::StrCat("SELECT plan, last_number, last_hash, seal FROM access_log_head"
                     " FORCE INDEX (PRIMARY) WHERE plan IN (",
                     Tuples(run.size(), "?"), ") ORDER BY plan FOR UPDATE"),
        sql::Values(run.begin(), run.end()), [&](const sql::Row& row) {
          const std::string plan = row.String(0);
          Head head{row.Int64(1), row.String(2)};
          if (!IsSealed(plan, head, row.String(3))) head.hash = Chain(head.hash, "not sealed");
          heads[plan] = std::move(head);
          std::erase(missing, plan);
        });
  };
  absl::Status status = InRuns(plans, lock);
  // Whoever took the head away is not covered up by a new one: it has no seal. Another process may
  // be quicker; then its head counts.
  const std::vector<std::string> added = missing;
  for (const std::string& plan : added) {
    if (!status.ok()) return status;
    status = session
                 .Execute(
                     "INSERT INTO access_log_head (plan, last_number, last_hash, seal)"
                     " VALUES (?, 0, ?, '') ON DUPLICATE KEY UPDATE last_number = last_number",
                     {plan, Head().hash})
                 .status();
  }
  return status.ok() ? InRuns(added, lock) : status;
}

absl::Status AccessLog::SaveHeads(sql::Session& session, const Heads& heads) const {
  std::vector<const Heads::value_type*> all;
  for (const auto& head : heads) all.push_back(&head);
  return InRuns(all, [&](std::span<const Heads::value_type* const> run) {
    sql::Values values;
    for (const auto* item : run) {
      const auto& [plan, head] = *item;
      values.insert(values.end(), {plan, head.number, head.hash, SealOf(plan, head)});
    }
    return session
        .Execute(absl::StrCat("INSERT INTO access_log_head (plan, last_number, last_hash, seal)"
                              " VALUES ",
                              Tuples(run.size(), "(?, ?, ?, ?)"),
                              " ON DUPLICATE KEY UPDATE last_number = VALUES(last_number),"
                              " last_hash = VALUES(last_hash), seal = VALUES(seal)"),
                 values)
        .status();
  });
}

absl::Status AccessLog::Append(sql::Session& session, const std::vector<const AccessLogRow*>& rows,
                               Heads& heads) const {
  return InRuns(rows, [&](std::span<const AccessLogRow* const> run) {
    sql::Values values;
    for (const AccessLogRow* row : run) {
      Head& head = heads[row->plan];
      pb::AccessLogEntry entry = row->entry;
      entry.set_name(NameOf(row->plan, ++head.number));
      const std::string bytes = entry.SerializeAsString();
      head.hash = Chain(head.hash, bytes);
      values.insert(values.end(),
                    {row->plan, head.number, entry.accessor(),
                     cipher_.Seal(bytes, PlaceOf(row->plan, head.number)), head.hash});
    }
    return session
        .Execute(
            absl::StrCat("INSERT INTO access_log (plan, number, accessor, entry, hash) VALUES ",
                         Tuples(run.size(), "(?, ?, ?, ?, ?)")),
            values)
        .status();
  });
}

absl::Status AccessLog::Save(std::span<const Batch> batches) const {
  std::vector<const AccessLogRow*> rows;
  absl::Time deadline = absl::InfinitePast();
  for (const Batch& batch : batches) {
    for (const AccessLogRow& row : batch.rows) rows.push_back(&row);
    deadline = std::max(deadline, batch.deadline);
  }
  absl::Status saved = sql::Transact(pool_, deadline, [&](sql::Session& session) {
    // Locked in one order by all processes, so that two transactions do not wait for each other.
    Heads heads;
    for (const AccessLogRow* row : rows) heads.emplace(row->plan, Head());
    absl::Status status = LockHeads(session, heads);
    if (status.ok()) status = Append(session, rows, heads);
    return status.ok() ? SaveHeads(session, heads) : status;
  });
  if (saved.ok()) CountCommit(rows.size());
  return saved;
}

void AccessLog::SaveAndTell(const Batches& batches) const {
  const absl::Status together = Save(batches);
  // One call's trouble must not be another's.
  const bool alone = batches.size() > 1 && !together.ok() && !IsEverybodys(together);
  for (const Batch& batch : batches) {
    const absl::Status saved = alone ? Save({&batch, 1}) : together;
    batch.done(saved.ok() ? saved : CannotLog(saved));
  }
}

void AccessLog::Run() {
  const auto work = [this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    return stopped_ || !waiting_.empty();
  };
  for (;;) {
    Batches batches;
    {
      absl::MutexLock lock(&mutex_);
      mutex_.Await(absl::Condition(&work));
      batches.swap(waiting_);
    }
    if (batches.empty()) return;
    SaveAndTell(batches);
  }
}

size_t AccessLog::waiting() const {
  absl::MutexLock lock(&mutex_);
  return waiting_.size();
}

void AccessLog::Write(absl::Time deadline, std::vector<AccessLogRow> rows, Done done) {
  absl::MutexLock lock(&mutex_);
  waiting_.push_back({std::move(rows), deadline, std::move(done)});
}

absl::StatusOr<std::vector<pb::AccessLogEntry>> AccessLog::Read(absl::Time deadline,
                                                                const std::string& plan,
                                                                const std::string& condition,
                                                                sql::Values values,
                                                                int limit) const {
  auto session = pool_.Acquire(deadline);
  if (!session.ok()) return session.status();
  values.insert(values.begin(), plan);
  values.emplace_back(limit);
  std::vector<pb::AccessLogEntry> entries;
  absl::Status status =
      session->Query(absl::StrCat("SELECT number, entry FROM access_log WHERE plan = ? AND ",
                                  condition, " ORDER BY number DESC LIMIT ?"),
                     values, [&](const sql::Row& row) {
                       auto bytes = cipher_.Open(row.String(1), PlaceOf(plan, row.Int64(0)));
                       if (!bytes.ok()) return bytes.status();
                       return entries.emplace_back().ParseFromString(*bytes)
                                  ? absl::OkStatus()
                                  : absl::DataLossError("An access log entry cannot be read.");
                     });
  if (!status.ok()) return status;
  return entries;
}

absl::StatusOr<std::vector<pb::AccessLogEntry>> AccessLog::List(absl::Time deadline,
                                                                const std::string& plan,
                                                                const std::string& accessor,
                                                                int64_t before, int limit) const {
  std::string condition = "number < ?";
  sql::Values values = {before == 0 ? std::numeric_limits<int64_t>::max() : before};
  if (!accessor.empty()) {
    condition += " AND accessor = ?";
    values.emplace_back(accessor);
  }
  return Read(deadline, plan, condition, std::move(values), limit);
}

absl::StatusOr<std::vector<pb::AccessLogEntry>> AccessLog::Find(
    absl::Time deadline, const std::string& plan, const std::vector<int64_t>& numbers) const {
  if (numbers.empty()) return std::vector<pb::AccessLogEntry>();
  return Read(deadline, plan, absl::StrCat("number IN (", Tuples(numbers.size(), "?"), ")"),
              sql::Values(numbers.begin(), numbers.end()), static_cast<int>(numbers.size()));
}

absl::StatusOr<int64_t> AccessLog::FirstBeyondHead(absl::Time deadline,
                                                   const std::string& plan) const {
  int64_t first = 0;
  // With the head locked nobody writes, so what lies behind it was not written by us.
  absl::Status status = sql::Transact(pool_, deadline, [&](sql::Session& session) {
    const auto number = [](const sql::Row& row) { return row.Int64(0); };
    auto last = session.QueryOne(
        "SELECT last_number FROM access_log_head WHERE plan = ? FOR UPDATE", {plan}, number);
    if (!last.ok()) return last.status();
    auto next = session.QueryOne(
        "SELECT number FROM access_log WHERE plan = ? AND number > ? ORDER BY number LIMIT 1",
        {plan, last->value_or(0)}, number);
    if (next.ok()) first = next->value_or(0);
    return next.status();
  });
  if (!status.ok()) return status;
  return first;
}

absl::StatusOr<pb::VerifyAccessLogResponse> AccessLog::Verify(absl::Time deadline,
                                                              const std::string& plan) const {
  pb::VerifyAccessLogResponse response;
  const auto broken = [&](int64_t number) {
    if (response.first_broken_entry().empty()) {
      response.set_first_broken_entry(NameOf(plan, number));
    }
  };
  auto beyond = FirstBeyondHead(deadline, plan);
  if (!beyond.ok()) return beyond.status();
  auto session = pool_.Acquire(deadline);
  if (!session.ok()) return session.status();
  // The head first: rows written meanwhile lie behind it.
  std::string seal;
  auto found =
      session->QueryOne("SELECT last_number, last_hash, seal FROM access_log_head WHERE plan = ?",
                        {plan}, [&](const sql::Row& row) {
                          seal = row.String(2);
                          return Head{row.Int64(0), row.String(1)};
                        });
  if (!found.ok()) return found.status();
  const Head end = found->value_or(Head());
  Head at;
  absl::Status status = session->Query(
      "SELECT number, entry, hash, accessor FROM access_log WHERE plan = ? AND number <= ?"
      " ORDER BY number",
      {plan, end.number}, [&](const sql::Row& row) {
        const int64_t number = row.Int64(0);
        if (number != at.number + 1) broken(at.number + 1);
        auto bytes = cipher_.Open(row.String(1), PlaceOf(plan, number));
        const std::string hash = bytes.ok() ? Chain(at.hash, *bytes) : "";
        pb::AccessLogEntry entry;
        if (hash != row.String(2) || !entry.ParseFromString(*bytes) ||
            entry.accessor() != row.String(3)) {
          broken(number);
        }
        at = {number, row.String(2)};
        response.set_entry_count(response.entry_count() + 1);
      });
  if (!status.ok()) return status;
  if (at.number != end.number || at.hash != end.hash || !*found || !IsSealed(plan, end, seal)) {
    broken(at.number + 1);
  }
  if (*beyond > 0) broken(*beyond);
  response.set_intact(response.first_broken_entry().empty());
  return response;
}

}  // namespace ip::plan
