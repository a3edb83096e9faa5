// From a plan to FHIR. Each resource is written from a copy of its message: what has found a place
// in FHIR is cleared in the copy, what is left becomes extensions.
#include <algorithm>
#include <map>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "gateway/fhir/codes.h"
#include "gateway/fhir/plan.h"

namespace ip::fhir {
namespace {

namespace type = individuellplan::type::v1;

class PlanWriter {
 public:
  explicit PlanWriter(const pb::CarePlan& plan) : plan_(plan), id_(FhirId(plan.name())) {
    for (const auto& participant : plan.participants())
      participants_[participant.name()] = &participant;
  }

  std::vector<Json> Write() {
    pb::CarePlan rest = plan_;
    Json plan = Begin("CarePlan", id_);
    if (plan_.has_subject()) out_.push_back(Patient(*rest.mutable_subject()));
    rest.clear_subject();
    const size_t place = out_.size();
    out_.emplace_back();  // the plan, when its parts are known
    if (!plan_.participants().empty()) out_.push_back(Team());
    for (const auto& goal : plan_.goals()) {
      out_.push_back(WriteGoal(goal));
      plan["goal"].push_back(Reference("Goal", goal.name()));
    }
    for (const auto& activity : plan_.activities()) WriteActivity(activity, plan);
    for (const auto& evaluation : plan_.evaluations()) {
      out_.push_back(WriteEvaluation(evaluation));
      plan["activity"].push_back({{"reference", Reference("Task", evaluation.name())}});
    }
    for (const auto& consent : plan_.consents()) out_.push_back(WriteConsent(consent));
    for (const auto& block : plan_.access_blocks()) out_.push_back(WriteBlock(block));
    rest.clear_participants();
    rest.clear_goals();
    rest.clear_activities();
    rest.clear_evaluations();
    rest.clear_consents();
    rest.clear_access_blocks();
    WritePlan(rest, plan);
    out_[place] = std::move(plan);
    return std::move(out_);
  }

 private:
  Json Begin(const char* resource, const std::string& id) const {
    return {{"resourceType", resource}, {"id", id}};
  }
  Json Reference(const char* resource, const std::string& name) const {
    return {{"reference", absl::StrCat(resource, "/", FhirId(name))}};
  }
  Json Subject() const {
    Json subject = {{"reference", absl::StrCat("Patient/", id_)}};
    PutText(subject, "display", plan_.subject().display_name());
    return subject;
  }
  Json Participant(const std::string& name) const {
    const auto found = participants_.find(name);
    if (found == participants_.end()) return Who("", "participant", name, "");
    return Who(ToCode(kParticipantKinds, found->second->kind()), "participant", name,
               found->second->display_name());
  }

  // A state under the key that FHIR has for it; cleared when the code says all of it.
  template <class State, class Rest>
  static void PutState(Json& out, const char* key, const CodeTable& table, State state, Rest& rest,
                       void (Rest::*clear)()) {
    const std::string code = ToCode(table, state);
    if (code.empty()) return;
    out[key] = code;
    if (FromCode(table, code) == state) (rest.*clear)();
  }

  static void PutArea(Json& out, type::LifeArea area) {
    if (area != type::LIFE_AREA_UNSPECIFIED && type::LifeArea_IsValid(area)) {
      out["category"] = Json::array({Concept("life-area", type::LifeArea_Name(area))});
    }
  }
  template <class Rest>
  static void PutAreaAndClear(Json& out, Rest& rest) {
    if (!type::LifeArea_IsValid(rest.life_area())) return;
    PutArea(out, rest.life_area());
    rest.clear_life_area();
  }

