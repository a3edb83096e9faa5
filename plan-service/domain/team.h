// The responsibility group and the coordinator (§ 19 b, c, d; hol §§ 7-2, 7-2 a).
//
// All rules that change a plan work on a copy that is thrown away when they answer an error, and
// answer the name of what they changed.
#ifndef PLAN_SERVICE_DOMAIN_TEAM_H_
#define PLAN_SERVICE_DOMAIN_TEAM_H_

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "individuellplan/plan/v1/care_plan.pb.h"
#include "individuellplan/plan/v1/plan_service.pb.h"
#include "plan-service/domain/act.h"

namespace ip::plan {

// Appointments that give a coordinator's rights on that day: ACTIVE or HANDOVER_PENDING, and not a
// child coordinator's after the child's 18th birthday. The coordinator first, then substitutes.
std::vector<const individuellplan::plan::v1::CoordinatorAppointment*> CoordinatorsOn(
    const individuellplan::plan::v1::CarePlan& plan, absl::CivilDay day);

// The coordinator waits for the unit to nominate a successor. Not while somebody is nominated: then
// it is theirs to answer.
bool AsksToHandOver(const individuellplan::plan::v1::CoordinatorAppointment& appointment);

// The participant with that person who takes part on that day; nullptr when there is none.
const individuellplan::plan::v1::Participant* ParticipantOf(
    const individuellplan::plan::v1::CarePlan& plan, std::string_view person, absl::CivilDay day);

// What a participant was asked or had taken on is RELEASED, what was shared with them EXPIRED.
void LetGo(individuellplan::plan::v1::CarePlan& plan, const std::string& participant,
           const std::string& reason);

// `person` is the participant's, made from the identity in the request.
absl::StatusOr<std::string> CreateParticipant(
    individuellplan::plan::v1::CarePlan& plan, const Act& act,
    const individuellplan::plan::v1::Participant& participant, const std::string& person);

absl::StatusOr<std::string> UpdateParticipant(
    individuellplan::plan::v1::CarePlan& plan, const Act& act,
    const individuellplan::plan::v1::UpdateParticipantRequest& request);

// Ends participation today: what they were asked or had taken on is RELEASED, what was shared with
// them EXPIRED. Errors: FAILED_PRECONDITION / COORDINATOR_MUST_BE_REPLACED.
absl::StatusOr<std::string> EndParticipation(
    individuellplan::plan::v1::CarePlan& plan, const Act& act,
    const individuellplan::plan::v1::ActionRequest& request);

absl::StatusOr<std::string> NominateCoordinator(
    individuellplan::plan::v1::CarePlan& plan, const Act& act,
    const individuellplan::plan::v1::NominateCoordinatorRequest& request,
    const std::string& person);

absl::StatusOr<std::string> AcceptAppointment(
    individuellplan::plan::v1::CarePlan& plan, const Act& act,
    const individuellplan::plan::v1::ActionRequest& request);

absl::StatusOr<std::string> DeclineAppointment(
    individuellplan::plan::v1::CarePlan& plan, const Act& act,
    const individuellplan::plan::v1::ActionRequest& request);

// The coordinator asks for a successor, or stays after all; only their own appointment.
absl::StatusOr<std::string> RequestHandover(
    individuellplan::plan::v1::CarePlan& plan, const Act& act,
    const individuellplan::plan::v1::ActionRequest& request);

absl::StatusOr<std::string> WithdrawHandover(
    individuellplan::plan::v1::CarePlan& plan, const Act& act,
    const individuellplan::plan::v1::ActionRequest& request);

absl::StatusOr<std::string> EndAppointment(individuellplan::plan::v1::CarePlan& plan,
                                           const Act& act,
                                           const individuellplan::plan::v1::ActionRequest& request);

}  // namespace ip::plan

#endif  // PLAN_SERVICE_DOMAIN_TEAM_H_
