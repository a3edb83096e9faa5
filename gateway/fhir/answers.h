// What the FHIR door answers besides plans: what it can do, and what went wrong.
#ifndef GATEWAY_FHIR_ANSWERS_H_
#define GATEWAY_FHIR_ANSWERS_H_

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "gateway/fhir/elements.h"
#include "individuellplan/plan/v1/care_plan.pb.h"

namespace ip::fhir {

// GET /fhir/R4/metadata.
Json Capabilities(std::string_view base);

// Whether a plan is followed now, when it was changed and how it is shut off, as far as the reader
// may see: what NHN's status endpoint tells, as Parameters.
Json StatusOf(const individuellplan::plan::v1::CarePlan& plan);

// An error: one issue for it, and one for each violation.
Json Outcome(const absl::Status& status);
// What was done, and what was not, in plain words.
Json Outcome(const std::vector<std::string>& done, const std::vector<std::string>& left_out);

// The parameters that a search of `type` takes; nothing for a type that is not served.
const std::vector<std::string>* SearchParameters(std::string_view type);

}  // namespace ip::fhir

#endif  // GATEWAY_FHIR_ANSWERS_H_