  Json Patient(pb::Subject& rest) const {
    Json out = Begin("Patient", id_);
    if (!rest.person().empty()) {
      out["identifier"] = Json::array(
          {Json{{"system", absl::StrCat(kOurs, "id/person")}, {"value", rest.person()}}});
      rest.clear_person();
    }
    if (!rest.display_name().empty()) {
      Json name = Json::object();
      PutText(name, "text", rest.display_name());
      out["name"] = Json::array({std::move(name)});
      rest.clear_display_name();
    }
    if (rest.has_birth_date() && IsFhirDate(rest.birth_date())) {
      out["birthDate"] = DateText(rest.birth_date());
      rest.clear_birth_date();
    }
    if (const std::string code = ToCode(kLanguages, rest.language()); !code.empty()) {
      out["communication"] =
          Json::array({Json{{"language", Concept("urn:ietf:bcp:47", code)}, {"preferred", true}}});
      rest.clear_language();
    }
    WriteExtensions(rest, out);
    return out;
  }

  void WritePlan(pb::CarePlan& rest, Json& out) const {
    rest.clear_name();
    Json meta = Json::object();
    if (plan_.revision() != 0) meta["versionId"] = absl::StrCat(plan_.revision());
    rest.clear_revision();
    if (plan_.has_update_time()) meta["lastUpdated"] = Instant(plan_.update_time());
    rest.clear_update_time();
    if (!plan_.redacted_sections().empty()) {
      meta["security"] =
          Json::array({Json{{"system", "http://terminology.hl7.org/CodeSystem/v3-ObservationValue"},
                            {"code", "REDACTED"}}});
    }
    if (!meta.empty()) out["meta"] = std::move(meta);
    PutState(out, "status", kPlanStates, plan_.state(), rest, &pb::CarePlan::clear_state);
    out["intent"] = "plan";
    out["category"] = Json::array({Concept("plan-category", "individuell-plan")});
    out["title"] = "Individuell plan";
    out["subject"] = Subject();
    if (PutPeriod(out, "period", plan_.period())) rest.clear_period();
    if (plan_.has_create_time()) out["created"] = Instant(plan_.create_time());
    rest.clear_create_time();
    if (!plan_.participants().empty()) {
      out["careTeam"] = Json::array({Json{{"reference", absl::StrCat("CareTeam/", id_)}}});
    }
    WriteExtensions(rest, out);
  }

  Json Team() const {
    Json out = Begin("CareTeam", id_);
    const bool open = plan_.state() == pb::CarePlan::DRAFT ||
                      plan_.state() == pb::CarePlan::ACTIVE ||
                      plan_.state() == pb::CarePlan::ON_HOLD;
    out["status"] = open ? "active" : "inactive";
    out["name"] = "Ansvarsgruppe";
    out["subject"] = Subject();
    for (const auto& participant : plan_.participants()) {
      out["participant"].push_back(Member(participant));
    }
    if (!plan_.unit().empty()) {
      out["managingOrganization"] = Json::array({Who("Organization", "unit", plan_.unit(), "")});
    }
    return out;
  }

  Json Member(const pb::Participant& participant) const {
    pb::Participant rest = participant;
    Json out = Json::object();
    Json role = Concept("participant-kind", pb::Participant::Kind_Name(participant.kind()));
    PutText(role, "text", participant.role_title());
    out["role"] = Json::array({std::move(role)});
    if (!ToCode(kParticipantKinds, participant.kind()).empty()) rest.clear_kind();
    for (const auto& appointment : plan_.coordinator_appointments()) {
      if (appointment.participant() != participant.name()) continue;
      if (appointment.state() != pb::CoordinatorAppointment::ACTIVE &&
          appointment.state() != pb::CoordinatorAppointment::HANDOVER_PENDING) {
        continue;
      }
      out["role"].push_back(
          Concept("coordinator", pb::CoordinatorAppointment::Kind_Name(appointment.kind())));
    }
    out["member"] = Participant(participant.name());
    rest.clear_name();
    rest.clear_display_name();
    rest.clear_role_title();
    const std::string& organization = participant.organization();
    if (absl::StartsWith(organization, "organizations/")) {
      out["onBehalfOf"] = Who("Organization", kOrganizationNumber, organization.substr(14),
                              participant.organization_display_name());
      rest.clear_organization();
      rest.clear_organization_display_name();
    }
    if (PutPeriod(out, "period", participant.period())) rest.clear_period();
    WriteExtensions(rest, out);
    return out;
  }

