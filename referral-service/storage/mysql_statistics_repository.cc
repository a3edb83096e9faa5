#include <algorithm>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "lib/base/clock.h"
#include "referral-service/storage/projections.h"
#include "referral-service/storage/statistics_repository.h"

namespace ip::referral {
namespace {

using N = pb::NeedNotice;
using Response = pb::GetQueueStatisticsResponse;

constexpr char kOpen[] =
    "SELECT COUNT(*), COALESCE(SUM(due_date < ? AND state IN (?, ?, ?)), 0) FROM notice_queue"
    " WHERE unit = ? AND is_open = 1";
// The name of a case worker stands sealed in each of their notices; one of them is enough.
constexpr char kLoads[] =
    "SELECT q.assignee, load_of.open_count, q.name, q.revision, q.item FROM"
    " (SELECT assignee, COUNT(*) AS open_count, MIN(name) AS name FROM notice_queue"
    "  WHERE unit = ? AND is_open = 1 AND assignee <> '' GROUP BY assignee) AS load_of"
    " JOIN notice_queue q ON q.name = load_of.name ORDER BY load_of.open_count DESC, q.assignee";
constexpr char kSubmitted[] =
    "SELECT source, state, submit_time, close_time, due_date, decide_date, need_date"
    " FROM notice_queue"
    " WHERE unit = ? AND submit_time >= ? AND submit_time < ?";

// One notice that was submitted in the period.
struct Submitted {
  pb::Notifier::Source source;
  State state;
  absl::Time submitted;
  std::optional<absl::Time> closed;
  absl::CivilDay due;
  std::optional<absl::CivilDay> decided;
  std::optional<absl::CivilDay> needed;
};

Submitted ReadSubmitted(const sql::Row& row) {
  return {static_cast<pb::Notifier::Source>(row.Int64(0)),
          static_cast<State>(row.Int64(1)),
          row.Time(2),
          row.OptionalTime(3),
          row.Day(4),
          row.OptionalDay(5),
          row.OptionalDay(6)};
}

// Half of them took no longer.
int64_t Median(std::vector<int64_t>& waited) {
  const auto middle = waited.begin() + static_cast<long>((waited.size() - 1) / 2);
  std::nth_element(waited.begin(), middle, waited.end());
  return *middle;
}

// Adds notices up: all of them, and month by month as people in Oslo count.
class Sums {
 public:
  Sums(absl::CivilDay today, int soon_days) : today_(today), soon_days_(soon_days) {}

  void Add(const Submitted& notice) {
    Month& month = months_[absl::CivilMonth(OsloDay(notice.submitted))];
    ++month.submitted;
    ++outcomes_[{notice.source, notice.state}];
    if (IsOverDeadline(notice)) ++month.over_deadline;
    if (notice.needed) AddNeed(OsloDay(notice.submitted) - *notice.needed, month);
    if (notice.state == N::CLOSED_DONE && notice.closed) {
      month.waited.push_back(absl::ToInt64Seconds(*notice.closed - notice.submitted));
      all_.waited.push_back(month.waited.back());
    }
  }

  void Tell(Response& response) {
    for (const auto& [key, count] : outcomes_) {
      auto* outcome = response.add_source_outcomes();
      outcome->set_source(key.first);
      outcome->set_state(key.second);
      outcome->set_notice_count(count);
    }
    for (auto& [first, month] : months_) {
      auto* told = response.add_months();
      *told->mutable_month() = DateOf(absl::CivilDay(first));
      told->set_submitted_count(month.submitted);
      TellTimes(month, *told);
      all_.over_deadline += month.over_deadline;
      all_.late += month.late;
    }
    TellTimes(all_, response);
  }

 private:
  struct Month {
    int submitted = 0;
    int over_deadline = 0;
    int late = 0;                 // notified later than soon
    std::vector<int64_t> waited;  // seconds to a coordinator
    std::vector<int64_t> needed;  // days from need to notice
  };

  void AddNeed(int64_t days, Month& month) {
    if (days > soon_days_) ++month.late;
    month.needed.push_back(days);
    all_.needed.push_back(days);
  }

  // Of a month, or of all together.
  template <class Told>
  static void TellTimes(Month& month, Told& told) {
    told.set_over_deadline_count(month.over_deadline);
    told.set_late_notice_count(month.late);
    if (!month.waited.empty()) {
      told.mutable_median_time_to_coordinator()->set_seconds(Median(month.waited));
    }
    if (!month.needed.empty()) {
      told.mutable_median_time_to_notice()->set_seconds(Median(month.needed) * 24 * 3600);
    }
  }

  // What was never decided (withdrawn, forwarded, …) is measured by the day it was closed.
  bool IsOverDeadline(const Submitted& notice) const {
    if (notice.decided) return *notice.decided > notice.due;
    return (notice.closed ? OsloDay(*notice.closed) : today_) > notice.due;
  }

  const absl::CivilDay today_;
  const int soon_days_;
  std::map<std::pair<pb::Notifier::Source, State>, int> outcomes_;
  std::map<absl::CivilMonth, Month> months_;
  Month all_;
};

class MysqlStatisticsRepository final : public StatisticsRepository {
 public:
  explicit MysqlStatisticsRepository(const document::Config& config)
      : pool_(*config.pool), cipher_(*config.cipher) {}

  absl::StatusOr<Response> Get(absl::Time deadline, const Question& question) override {
    const auto& [unit, today, from, to, soon_days] = question;
    auto session = pool_.Acquire(deadline);
    if (!session.ok()) return session.status();
    Response response;
    absl::Status status =
        session->Query(kOpen, {today, N::SUBMITTED, N::IN_TRIAGE, N::AWAITING_INFO, unit},
                       [&](const sql::Row& row) {
                         response.set_open_count(static_cast<int>(row.Int64(0)));
                         response.set_overdue_count(static_cast<int>(row.Int64(1)));
                       });
    if (status.ok()) status = AddLoads(*session, unit, response);
    Sums sums(today, soon_days);
    if (status.ok()) {
      status = session->Query(kSubmitted, {unit, from, to},
                              [&](const sql::Row& row) { sums.Add(ReadSubmitted(row)); });
    }
    if (!status.ok()) return status;
    sums.Tell(response);
    return response;
  }

 private:
  absl::Status AddLoads(sql::Session& session, const std::string& unit, Response& response) const {
    return session.Query(kLoads, {unit}, [&](const sql::Row& row) -> absl::Status {
      auto item = OpenQueueItem(cipher_, row.String(2), row.Int64(3), row.String(4));
      if (!item.ok()) return item.status();
      auto* load = response.add_loads();
      load->set_assignee(row.String(0));
      load->set_assignee_display_name(item->assignee_display_name());
      load->set_open_count(static_cast<int>(row.Int64(1)));
      return absl::OkStatus();
    });
  }

  sql::Pool& pool_;
  const crypto::Cipher& cipher_;
};

}  // namespace

std::unique_ptr<StatisticsRepository> MakeMysqlStatisticsRepository(
    const document::Config& config) {
  return std::make_unique<MysqlStatisticsRepository>(config);
}

}  // namespace ip::referral
