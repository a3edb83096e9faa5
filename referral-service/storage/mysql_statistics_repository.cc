#include "referral-service/storage/projections.h"
#include "referral-service/storage/statistics_repository.h"

namespace ip::referral {
namespace {

using Response = pb::GetQueueStatisticsResponse;

constexpr char kOpen[] =
    "SELECT COUNT(*), COALESCE(SUM(due_date < ? AND state <> ?), 0) FROM notice_queue"
    " WHERE unit = ? AND is_open = 1";
// The name of a case worker stands sealed in each of their notices; one of them is enough.
constexpr char kLoads[] =
    "SELECT q.assignee, load_of.open_count, q.name, q.revision, q.item FROM"
    " (SELECT assignee, COUNT(*) AS open_count, MIN(name) AS name FROM notice_queue"
    "  WHERE unit = ? AND is_open = 1 AND assignee <> '' GROUP BY assignee) AS load_of"
    " JOIN notice_queue q ON q.name = load_of.name ORDER BY load_of.open_count DESC, q.assignee";
constexpr char kOutcomes[] =
    "SELECT source, state, COUNT(*) FROM notice_queue"
    " WHERE unit = ? AND submit_time >= ? AND submit_time < ? GROUP BY source, state"
    " ORDER BY source, state";
constexpr char kTimes[] =
    "SELECT TIMESTAMPDIFF(SECOND, submit_time, close_time) AS waited FROM notice_queue"
    " WHERE unit = ? AND state = ? AND submit_time >= ? AND submit_time < ? ORDER BY waited";

class MysqlStatisticsRepository final : public StatisticsRepository {
 public:
  explicit MysqlStatisticsRepository(const document::Config& config)
      : pool_(*config.pool), cipher_(*config.cipher) {}

  absl::StatusOr<Response> Get(absl::Time deadline, const std::string& unit, absl::CivilDay today,
                               absl::Time from, absl::Time to) override {
    auto session = pool_.Acquire(deadline);
    if (!session.ok()) return session.status();
    Response response;
    absl::Status status =
        session->Query(kOpen, {today, pb::NeedNotice::ACCEPTED, unit}, [&](const sql::Row& row) {
          response.set_open_count(static_cast<int>(row.Int64(0)));
          response.set_overdue_count(static_cast<int>(row.Int64(1)));
        });
    if (status.ok()) status = AddLoads(*session, unit, response);
    if (status.ok()) {
      status = session->Query(kOutcomes, {unit, from, to}, [&](const sql::Row& row) {
        auto* outcome = response.add_source_outcomes();
        outcome->set_source(static_cast<pb::Notifier::Source>(row.Int64(0)));
        outcome->set_state(static_cast<State>(row.Int64(1)));
        outcome->set_notice_count(static_cast<int>(row.Int64(2)));
      });
    }
    std::vector<int64_t> waited;
    if (status.ok()) {
      status = session->Query(kTimes, {unit, pb::NeedNotice::CLOSED_DONE, from, to},
                              [&](const sql::Row& row) { waited.push_back(row.Int64(0)); });
    }
    if (!status.ok()) return status;
    if (!waited.empty()) {
      response.mutable_median_time_to_coordinator()->set_seconds(waited[(waited.size() - 1) / 2]);
    }
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