  Json WriteGoal(const pb::Goal& goal) const {
    pb::Goal rest = goal;
    Json out = Begin("Goal", FhirId(goal.name()));
    rest.clear_name();
    PutState(out, "lifecycleStatus", kGoalStates, goal.state(), rest, &pb::Goal::clear_state);
    if (const std::string code = ToCode(kAchievements, goal.achievement()); !code.empty()) {
      out["achievementStatus"] = Concept(kAchievement, code);
      rest.clear_achievement();
    }
    PutAreaAndClear(out, rest);
    Json description = Json::object();
    if (goal.has_own_words()) {
      PutText(description, "text", goal.own_words().text());
      rest.mutable_own_words()->clear_text();
    } else {
      PutText(description, "text", goal.professional_wording());
      rest.clear_professional_wording();
    }
    if (description.empty()) description["extension"] = Json::array({Absent()});
    out["description"] = std::move(description);
    out["subject"] = Subject();
    if (goal.has_target_date() && IsFhirDate(goal.target_date())) {
      out["target"] = Json::array({Json{{"dueDate", DateText(goal.target_date())}}});
      rest.clear_target_date();
    }
    PutText(out, "statusReason", goal.state_reason());
    rest.clear_state_reason();
    if (goal.own_words().author() == plan_.subject().person() && plan_.has_subject() &&
        goal.has_own_words()) {
      out["expressedBy"] = Subject();
    }
    if (!FhirId(goal.parent_goal()).empty()) {
      out["extension"].push_back(
          {{"url", kPertainsToGoal}, {"valueReference", Reference("Goal", goal.parent_goal())}});
      rest.clear_parent_goal();
    }
    WriteExtensions(rest, out);
    return out;
  }

  void WriteActivity(const pb::Activity& activity, Json& plan) {
    pb::Activity rest = activity;
    Json out = Begin("ServiceRequest", FhirId(activity.name()));
    plan["activity"].push_back({{"reference", Reference("ServiceRequest", activity.name())}});
    rest.clear_name();
    PutState(out, "status", kExecutions, activity.execution(), rest,
             &pb::Activity::clear_execution);
    out["intent"] = "plan";
    PutAreaAndClear(out, rest);
    Json code = Json::object();
    PutText(code, "text", activity.title());
    rest.clear_title();
    if (code.empty()) code["extension"] = Json::array({Absent()});
    out["code"] = std::move(code);
    if (!activity.extent().empty()) {
      Json detail = Json::object();
      PutText(detail, "text", activity.extent());
      out["orderDetail"] = Json::array({std::move(detail)});
      rest.clear_extent();
    }
    out["subject"] = Subject();
    if (PutPeriod(out, "occurrencePeriod", activity.period())) rest.clear_period();
    if (!activity.responsible().empty()) {
      out["performer"] = Json::array({Participant(activity.responsible())});
      rest.clear_responsible();
    }
    PutText(out, "patientInstruction", activity.implementation());
    rest.clear_implementation();
    const auto& goals = activity.goals();
    if (std::all_of(goals.begin(), goals.end(), [](const auto& g) { return !FhirId(g).empty(); })) {
      for (const auto& goal : goals) {
        out["extension"].push_back(
            {{"url", kResourcePertainsToGoal}, {"valueReference", Reference("Goal", goal)}});
      }
      rest.clear_goals();
    }
    Json task;
    if (!ToCode(kCommitments, activity.commitment()).empty()) task = Commitment(activity, rest);
    WriteExtensions(rest, out);
    out_.push_back(std::move(out));
    if (!task.is_null()) out_.push_back(std::move(task));
  }

