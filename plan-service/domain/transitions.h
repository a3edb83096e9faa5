// The state tables of everything in a plan that has a life. They are data: the checks, the tests
// and docs/lifecycles.md are made from them.
#ifndef PLAN_SERVICE_DOMAIN_TRANSITIONS_H_
#define PLAN_SERVICE_DOMAIN_TRANSITIONS_H_

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "google/protobuf/descriptor.h"

namespace ip::plan {

struct Transition {
  int from;
  // The method that makes the step.
  std::string_view action;
  int to;
};

struct StateTable {
  // What it is, e.g. "Goal".
  std::string_view title;
  // The ErrorInfo reason of a forbidden step.
  std::string_view reason;
  const google::protobuf::EnumDescriptor* states;
  std::vector<Transition> transitions;
};

const StateTable& PlanStates();
const StateTable& GoalStates();
const StateTable& ExecutionStates();
const StateTable& CommitmentStates();
const StateTable& DecisionStates();
const StateTable& EvaluationStates();
const StateTable& ConsentStates();
const StateTable& AppointmentStates();
const StateTable& ComplaintStates();
std::vector<const StateTable*> AllStateTables();

// OK when the table has this step; otherwise FAILED_PRECONDITION with the table's reason, the
// state, the action and what would allow it.
absl::Status CheckTransition(const StateTable& table, int from, std::string_view action, int to);

// All tables as Markdown.
std::string RenderStateTables();

}  // namespace ip::plan

#endif  // PLAN_SERVICE_DOMAIN_TRANSITIONS_H_
