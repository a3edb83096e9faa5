// What is taken over of a plan that comes in as FHIR, as requests to plan-service: a new DRAFT, by
// the rules and rights that hold for everybody. What others must say anew (consents to see, blocks,
// the team's yes, approvals) is not taken over, and the answer says so. Pure functions.
#ifndef GATEWAY_FHIR_IMPORT_H_
#define GATEWAY_FHIR_IMPORT_H_

#include <string>
#include <string_view>
#include <vector>

#include "individuellplan/plan/v1/plan_service.pb.h"

namespace ip::fhir {

// Where the plan shall be; empty takes what the Bundle says.
struct Destination {
  std::string unit;
  std::string municipality_code;
};

// The first step, by the unit: the plan is opened with the consent that the Bundle brings. `digest`
// names the Bundle, so that sending it again opens nothing new.
individuellplan::plan::v1::CreatePlanRequest Opening(
    const individuellplan::plan::v1::CarePlan& imported, const std::string& national_id,
    const Destination& destination, const std::string& digest);

// The second step, by the owner or the coordinator: content, goals, activities. Goals are PROPOSED
// unless the owner brings them; activities have nobody responsible yet.
individuellplan::plan::v1::UpdatePlanRequest Content(
    const individuellplan::plan::v1::CarePlan& imported, const std::string& plan, bool by_owner,
    const std::string& digest);
// The goals that live, parents before their parts. `parent_goal` holds the name in the Bundle.
std::vector<individuellplan::plan::v1::Goal> GoalsToBring(
    const individuellplan::plan::v1::CarePlan& imported);
std::vector<individuellplan::plan::v1::Activity> ActivitiesToBring(
    const individuellplan::plan::v1::CarePlan& imported);

// In plain words, what was left out and who can bring it.
std::vector<std::string> LeftOut(const individuellplan::plan::v1::CarePlan& imported);

// A request id that the same Bundle and step always give.
std::string RequestId(const std::string& digest, std::string_view step);

}  // namespace ip::fhir

#endif  // GATEWAY_FHIR_IMPORT_H_
