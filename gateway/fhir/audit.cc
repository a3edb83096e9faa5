#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gateway/fhir/codes.h"
#include "gateway/fhir/plan.h"

namespace ip::fhir {

Json ToAuditEvent(const pb::AccessLogEntry& entry) {
  const std::string plan = PlanNameOf(FhirId(entry.name()));
  Json out = {{"resourceType", "AuditEvent"}, {"id", FhirId(entry.name())}};
  out["meta"]["profile"] = Json::array({"http://hl7.org/fhir/StructureDefinition/AuditEvent"});
  out["type"] = {{"system", "http://terminology.hl7.org/CodeSystem/audit-event-type"},
                 {"code", "rest"}};
  out["subtype"] = Json::array({Json{{"system", SystemName("method")}, {"code", entry.method()}}});
  // Look-ups alone stand in the access log; changes stand in the plan's history.
  out["action"] = "R";
  out["recorded"] = Instant(entry.access_time());
  out["outcome"] = "0";
  if (!entry.purpose_of_use().empty()) {
    Json purpose = Json::object();
    PutText(purpose, "text", entry.purpose_of_use());
    out["purposeOfEvent"] = Json::array({std::move(purpose)});
  }
  Json person = {
      {"role", Json::array({Concept("role", individuellplan::type::v1::Role_Name(entry.role()))})},
      {"who", Who("", "person", entry.accessor(), "")}};
  PutText(person, "name", entry.accessor_display_name());
  person["requestor"] = true;
  out["agent"] = Json::array({std::move(person)});
  if (absl::StartsWith(entry.organization(), "organizations/")) {  // the legal entity
    out["agent"].push_back(
        {{"who", Who("Organization", kOrganizationNumber, entry.organization().substr(14), "")},
         {"requestor", false}});
  }
  out["source"] = {{"observer", {{"display", "individuell plan"}}}};
  out["entity"] = Json::array({Json{
      {"what", {{"reference", absl::StrCat("CarePlan/", FhirId(plan))}}},
      {"type",
       {{"system", "http://terminology.hl7.org/CodeSystem/audit-entity-type"}, {"code", "2"}}}}});
  if (entry.revision() > 0) {
    out["entity"][0]["detail"] =
        Json::array({Json{{"type", "revision"}, {"valueString", absl::StrCat(entry.revision())}}});
  }
  // Sections, basis, consent relied on, the owner's question and its answer.
  pb::AccessLogEntry rest;
  *rest.mutable_sections() = entry.sections();
  rest.set_basis(entry.basis());
  rest.set_consent(entry.consent());
  if (entry.has_ask_time()) *rest.mutable_ask_time() = entry.ask_time();
  rest.set_answer(entry.answer());
  WriteExtensions(rest, out);
  return out;
}

std::string AccessLogEntryNameOf(std::string_view fhir_id) {
  const std::string plan = PlanNameOf(fhir_id);
  const size_t dot = fhir_id.find('.');
  if (plan.empty() || dot == fhir_id.npos) return "";
  const std::string number(fhir_id.substr(dot + 1));
  if (number.empty() || number.find_first_not_of("0123456789") != number.npos) return "";
  return absl::StrCat(plan, "/accessLogEntries/", number);
}

}  // namespace ip::fhir
