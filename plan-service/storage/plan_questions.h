// Questions over all plans that no single plan answers.
#ifndef PLAN_SERVICE_STORAGE_PLAN_QUESTIONS_H_
#define PLAN_SERVICE_STORAGE_PLAN_QUESTIONS_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "lib/sql/pool.h"
#include "plan-service/domain/gaps.h"

namespace ip::plan {

// Reads what PlanRepository projects. Thread-safe. Errors of all methods are those of lib/sql.
class PlanQuestions {
 public:
  // `pool` outlives this.
  explicit PlanQuestions(sql::Pool* pool) : pool_(*pool) {}

  // All cells of a unit's open plans, small ones too: not to be shown before Publish.
  absl::StatusOr<std::vector<GapCell>> Gaps(absl::Time deadline, const std::string& unit) const;

  // Open plans whose owner's age changes something on `today` or has already; at most `limit`.
  absl::StatusOr<std::vector<std::string>> DueForAge(absl::Time deadline, absl::CivilDay today,
                                                     int limit) const;

 private:
  sql::Pool& pool_;
};

}  // namespace ip::plan

#endif  // PLAN_SERVICE_STORAGE_PLAN_QUESTIONS_H_
