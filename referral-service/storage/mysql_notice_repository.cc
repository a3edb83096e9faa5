#include <algorithm>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "lib/auth/expiring_cache.h"
#include "lib/base/clock.h"
#include "lib/base/errors.h"
#include "lib/outbox/outbox.h"
#include "referral-service/storage/notice_repository.h"
#include "referral-service/storage/projections.h"
#include "referral-service/storage/secrets.h"

namespace ip::referral {
namespace {

constexpr char kPickNext[] =
    "SELECT name FROM notice_queue WHERE unit = ? AND state = ?"
    " ORDER BY urgency_rank, due_date, submit_time, name LIMIT 1 FOR UPDATE SKIP LOCKED";
constexpr char kQueueColumns[] =
    "SELECT name, revision, urgency_rank, due_date, submit_time, amber_date, item"
    " FROM notice_queue";
// The states of IsInQueue, spelt out so that the index by_state alone answers.
constexpr char kCounts[] =
    "SELECT state, COUNT(*), MIN(submit_time) FROM notice_queue"
    " WHERE unit = ? AND state IN (?, ?, ?, ?) GROUP BY state";
// Counting more notices than this is not done anew for every page ...
constexpr int kFewNotices = 2000;
// ... but when so many times as long has passed as it took.
constexpr int kCountRest = 20;
constexpr size_t kUnits = 1000;
constexpr char kListOf[] =
    "SELECT name, create_time FROM notice_party WHERE party = ? AND create_time <= ?"
    " AND (create_time < ? OR name < ?) ORDER BY create_time DESC, name DESC LIMIT ?";
// Names grow with time; a person with more open notices than this is known to have many.
// By the person, whatever the optimizer makes of it: few rows for one person, many for a unit.
constexpr char kFindOthers[] =
    "(SELECT name FROM notice_queue FORCE INDEX (by_subject)"
    " WHERE subject = ? AND is_open = 1 AND unit = ? ORDER BY name LIMIT 20)"
    " UNION ALL"
    " (SELECT DISTINCT plan FROM notice_queue FORCE INDEX (by_subject)"
    " WHERE subject = ? AND is_open = 0 AND unit = ? AND plan <> '' ORDER BY plan LIMIT 5)";

// A queue row as it is read.
struct QueueRow {
  std::string name;
  int64_t revision;
  int64_t urgency_rank;
  absl::CivilDay due;
  absl::Time submitted;
  absl::CivilDay amber;
  std::string item;
};

QueueRow ReadQueueRow(const sql::Row& row) {
  return {row.String(0), row.Int64(1), row.Int64(2), row.Day(3),
          row.Time(4),   row.Day(5),   row.String(6)};
}

pb::Clock::Signal SignalOf(const QueueRow& row, absl::CivilDay today) {
  if (today > row.due) return pb::Clock::RED;
  return today >= row.amber ? pb::Clock::AMBER : pb::Clock::GREEN;
}

std::vector<std::string> PlaceOf(const QueueRow& row) {
  return {absl::StrCat(row.urgency_rank), absl::FormatCivilTime(row.due),
          absl::StrCat(absl::ToUnixMicros(row.submitted)), row.name};
}

// Appends "AND …" for one signal.
void FilterSignal(pb::Clock::Signal signal, absl::CivilDay today, std::string& sql,
                  sql::Values& values) {
  values.emplace_back(today);
  if (signal == pb::Clock::RED) {
    sql += " AND due_date < ?";
  } else if (signal == pb::Clock::AMBER) {
    sql += " AND due_date >= ? AND amber_date <= ?";
    values.emplace_back(today);
  } else {
    sql += " AND due_date >= ? AND amber_date > ?";
    values.emplace_back(today);
  }
}

// Appends "AND …" for the rows behind a place.
absl::Status FilterAfter(const std::vector<std::string>& after, std::string& sql,
                         sql::Values& values) {
  int64_t rank = 0;
  int64_t micros = 0;
  absl::CivilDay due;
  if (after.size() != 4 || !absl::SimpleAtoi(after[0], &rank) ||
      !absl::ParseCivilTime(after[1], &due) || !absl::SimpleAtoi(after[2], &micros)) {
    return InvalidField("page_token", "Send the next_page_token of the page before.");
  }
  const absl::Time submitted = absl::FromUnixMicros(micros);
  // Spelt out, so that the index is read from the place on and not from its beginning.
  sql +=
      " AND urgency_rank >= ? AND (urgency_rank > ? OR due_date > ? OR"
      " (due_date = ? AND (submit_time > ? OR (submit_time = ? AND name > ?))))";
  for (const sql::Value& value :
       std::initializer_list<sql::Value>{rank, rank, due, due, submitted, submitted, after[3]}) {
    values.emplace_back(value);
  }
  return absl::OkStatus();
}

class MysqlNoticeRepository final : public NoticeRepository {
 public:
  explicit MysqlNoticeRepository(const document::Config& config)
      : pool_(*config.pool), cipher_(*config.cipher), store_(config, MakeHooks(config.cipher)) {}

