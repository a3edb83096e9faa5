#include "plan-service/storage/plan_questions.h"

#include "lib/base/errors.h"
#include "lib/document/key.h"

namespace ip::plan {

namespace pb = individuellplan::plan::v1;

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

absl::StatusOr<std::optional<PlanQuestions::OpenPlan>> PlanQuestions::OpenPlanOf(
    absl::Time deadline, const std::string& person) const {
  auto session = pool_.Acquire(deadline);
  if (!session.ok()) return session.status();
  return session->QueryOne("SELECT plan, unit FROM plan_list WHERE open_subject = ?", {person},
                           [](const sql::Row& row) {
                             return OpenPlan{row.String(0), row.String(1)};
                           });
}

absl::StatusOr<pb::PortablePlan> PlanQuestions::ImportedFrom(absl::Time deadline,
                                                             const std::string& plan) const {
  auto session = pool_.Acquire(deadline);
  if (!session.ok()) return session.status();
  const auto sealed = session->QueryOne("SELECT bundle FROM plan_import WHERE plan = ?", {plan},
                                        [](const sql::Row& row) { return row.String(0); });
  if (!sealed.ok()) return sealed.status();
  if (!*sealed) return NotFound("imported history");
  const auto key = document::ReadKey(*session, cipher_, "plan", plan);
  if (!key.ok()) return key.status();
  const auto bundle = key->Open(**sealed, "plan_import|" + plan);
  if (!bundle.ok()) return bundle.status();
  pb::PortablePlan portable;
  if (!portable.ParseFromString(*bundle)) return absl::DataLossError("A bundle cannot be read.");
  return portable;
}

}  // namespace ip::plan
