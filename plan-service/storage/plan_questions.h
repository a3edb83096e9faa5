// Questions over all plans that no single plan answers.
#ifndef PLAN_SERVICE_STORAGE_PLAN_QUESTIONS_H_
#define PLAN_SERVICE_STORAGE_PLAN_QUESTIONS_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "individuellplan/plan/v1/portable_plan.pb.h"
#include "lib/crypto/cipher.h"
#include "lib/sql/pool.h"
#include "plan-service/domain/gaps.h"

namespace ip::plan {

// Reads what PlanRepository projects and keeps. Thread-safe. Errors of all methods are those of
// lib/sql.
class PlanQuestions {
 public:
  // Both outlive this.
  PlanQuestions(sql::Pool* pool, const crypto::Cipher* cipher) : pool_(*pool), cipher_(*cipher) {}

  // All cells of a unit's open plans, small ones too: not to be shown before Publish.
  absl::StatusOr<std::vector<GapCell>> Gaps(absl::Time deadline, const std::string& unit) const;

  // Open plans whose owner's age changes something on `today` or has already; at most `limit`.
  absl::StatusOr<std::vector<std::string>> DueForAge(absl::Time deadline, absl::CivilDay today,
                                                     int limit) const;

  struct OpenPlan {
    std::string plan;
    std::string unit;
  };
  // The plan that "persons/{person}" has open; nothing when they have none.
  absl::StatusOr<std::optional<OpenPlan>> OpenPlanOf(absl::Time deadline,
                                                     const std::string& person) const;

  // What a plan was imported from, as the signed bundle carried it. Errors: also NOT_FOUND /
  // RESOURCE_NOT_FOUND when the plan was not imported, and DATA_LOSS.
  absl::StatusOr<individuellplan::plan::v1::PortablePlan> ImportedFrom(
      absl::Time deadline, const std::string& plan) const;

 private:
  sql::Pool& pool_;
  const crypto::Cipher& cipher_;
};

}  // namespace ip::plan

#endif  // PLAN_SERVICE_STORAGE_PLAN_QUESTIONS_H_
