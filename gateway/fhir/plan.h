// A plan as FHIR R4 and back: docs/fhir.md says what stands where. Pure functions; lossless, so
// that export, import and export again give the same bytes.
#ifndef GATEWAY_FHIR_PLAN_H_
#define GATEWAY_FHIR_PLAN_H_

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "gateway/fhir/elements.h"
#include "individuellplan/plan/v1/access_service.pb.h"
#include "individuellplan/plan/v1/care_plan.pb.h"

namespace ip::fhir {

// All resources of a plan: Patient, CarePlan, CareTeam, Condition (needs), Goal, ServiceRequest,
// Task, Consent, in this order. What the plan's message does not hold (sections the reader may not
// see) is not there either.
std::vector<Json> ToResources(const individuellplan::plan::v1::CarePlan& plan);

// The resources as a Bundle. `base` is the address they are read at, with its last slash.
Json ToBundle(const std::vector<Json>& resources, std::string_view type, std::string_view base);

// One resource as it came. Not deeper than 64 levels: copies of JSON take the stack with every
// level. Errors: INVALID_ARGUMENT / JSON_MALFORMED.
absl::StatusOr<Json> ReadResource(std::string_view text);

// The plan that a Bundle holds, with everything that ToResources has written. Reads what others
// wrote where it stands in FHIR's own places. Errors: INVALID_ARGUMENT / INVALID_REQUEST naming the
// entry.
absl::StatusOr<individuellplan::plan::v1::CarePlan> FromBundle(const Json& bundle);

// The national identity number of the Bundle's Patient (no-basis-Patient), "" when there is none or
// it is no text. Never written by us.
std::string NationalIdOf(const Json& bundle);

// One look-up, with the fields of HL7 Norway's AuditEvent, and the name that its id stands for (""
// for what is no such id).
Json ToAuditEvent(const individuellplan::plan::v1::AccessLogEntry& entry);
std::string AccessLogEntryNameOf(std::string_view fhir_id);

// FHIR's ids: a plan's own, and for what stands in a plan 64 hexadecimal digits that hold both ids,
// so that whoever has one finds the plan. "" when the name does not fit.
std::string FhirId(std::string_view name);
// "plans/{plan}" that an id of either kind belongs to, "" for what is none.
std::string PlanNameOf(std::string_view fhir_id);

}  // namespace ip::fhir

#endif  // GATEWAY_FHIR_PLAN_H_
