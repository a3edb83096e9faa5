// Looking after look-ups: what the owner asks about them ("ask why"), and access in an emergency
// (pjl §§ 15, 22; hpl § 21 a).
#ifndef PLAN_SERVICE_DOMAIN_OVERSIGHT_H_
#define PLAN_SERVICE_DOMAIN_OVERSIGHT_H_

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "individuellplan/plan/v1/access_service.pb.h"
#include "individuellplan/plan/v1/care_plan.pb.h"
#include "lib/auth/caller.h"
#include "plan-service/domain/act.h"

namespace ip::plan {

// How long a door opened in an emergency stays open.
inline constexpr absl::Duration kEmergencyTime = absl::Hours(4);

// Open at that instant: within its time, and not found unjustified by a review.
bool InForce(const individuellplan::plan::v1::EmergencyAccess& access, absl::Time now);

// The newest question about a look-up ("plans/{plan}/accessLogEntries/{entry}"); nullptr when
// nobody asked.
const individuellplan::plan::v1::AccessQuestion* QuestionAbout(
    const individuellplan::plan::v1::CarePlan& plan, std::string_view access_log_entry);

// What waits for the unit: questions without an answer, emergencies without a review.
std::vector<const individuellplan::plan::v1::AccessQuestion*> OpenQuestions(
    const individuellplan::plan::v1::CarePlan& plan);
std::vector<const individuellplan::plan::v1::EmergencyAccess*> Unreviewed(
    const individuellplan::plan::v1::CarePlan& plan);

// All four answer the name of the look-up or of the emergency access. That the look-up exists is
// for the caller to know.
absl::StatusOr<std::string> AskAboutAccess(
    individuellplan::plan::v1::CarePlan& plan, const Act& act,
    const individuellplan::plan::v1::AskAboutAccessRequest& request);
absl::StatusOr<std::string> AnswerAccessQuestion(
    individuellplan::plan::v1::CarePlan& plan, const Act& act,
    const individuellplan::plan::v1::AnswerAccessQuestionRequest& request);
absl::StatusOr<std::string> OpenInEmergency(individuellplan::plan::v1::CarePlan& plan,
                                            const Act& act, const Caller& caller,
                                            const std::string& reason);
absl::StatusOr<std::string> ReviewEmergencyAccess(
    individuellplan::plan::v1::CarePlan& plan, const Act& act,
    const individuellplan::plan::v1::ReviewEmergencyAccessRequest& request);

}  // namespace ip::plan

#endif  // PLAN_SERVICE_DOMAIN_OVERSIGHT_H_