  absl::StatusOr<ChangedNotice> Create(const document::Context& ctx, const std::string& name,
                                       const pb::NeedNotice& notice,
                                       const Secrets& secrets) override {
    return store_.Create(With(ctx, name, secrets), name, notice);
  }

  absl::StatusOr<Notice> Get(absl::Time deadline, const std::string& name) override {
    return store_.Get(deadline, name);
  }

  absl::StatusOr<ChangedNotice> Mutate(const document::Context& ctx, const std::string& name,
                                       const Change& change, const Secrets& secrets) override {
    return store_.Mutate(With(ctx, name, secrets), name, Wrap(change));
  }

  absl::StatusOr<ChangedNotice> TakeNext(const document::Context& ctx, const std::string& unit,
                                         const Change& change) override {
    const auto pick = [&](sql::Session& session) -> absl::StatusOr<std::string> {
      auto name = session.QueryOne(kPickNext, {unit, pb::NeedNotice::SUBMITTED},
                                   [](const sql::Row& row) { return row.String(0); });
      if (!name.ok()) return name.status();
      if (*name) return **name;
      return Error(absl::StatusCode::kNotFound, "QUEUE_EMPTY",
                   "No notice waits to be taken in this queue. WatchQueue tells when one comes.");
    };
    return store_.MutateNext(ctx, pick, Wrap(change));
  }

  absl::StatusOr<QueuePage> ListQueue(absl::Time deadline, const QueueQuery& query) override {
    std::string sql = absl::StrCat(kQueueColumns, " WHERE unit = ?");
    sql::Values values = {query.unit};
    if (query.state) {
      sql += " AND state = ? AND is_open = 1";
      values.emplace_back(*query.state);
    } else {
      sql += " AND is_open = 1";
    }
    if (query.assignee) {
      sql += " AND assignee = ?";
      values.emplace_back(*query.assignee);
    }
    if (query.signal) FilterSignal(*query.signal, query.today, sql, values);
    if (!query.after.empty()) {
      if (absl::Status status = FilterAfter(query.after, sql, values); !status.ok()) return status;
    }
    sql += " ORDER BY urgency_rank, due_date, submit_time, name LIMIT ?";
    values.emplace_back(query.limit + 1);

    auto session = pool_.Acquire(deadline);
    if (!session.ok()) return session.status();
    std::vector<QueueRow> rows;
    absl::Status status = session->Query(
        sql, values, [&](const sql::Row& row) { rows.push_back(ReadQueueRow(row)); });
    if (!status.ok()) return status;

    QueuePage page;
    if (rows.size() > static_cast<size_t>(query.limit)) {
      rows.pop_back();
      page.last = PlaceOf(rows.back());
    }
    for (const auto& row : rows) {
      auto item = ItemOf(row, query.today);
      if (!item.ok()) return item.status();
      page.items.push_back(*std::move(item));
    }
    return page;
  }

  absl::StatusOr<std::optional<pb::QueueItem>> GetQueueItem(absl::Time deadline,
                                                            const std::string& name,
                                                            absl::CivilDay today) override {
    auto session = pool_.Acquire(deadline);
    if (!session.ok()) return session.status();
    auto row =
        session->QueryOne(absl::StrCat(kQueueColumns, " WHERE name = ?"), {name}, ReadQueueRow);
    if (!row.ok()) return row.status();
    if (!*row) return std::nullopt;
    auto item = ItemOf(**row, today);
    if (!item.ok()) return item.status();
    return *std::move(item);
  }

