// From a plan to FHIR.
#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gateway/fhir/resource_writer.h"

namespace ip::fhir {
namespace {

class PlanWriter : public ResourceWriter {
 public:
  using ResourceWriter::ResourceWriter;

  std::vector<Json> Write() {
    pb::CarePlan rest = plan_;
    Json plan = Begin("CarePlan", id_);
    if (plan_.has_subject()) out_.push_back(Patient(*rest.mutable_subject()));
    rest.clear_subject();
    const size_t place = out_.size();
    out_.emplace_back();  // the plan, when its parts are known
    if (!plan_.participants().empty()) out_.push_back(Team());
    if (NeedsHaveIds()) {
      WriteNeeds(plan);
      rest.clear_needs();
    }
    for (const auto& goal : plan_.goals()) {
      out_.push_back(WriteGoal(goal));
      plan["goal"].push_back(Reference("Goal", goal.name()));
    }
    for (const auto& activity : plan_.activities()) WriteActivity(activity, plan);
    for (const auto& evaluation : plan_.evaluations()) {
      out_.push_back(WriteEvaluation(evaluation));
      plan["activity"].push_back({{"reference", Reference("Task", evaluation.name())}});
    }
    ConsentWriter(plan_).Write(out_);
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
    Json& meta = out["meta"];
    if (plan_.revision() != 0) meta["versionId"] = absl::StrCat(plan_.revision());
    rest.clear_revision();
    if (plan_.has_update_time()) meta["lastUpdated"] = Instant(plan_.update_time());
    rest.clear_update_time();
    if (!plan_.redacted_sections().empty()) {
      meta["security"] =
          Json::array({Json{{"system", "http://terminology.hl7.org/CodeSystem/v3-ObservationValue"},
                            {"code", "REDACTED"}}});
    }
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

  // A need has no name of its own: it is the plan's first, second, third.
  std::string NeedId(int i) const { return absl::StrCat(id_, ".need-", i + 1); }
  bool NeedsHaveIds() const { return NeedId(plan_.needs_size()).size() <= 64; }

  // Needs are what the plan is about, and no diagnoses: the category says so.
  void WriteNeeds(Json& plan) {
    for (int i = 0; i < plan_.needs_size(); ++i) {
      pb::Need rest = plan_.needs(i);
      Json out = Begin("Condition", NeedId(i));
      out["clinicalStatus"] =
          Concept("http://terminology.hl7.org/CodeSystem/condition-clinical", "active");
      PutAreaAndClear(out, rest);
      out["category"].push_back(Concept("condition-kind", "need"));
      Json code = Json::object();
      PutText(code, "text", rest.text());
      rest.clear_text();
      if (code.empty()) code["extension"] = Json::array({Absent()});
      out["code"] = std::move(code);
      out["subject"] = Subject();
      WriteExtensions(rest, out);
      out_.push_back(std::move(out));
      plan["addresses"].push_back({{"reference", absl::StrCat("Condition/", NeedId(i))}});
    }
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

  std::vector<Json> out_;
};

}  // namespace

std::vector<Json> ToResources(const pb::CarePlan& plan) { return PlanWriter(plan).Write(); }

}  // namespace ip::fhir
