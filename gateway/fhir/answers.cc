#include "gateway/fhir/answers.h"

#include <algorithm>
#include <map>

#include "absl/strings/str_cat.h"
#include "lib/base/errors.h"

namespace ip::fhir {
namespace {

const std::map<std::string, std::vector<std::string>, std::less<>>& Types() {
  static const std::map<std::string, std::vector<std::string>, std::less<>> types = {
      {"Patient", {"_id"}},
      {"CarePlan", {"patient", "subject", "_id", "status"}},
      {"CareTeam", {"patient", "subject", "_id"}},
      {"Condition", {"patient", "subject", "_id"}},
      {"Goal", {"patient", "subject", "_id", "lifecycle-status"}},
      {"ServiceRequest", {"patient", "subject", "_id", "status"}},
      {"Task", {"patient", "subject", "_id", "status"}},
      {"Consent", {"patient", "_id", "status"}},
      {"AuditEvent", {"patient"}}};
  return types;
}

Json Issue(const char* severity, const char* code, std::string_view text) {
  Json issue = Json::object();
  issue["severity"] = severity;
  issue["code"] = code;
  Json details = Json::object();
  PutText(details, "text", std::string(text));
  issue["details"] = std::move(details);
  return issue;
}

const char* IssueType(absl::StatusCode code) {
  switch (code) {
    case absl::StatusCode::kInvalidArgument:
      return "invalid";
    case absl::StatusCode::kUnauthenticated:
      return "login";
    case absl::StatusCode::kPermissionDenied:
      return "forbidden";
    case absl::StatusCode::kNotFound:
      return "not-found";
    case absl::StatusCode::kAlreadyExists:
      return "duplicate";
    case absl::StatusCode::kFailedPrecondition:
      return "business-rule";
    case absl::StatusCode::kAborted:
      return "conflict";
    case absl::StatusCode::kUnimplemented:
      return "not-supported";
    case absl::StatusCode::kResourceExhausted:
      return "throttled";
    case absl::StatusCode::kDeadlineExceeded:
      return "timeout";
    default:
      return "transient";
  }
}

Json Operation(const char* name) {
  return Json{{"name", name},
              {"definition", absl::StrCat(kOurs, "OperationDefinition/CarePlan-", name)}};
}

}  // namespace

Json Capabilities(std::string_view base) {
  Json resources = Json::array();
  for (const auto& [type, parameters] : Types()) {
    Json resource = Json::object();
    resource["type"] = type;
    resource["interaction"] = Json::array({Json{{"code", "read"}}, Json{{"code", "search-type"}}});
    resource["versioning"] = "no-version";
    if (type == "CarePlan") {
      resource["operation"] =
          Json::array({Operation("everything"), Operation("status"), Operation("import")});
    }
    if (type == "Patient") resource["operation"] = Json::array({Operation("everything")});
    for (const std::string& name : parameters) {
      Json parameter = Json::object();
      parameter["name"] = name;
      parameter["type"] = name == "patient" || name == "subject" ? "reference" : "token";
      resource["searchParam"].push_back(std::move(parameter));
    }
    resources.push_back(std::move(resource));
  }
  Json rest = Json::object();
  rest["mode"] = "server";
  rest["documentation"] =
      "Reads as the caller may read the plan; every look-up stands in its access log. POST of a "
      "Bundle to the root (open) opens a plan as a draft; POST to CarePlan/{id}/$import brings its "
      "content in.";
  Json security = Json::object();
  security["description"] = "OAuth 2.0 access tokens of HelseID or ID-porten, see docs/api.md.";
  rest["security"] = std::move(security);
  rest["resource"] = std::move(resources);
  rest["operation"] = Json::array({Operation("open")});
  Json out = Json::object();
  out["resourceType"] = "CapabilityStatement";
  out["status"] = "active";
  out["date"] = "2026-11-29";
  out["kind"] = "instance";
  out["implementation"] = Json::object();
  out["implementation"]["description"] = "individuell plan";
  out["implementation"]["url"] = std::string(base.substr(0, base.size() - 1));
  out["fhirVersion"] = "4.0.1";
  out["format"] = Json::array({"application/fhir+json"});
  out["rest"] = Json::array({std::move(rest)});
  return out;
}

Json StatusOf(const individuellplan::plan::v1::CarePlan& plan) {
  using individuellplan::plan::v1::CarePlan;
  using individuellplan::plan::v1::Consent;
  const auto flag = [](const char* name, bool value) {
    return Json{{"name", name}, {"valueBoolean", value}};
  };
  const bool whole = plan.redacted_sections().empty();
  Json privacy = Json::array();
  const bool consented =
      std::any_of(plan.consents().begin(), plan.consents().end(), [](const Consent& consent) {
        return consent.kind() == Consent::CREATE_PLAN &&
               (consent.state() == Consent::ACTIVE || consent.state() == Consent::NEEDS_RENEWAL);
      });
  const bool blocked = std::any_of(plan.access_blocks().begin(), plan.access_blocks().end(),
                                   [](const auto& block) { return !block.has_lift_time(); });
  // Who does not see consents and blocks is not told that there are none.
  if (consented || whole) privacy.push_back(flag("consent", consented));
  privacy.push_back(flag("isRestricted", !whole));
  if (blocked || whole) privacy.push_back(flag("isBlocked", blocked));
  Json parameters = Json::array();
  parameters.push_back(flag("activeCarePlan", plan.state() == CarePlan::ACTIVE));
  parameters.push_back(
      Json{{"name", "lastChanged"}, {"valueInstant", Instant(plan.update_time())}});
  parameters.push_back(Json{{"name", "privacySetting"}, {"part", std::move(privacy)}});
  return Json{{"resourceType", "Parameters"}, {"parameter", std::move(parameters)}};
}

Json Outcome(const absl::Status& status) {
  Json out = Json::object();
  out["resourceType"] = "OperationOutcome";
  const google::rpc::Status wire = ToRpcStatus(status);
  Json first = Issue("error", IssueType(status.code()), wire.message());
  if (const std::string reason = ReasonOf(status); !reason.empty()) {
    first["details"].update(Concept("error-reason", reason));
  }
  out["issue"].push_back(std::move(first));
  for (const auto& any : wire.details()) {
    google::rpc::BadRequest bad;
    google::rpc::PreconditionFailure failure;
    if (any.UnpackTo(&bad)) {
      for (const auto& violation : bad.field_violations()) {
        out["issue"].push_back(Issue(
            "error", "invalid", absl::StrCat(violation.field(), ": ", violation.description())));
      }
    }
    if (any.UnpackTo(&failure)) {
      for (const auto& violation : failure.violations()) {
        out["issue"].push_back(Issue("error", "business-rule", violation.description()));
      }
    }
  }
  return out;
}

Json Outcome(const std::vector<std::string>& done, const std::vector<std::string>& left_out) {
  Json out = Json::object();
  out["resourceType"] = "OperationOutcome";
  for (const auto& text : done) out["issue"].push_back(Issue("information", "informational", text));
  for (const auto& text : left_out) {
    out["issue"].push_back(
        Issue("warning", "incomplete", absl::StrCat("Not taken over: ", text, ".")));
  }
  return out;
}

const std::vector<std::string>* SearchParameters(std::string_view type) {
  const auto found = Types().find(type);
  return found == Types().end() ? nullptr : &found->second;
}

}  // namespace ip::fhir