  // Whether the responsible has taken it on.
  Json Commitment(const pb::Activity& activity, pb::Activity& rest) const {
    Json out = Begin("Task", FhirId(activity.name()));
    out["status"] = ToCode(kCommitments, activity.commitment());
    rest.clear_commitment();
    out["intent"] = "order";
    out["code"] = Concept("task-kind", "commitment");
    out["focus"] = Reference("ServiceRequest", activity.name());
    out["for"] = Subject();
    if (activity.has_request_time()) out["authoredOn"] = Instant(activity.request_time());
    rest.clear_request_time();
    if (!activity.responsible().empty()) out["owner"] = Participant(activity.responsible());
    if (activity.has_answer_due_date() && IsFhirDate(activity.answer_due_date())) {
      out["restriction"] = {{"period", {{"end", DateText(activity.answer_due_date())}}}};
      rest.clear_answer_due_date();
    }
    return out;
  }

  Json WriteEvaluation(const pb::Evaluation& evaluation) const {
    pb::Evaluation rest = evaluation;
    Json out = Begin("Task", FhirId(evaluation.name()));
    rest.clear_name();
    PutState(out, "status", kEvaluationStates, evaluation.state(), rest,
             &pb::Evaluation::clear_state);
    if (!evaluation.reason().empty()) {
      Json reason = Json::object();
      PutText(reason, "text", evaluation.reason());
      out["statusReason"] = std::move(reason);
      rest.clear_reason();
    }
    out["intent"] = "plan";
    out["code"] = Concept("task-kind", "evaluation");
    PutText(out, "description", evaluation.place());
    rest.clear_place();
    out["focus"] = {{"reference", absl::StrCat("CarePlan/", id_)}};
    out["for"] = Subject();
    if (evaluation.has_held_date() && IsFhirDate(evaluation.held_date())) {
      out["executionPeriod"] = {{"end", DateText(evaluation.held_date())}};
      rest.clear_held_date();
    }
    if (evaluation.has_due_date() && IsFhirDate(evaluation.due_date())) {
      out["restriction"] = {{"period", {{"end", DateText(evaluation.due_date())}}}};
      rest.clear_due_date();
    }
    WriteExtensions(rest, out);
    return out;
  }

  Json BeginConsent(const std::string& name, std::string_view kind) const {
    Json out = Begin("Consent", FhirId(name));
    out["scope"] = Concept("http://terminology.hl7.org/CodeSystem/consentscope", "patient-privacy");
    out["category"] = Json::array({Concept("consent-kind", kind)});
    out["patient"] = Subject();
    return out;
  }
  static Json Actor(Json reference) {
    return {{"role", Concept("http://terminology.hl7.org/CodeSystem/v3-ParticipationType", "IRCP")},
            {"reference", std::move(reference)}};
  }
  template <class Sections>
  static Json Classes(const Sections& sections) {
    Json out = Json::array();
    for (const int section : sections) {
      out.push_back({{"system", SystemName("section")},
                     {"code", type::Section_Name(static_cast<type::Section>(section))}});
    }
    return out;
  }
  template <class Sections>
  static bool AreKnown(const Sections& sections) {
    return !sections.empty() && std::all_of(sections.begin(), sections.end(), [](int section) {
      return type::Section_IsValid(section);
    });
  }

  Json WriteConsent(const pb::Consent& consent) const {
    pb::Consent rest = consent;
    const std::string kind = ToCode(kConsentKinds, consent.kind());
    if (!kind.empty()) rest.clear_kind();
    Json out = BeginConsent(consent.name(), kind.empty() ? "unknown" : kind);
    rest.clear_name();
    PutState(out, "status", kConsentStates, consent.state(), rest, &pb::Consent::clear_state);
    if (consent.has_give_time()) out["dateTime"] = Instant(consent.give_time());
    rest.clear_give_time();
    if (!consent.grantor().empty()) {
      out["performer"] = Json::array({Who("", "person", consent.grantor(), "")});
      rest.clear_grantor();
    }
    out["policyRule"] = {{"text", "Forskrift om individuell plan § 19 h"}};
    Json provision = {{"type", "permit"}};
    if (PutPeriod(provision, "period", consent.period())) rest.clear_period();
    if (!consent.participant().empty()) {
      provision["actor"] = Json::array({Actor(Participant(consent.participant()))});
      rest.clear_participant();
    }
    if (AreKnown(consent.sections())) {
      provision["class"] = Classes(consent.sections());
      rest.clear_sections();
    }
    out["provision"] = std::move(provision);
    WriteExtensions(rest, out);
    return out;
  }