  absl::StatusOr<QueueCounts> CountQueue(absl::Time deadline, const std::string& unit) override {
    const absl::Time begin = SystemClock().Now();
    if (auto known = counted_.Find(unit, begin)) return *std::move(known);
    auto session = pool_.Acquire(deadline);
    if (!session.ok()) return session.status();
    QueueCounts counts;
    int total = 0;
    absl::Status status =
        session->Query(kCounts,
                       {unit, pb::NeedNotice::SUBMITTED, pb::NeedNotice::IN_TRIAGE,
                        pb::NeedNotice::AWAITING_INFO, pb::NeedNotice::ACCEPTED},
                       [&](const sql::Row& row) {
                         const auto state = static_cast<State>(row.Int64(0));
                         counts.by_state[state] = static_cast<int>(row.Int64(1));
                         total += counts.by_state[state];
                         if (state == pb::NeedNotice::SUBMITTED)
                           counts.oldest_untaken = row.Time(2);
                       });
    if (!status.ok()) return status;
    const absl::Time end = SystemClock().Now();
    if (total > kFewNotices) {
      counted_.Put(unit, counts, end + kCountRest * (end - begin), end);
    }
    return counts;
  }

  absl::StatusOr<std::vector<Listed>> ListOf(absl::Time deadline,
                                             const std::vector<std::string>& parties,
                                             absl::Time before, const std::string& before_name,
                                             int limit) override {
    std::vector<std::pair<absl::Time, std::string>> found;
    {
      auto session = pool_.Acquire(deadline);
      if (!session.ok()) return session.status();
      for (const auto& party : parties) {
        absl::Status status = session->Query(
            kListOf, {party, before, before, before_name, limit},
            [&](const sql::Row& row) { found.emplace_back(row.Time(1), row.String(0)); });
        if (!status.ok()) return status;
      }
    }
    std::sort(found.rbegin(), found.rend());
    found.erase(std::unique(found.begin(), found.end()), found.end());
    if (found.size() > static_cast<size_t>(limit)) found.resize(static_cast<size_t>(limit));
    std::vector<Listed> listed;
    for (const auto& [create_time, name] : found) {
      auto notice = Get(deadline, name);
      if (!notice.ok()) return notice.status();
      listed.push_back({std::move(notice->message), create_time});
    }
    return listed;
  }

  absl::StatusOr<int64_t> LastEvent(absl::Time deadline) override {
    if (auto numbered = outbox::NumberNew(pool_, deadline); !numbered.ok()) {
      return numbered.status();
    }
    return outbox::LastSeq(pool_, deadline);
  }

  absl::StatusOr<std::vector<std::string>> FindOthers(absl::Time deadline,
                                                      const std::string& subject,
                                                      const std::string& unit) override {
    auto session = pool_.Acquire(deadline);
    if (!session.ok()) return session.status();
    std::vector<std::string> names;
    absl::Status status =
        session->Query(kFindOthers, {subject, unit, subject, unit},
                       [&](const sql::Row& row) { names.push_back(row.String(0)); });
    if (!status.ok()) return status;
    return names;
  }

 private:
  static document::Hooks<pb::NeedNotice> MakeHooks(const crypto::Cipher* cipher) {
    document::Hooks<pb::NeedNotice> hooks;
    hooks.project = [cipher](sql::Session& session, const pb::NeedNotice& now,
                             const pb::NeedNotice* before, int64_t revision) {
      return Project(session, *cipher, now, before, revision);
    };
    hooks.event = EventOf;
    return hooks;
  }

  static document::Store<pb::NeedNotice>::Change Wrap(const Change& change) {
    return [&change](pb::NeedNotice& notice) -> absl::StatusOr<std::string> {
      if (absl::Status status = change(notice); !status.ok()) return status;
      return notice.name();
    };
  }

  document::Context With(document::Context ctx, const std::string& name,
                         const Secrets& secrets) const {
    ctx.also = [this, name, secrets](sql::Session& session) {
      return WriteSecrets(session, cipher_, name, secrets);
    };
    return ctx;
  }

  absl::StatusOr<pb::QueueItem> ItemOf(const QueueRow& row, absl::CivilDay today) const {
    auto item = OpenQueueItem(cipher_, row.name, row.revision, row.item);
    if (item.ok()) item->mutable_clock()->set_signal(SignalOf(row, today));
    return item;
  }

  sql::Pool& pool_;
  const crypto::Cipher& cipher_;
  const document::Store<pb::NeedNotice> store_;
  auth::ExpiringCache<QueueCounts> counted_{kUnits};  // of very long queues, by unit
};

}  // namespace

Repositories MakeMysqlRepositories(document::Config config) {
  config.table = "notice";
  config.resource = "notice";
  return {std::make_unique<MysqlNoticeRepository>(config), MakeMysqlWorkRepository(config),
          MakeMysqlStatisticsRepository(config)};
}

}  // namespace ip::referral
