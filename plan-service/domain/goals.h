// Goals, comments and objections: what the owner wants and says (§ 19 a).
#ifndef PLAN_SERVICE_DOMAIN_GOALS_H_
#define PLAN_SERVICE_DOMAIN_GOALS_H_

#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "individuellplan/plan/v1/care_plan.pb.h"
#include "individuellplan/plan/v1/plan_service.pb.h"
#include "plan-service/domain/act.h"

namespace ip::plan {

absl::StatusOr<std::string> CreateGoal(individuellplan::plan::v1::CarePlan& plan, const Act& act,
                                       const individuellplan::plan::v1::Goal& goal);

// Errors: PERMISSION_DENIED / OWN_WORDS_ARE_THE_OWNERS when anybody else touches own_words.
absl::StatusOr<std::string> UpdateGoal(individuellplan::plan::v1::CarePlan& plan, const Act& act,
                                       const individuellplan::plan::v1::UpdateGoalRequest& request);

// AcceptGoal and RejectGoal.
absl::StatusOr<std::string> AnswerGoal(individuellplan::plan::v1::CarePlan& plan, const Act& act,
                                       const individuellplan::plan::v1::ActionRequest& request,
                                       bool accept);

absl::StatusOr<std::string> ChangeGoalState(
    individuellplan::plan::v1::CarePlan& plan, const Act& act,
    const individuellplan::plan::v1::ChangeGoalStateRequest& request);

absl::StatusOr<std::string> CreateComment(individuellplan::plan::v1::CarePlan& plan, const Act& act,
                                          const individuellplan::plan::v1::Comment& comment);

absl::StatusOr<std::string> CreateObjection(individuellplan::plan::v1::CarePlan& plan,
                                            const Act& act,
                                            const individuellplan::plan::v1::Objection& objection);

absl::StatusOr<std::string> WithdrawObjection(
    individuellplan::plan::v1::CarePlan& plan, const Act& act,
    const individuellplan::plan::v1::ActionRequest& request);

// What can be objected to, commented or complained about: the plan, anything with a name in it, or
// one of its fields.
bool IsTarget(const individuellplan::plan::v1::CarePlan& plan, std::string_view target);

// The refusal that protects the owner's words.
absl::Status OwnWordsAreTheOwners(std::string_view field);

}  // namespace ip::plan

#endif  // PLAN_SERVICE_DOMAIN_GOALS_H_