  Json WriteBlock(const pb::AccessBlock& block) const {
    pb::AccessBlock rest = block;
    Json out = BeginConsent(block.name(), "access-block");
    rest.clear_name();
    out["status"] = block.has_lift_time() ? "inactive" : "active";
    if (block.has_create_time()) out["dateTime"] = Instant(block.create_time());
    rest.clear_create_time();
    // HL7 Norway's code for the right to object to sharing, pbrl § 5-3.
    out["policyRule"] = {{"coding", Json::array({Json{{"code", "PBRL5-3"}}})},
                         {"text", "Pasient- og brukerrettighetsloven § 5-3"}};
    Json provision = {{"type", "deny"}};
    provision["actor"] = Json::array();
    if (!block.person().empty()) {
      provision["actor"].push_back(Actor(Who("", "person", block.person(), "")));
      rest.clear_person();
    }
    if (absl::StartsWith(block.organization(), "organizations/")) {
      provision["actor"].push_back(
          Actor(Who("Organization", kOrganizationNumber, block.organization().substr(14), "")));
      rest.clear_organization();
    }
    if (provision["actor"].empty()) provision.erase("actor");
    if (AreKnown(block.sections())) {
      provision["class"] = Classes(block.sections());
      rest.clear_sections();
    }
    out["provision"] = std::move(provision);
    WriteExtensions(rest, out);
    return out;
  }

  const pb::CarePlan& plan_;
  const std::string id_;
  std::map<std::string, const pb::Participant*> participants_;
  std::vector<Json> out_;
};

// "0190…" of "0190…-…", "" when it is no UUID.
std::string Hex(std::string_view uuid) {
  if (uuid.size() != 36) return "";
  const std::string hex = absl::StrReplaceAll(absl::string_view(uuid.data(), 36), {{"-", ""}});
  const bool fits = hex.size() == 32 && hex.find_first_not_of("0123456789abcdef") == hex.npos &&
                    uuid[8] == '-' && uuid[13] == '-' && uuid[18] == '-' && uuid[23] == '-';
  return fits ? hex : "";
}

}  // namespace

std::vector<Json> ToResources(const pb::CarePlan& plan) { return PlanWriter(plan).Write(); }

Json ToBundle(const std::vector<Json>& resources, std::string_view bundle_type,
              std::string_view base) {
  Json bundle = {{"resourceType", "Bundle"}, {"type", bundle_type}};
  if (bundle_type == "searchset") bundle["total"] = resources.size();
  for (const Json& resource : resources) {
    const std::string url =
        absl::StrCat(std::string(base), resource.at("resourceType").get<std::string>(), "/",
                     resource.at("id").get<std::string>());
    bundle["entry"].push_back({{"fullUrl", url}, {"resource", resource}});
  }
  return bundle;
}

std::string FhirId(std::string_view name) {
  if (name.substr(0, 6) != "plans/") return "";
  const std::string_view rest = name.substr(6);
  const size_t slash = rest.find('/');
  const std::string_view plan = rest.substr(0, slash);
  if (slash == rest.npos) return std::string(plan);
  const std::string hex = Hex(plan);
  const std::string own = Hex(rest.substr(rest.rfind('/') + 1));
  if (!hex.empty() && !own.empty()) return hex + own;
  // Ids that are no UUIDs are short (demo data, tests).
  const std::string dotted =
      absl::StrCat(std::string(plan), ".", std::string(rest.substr(rest.rfind('/') + 1)));
  return dotted.size() <= 63 ? dotted : "";
}

}  // namespace ip::fhir
