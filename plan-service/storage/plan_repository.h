// Where plans are kept, and the questions that lists ask.
#ifndef PLAN_SERVICE_STORAGE_PLAN_REPOSITORY_H_
#define PLAN_SERVICE_STORAGE_PLAN_REPOSITORY_H_

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "individuellplan/plan/v1/care_plan.pb.h"
#include "lib/document/store.h"
#include "plan-service/domain/checker.h"

namespace ip::plan {

using individuellplan::plan::v1::CarePlan;

// Which plans a list is about, and from where on.
struct PlanQuery {
  enum class Order { kNextEvaluation, kNewestFirst, kAttention };
  // One of the two is set: plans somebody has to do with, or those of a unit.
  std::string person;
  std::string unit;
  // For a person: only where they have one of these roles ("OWNER", "COORDINATOR", "NOMINEE",
  // "PARTICIPANT"); empty for all.
  std::vector<std::string> roles;
  std::optional<CarePlan::State> state;
  // Only plans in which this alarm rings on `today`.
  std::optional<CarePlan::Alarm> alarm;
  absl::CivilDay today;
  Order order = Order::kNextEvaluation;
  // Sort key and plan of the last row seen; empty at the beginning.
  std::vector<std::string> after;
  int limit = 50;
};

struct PlanRow {
  std::string plan;
  // What `after` needs to go on behind this row.
  std::vector<std::string> key;
};

struct AlertRow {
  std::string plan;
  CarePlan::Alarm alarm;
  absl::CivilDay from;
  std::vector<std::string> key;
};

// Thread-safe. Errors of all methods are those of lib/document. Whoever reads or changes a plan
// gets it as its owner's age makes it on that day (domain/ages.h).
class PlanRepository {
 public:
  using Change = document::Store<CarePlan>::Change;
  using Changed = document::Mutated<CarePlan>;

  // `config` names pool, cipher, clock and feed; `rules` decide which alarms a list shows.
  PlanRepository(document::Config config, const RuleBook* rules);

  absl::StatusOr<CarePlan> Get(absl::Time deadline, const std::string& plan) const;
  // As it was at an instant of business time.
  absl::StatusOr<CarePlan> GetAsOf(absl::Time deadline, const std::string& plan,
                                   absl::Time time) const;
  // As one change left it.
  absl::StatusOr<CarePlan> GetRevision(absl::Time deadline, const std::string& plan,
                                       int64_t revision) const;

  // Errors: ALREADY_EXISTS / OPEN_PLAN_EXISTS when the person has an open plan. The bundle that a
  // plan is imported from is kept with it.
  absl::StatusOr<Changed> Create(const document::Context& ctx, const CarePlan& plan,
                                 const std::string& bundle = "") const;
  // The only way to change a plan. `change` is pure and may run twice.
  absl::StatusOr<Changed> Mutate(const document::Context& ctx, const std::string& plan,
                                 const Change& change) const;

  // Newest first, those before a revision.
  absl::StatusOr<std::vector<document::RevisionInfo>> ListRevisions(absl::Time deadline,
                                                                    const std::string& plan,
                                                                    int limit,
                                                                    int64_t before) const;
  // Candidates: what the caller may see of them is decided from the plans themselves.
  absl::StatusOr<std::vector<PlanRow>> FindPlans(absl::Time deadline, const PlanQuery& query) const;
  // Alarms of a unit's plans that ring on `today`, oldest first.
  absl::StatusOr<std::vector<AlertRow>> ListAlerts(absl::Time deadline, const std::string& unit,
                                                   absl::CivilDay today,
                                                   const std::vector<std::string>& after,
                                                   int limit) const;

 private:
  absl::Status Project(sql::Session& session, const CarePlan& plan, const CarePlan* before) const;
  absl::StatusOr<CarePlan> Read(absl::StatusOr<document::Versioned<CarePlan>> found,
                                absl::Time time) const;

  sql::Pool& pool_;
  const crypto::Cipher& cipher_;
  const Clock& clock_;
  const RuleBook& rules_;
  const document::Store<CarePlan> store_;
};

}  // namespace ip::plan

#endif  // PLAN_SERVICE_STORAGE_PLAN_REPOSITORY_H_
