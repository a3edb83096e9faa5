#include "plan-service/storage/plan_questions.h"

namespace ip::plan {

absl::StatusOr<std::vector<GapCell>> PlanQuestions::Gaps(absl::Time deadline,
                                                         const std::string& unit) const {
  auto session = pool_.Acquire(deadline);
  if (!session.ok()) return session.status();
  std::vector<GapCell> cells;
  absl::Status status = session->Query(
      "SELECT life_area, decision, COUNT(*), CAST(SUM(activity_count) AS SIGNED) FROM plan_gap"
      " WHERE unit = ? GROUP BY life_area, decision",
      {unit}, [&](const sql::Row& row) {
        const auto number = [&](int i) { return static_cast<int>(row.Int64(i)); };
        cells.push_back({{number(0), number(1)}, number(2), number(3)});
      });
  if (!status.ok()) return status;
  return cells;
}

absl::StatusOr<std::vector<std::string>> PlanQuestions::DueForAge(absl::Time deadline,
                                                                  absl::CivilDay today,
                                                                  int limit) const {
  auto session = pool_.Acquire(deadline);
  if (!session.ok()) return session.status();
  std::vector<std::string> plans;
  absl::Status status = session->Query(
      "SELECT plan FROM plan_list WHERE age_date <= ? ORDER BY age_date, plan LIMIT ?",
      {today, limit}, [&](const sql::Row& row) { plans.push_back(row.String(0)); });
  if (!status.ok()) return status;
  return plans;
}

}  // namespace ip::plan
