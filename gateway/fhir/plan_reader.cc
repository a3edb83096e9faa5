// From FHIR to a plan: first what stands in FHIR's own places, then our extensions over it.
#include <set>
#include <stdexcept>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "gateway/fhir/codes.h"
#include "gateway/fhir/plan.h"
#include "lib/base/errors.h"

namespace ip::fhir {
namespace {

namespace type = individuellplan::type::v1;

bool IsHex64(std::string_view id) {
  return id.size() == 64 && id.find_first_not_of("0123456789abcdef") == id.npos;
}

std::string Uuid(std::string_view hex) {
  const std::string h(hex);
  return absl::StrCat(h.substr(0, 8), "-", h.substr(8, 4), "-", h.substr(12, 4), "-",
                      h.substr(16, 4), "-", h.substr(20));
}

// The last segment of the name of what stands in a plan.
std::string OwnIdOf(std::string_view fhir_id) {
  if (IsHex64(fhir_id)) return Uuid(fhir_id.substr(32));
  return std::string(fhir_id.substr(fhir_id.find('.') + 1));
}

// The id that a relative or absolute reference ends with.
std::string IdOf(const Json& reference) {
  const std::string text = reference.value("reference", "");
  return text.substr(text.rfind('/') + 1);
}

// The value of a logical reference in one of our systems, "" otherwise.
std::string ValueOf(const Json& reference, std::string_view system) {
  const auto identifier = reference.find("identifier");
  if (identifier == reference.end()) return "";
  const std::string wanted = system.find(':') != system.npos
                                 ? std::string(system)
                                 : absl::StrCat(kOurs, "id/", std::string(system));
  return identifier->value("system", "") == wanted ? identifier->value("value", "") : "";
}

const Json& Empty() {
  static const Json empty = Json::object();
  return empty;
}
const Json& At(const Json& json, const char* key) {
  const auto found = json.find(key);
  return found == json.end() ? Empty() : *found;
}
const Json& First(const Json& json, const char* key) {
  const auto found = json.find(key);
  return found == json.end() || found->empty() ? Empty() : found->at(0);
}

template <class Enum>
Enum Coded(const CodeTable& table, const Json& json, const char* key) {
  return static_cast<Enum>(FromCode(table, json.value(key, "")));
}

class PlanReader {
 public:
  pb::CarePlan Read(const Json& bundle) {
    const Json& entries = bundle.at("entry");
    // Who the plan is and whose comes first: the others are named after it.
    for (const Json& entry : entries) {
      if (entry.at("resource").at("resourceType") == "CarePlan") ReadPlan(entry.at("resource"));
    }
    if (plan_.name().empty()) throw std::invalid_argument("no CarePlan");
    for (size_t i = 0; i < entries.size(); ++i) {
      place_ = absl::StrCat("entry[", i, "].resource");
      ReadResource(entries.at(i).at("resource"));
    }
    return std::move(plan_);
  }
  const std::string& place() const { return place_; }

 private:
  std::string ChildName(const char* collection, const Json& resource) const {
    return ChildName(collection, resource.at("id").get<std::string>());
  }
  std::string ChildName(const char* collection, const std::string& id) const {
    return absl::StrCat(plan_.name(), "/", collection, "/", OwnIdOf(id));
  }

  void ReadResource(const Json& resource) {
    const std::string kind = resource.at("resourceType");
    if (kind == "Patient") return ReadPatient(resource);
    if (kind == "CareTeam") return ReadTeam(resource);
    if (kind == "Condition") return ReadNeed(resource);
    if (kind == "Goal") return ReadGoal(resource);
    if (kind == "ServiceRequest") return ReadActivity(resource);
    if (kind == "Task") return ReadTask(resource);
    if (kind == "Consent") return ReadConsent(resource);
  }

  void ReadPlan(const Json& resource) {
    if (!plan_.name().empty()) throw std::invalid_argument("one CarePlan, not several");
    place_ = "CarePlan";
    plan_.set_name("plans/" + resource.at("id").get<std::string>());
    plan_.set_state(Coded<pb::CarePlan::State>(kPlanStates, resource, "status"));
    const Json& meta = At(resource, "meta");
    int64_t revision = 0;
    if (absl::SimpleAtoi(meta.value("versionId", ""), &revision)) plan_.set_revision(revision);
    if (meta.contains("lastUpdated")) {
      *plan_.mutable_update_time() = ReadInstant(meta.at("lastUpdated"));
    }
    if (resource.contains("period")) *plan_.mutable_period() = ReadPeriod(resource.at("period"));
    const std::string created = resource.value("created", "");
    if (created.find('T') != created.npos) *plan_.mutable_create_time() = ReadInstant(created);
    for (const Json& need : resource.value("addresses", Json::array())) {
      addressed_.insert(IdOf(need));
    }
    ReadExtensions(resource, plan_);
  }

  void ReadPatient(const Json& resource) {
    pb::Subject& subject = *plan_.mutable_subject();
    for (const Json& identifier : resource.value("identifier", Json::array())) {
      const std::string person = ValueOf({{"identifier", identifier}}, "person");
      if (!person.empty()) subject.set_person(person);
    }
    const Json& name = First(resource, "name");
    subject.set_display_name(GetText(name, "text"));
    if (subject.display_name().empty() && name.contains("family")) {
      subject.set_display_name(
          absl::StrCat(name.value("given", Json::array({""})).at(0).get<std::string>(), " ",
                       name.at("family").get<std::string>()));
    }
    if (resource.contains("birthDate")) {
      *subject.mutable_birth_date() = ReadDate(resource.at("birthDate"));
    }
    const std::string code =
        CodeOf(At(First(resource, "communication"), "language"), "urn:ietf:bcp:47");
    subject.set_language(static_cast<type::Language>(FromCode(kLanguages, code)));
    ReadExtensions(resource, subject);
  }

  void ReadTeam(const Json& resource) {
    for (const Json& member : resource.value("participant", Json::array())) {
      pb::Participant& participant = *plan_.add_participants();
      const Json& who = At(member, "member");
      participant.set_name(ValueOf(who, "participant"));
      participant.set_display_name(GetText(who, "display"));
      const Json& role = First(member, "role");
      pb::Participant::Kind kind = pb::Participant::KIND_UNSPECIFIED;
      if (!pb::Participant::Kind_Parse(CodeOf(role, "participant-kind"), &kind)) {
        kind = Coded<pb::Participant::Kind>(kParticipantKinds, who, "type");
      }
      participant.set_kind(kind);
      participant.set_role_title(GetText(role, "text"));
      if (member.contains("onBehalfOf")) {
        const Json& organization = member.at("onBehalfOf");
        const std::string number = ValueOf(organization, kOrganizationNumber);
        participant.set_organization("organizations/" + number);
        participant.set_organization_display_name(GetText(organization, "display"));
      }
      if (member.contains("period")) {
        *participant.mutable_period() = ReadPeriod(member.at("period"));
      }
      ReadExtensions(member, participant);
    }
  }

  static type::LifeArea AreaOf(const Json& resource) {
    type::LifeArea area = type::LIFE_AREA_UNSPECIFIED;
    type::LifeArea_Parse(CodeOf(First(resource, "category"), "life-area"), &area);
    return area;
  }

  // What the plan addresses; a Bundle may hold other conditions, which are none of the plan's
  // business.
  void ReadNeed(const Json& resource) {
    if (!addressed_.contains(resource.at("id").get<std::string>())) return;
    pb::Need& need = *plan_.add_needs();
    const Json& code = At(resource, "code");
    need.set_text(GetText(code, "text"));
    if (need.text().empty()) need.set_text(First(code, "coding").value("display", ""));
    need.set_life_area(AreaOf(resource));
    ReadExtensions(resource, need);
  }

  void ReadGoal(const Json& resource) {
    pb::Goal& goal = *plan_.add_goals();
    goal.set_name(ChildName("goals", resource));
    goal.set_state(Coded<pb::Goal::State>(kGoalStates, resource, "lifecycleStatus"));
    goal.set_achievement(static_cast<pb::Goal::Achievement>(
        FromCode(kAchievements, CodeOf(At(resource, "achievementStatus"), kAchievement))));
    goal.set_life_area(AreaOf(resource));
    const Json& target = First(resource, "target");
    if (target.contains("dueDate")) *goal.mutable_target_date() = ReadDate(target.at("dueDate"));
    goal.set_state_reason(GetText(resource, "statusReason"));
    for (const Json& extension : resource.value("extension", Json::array())) {
      if (extension.at("url") == kPertainsToGoal) {
        goal.set_parent_goal(ChildName("goals", IdOf(extension.at("valueReference"))));
      }
    }
    ReadExtensions(resource, goal);
    const std::string text = GetText(At(resource, "description"), "text");
    // Without our word that they are the owner's own, words are a professional's.
    if (goal.has_own_words()) {
      goal.mutable_own_words()->set_text(text);
    } else if (!text.empty()) {
      goal.set_professional_wording(text);
    }
  }

  void ReadActivity(const Json& resource) {
    pb::Activity& activity = *plan_.add_activities();
    activity.set_name(ChildName("activities", resource));
    activity.set_execution(Coded<pb::Activity::Execution>(kExecutions, resource, "status"));
    activity.set_life_area(AreaOf(resource));
    activity.set_title(GetText(At(resource, "code"), "text"));
    activity.set_extent(GetText(First(resource, "orderDetail"), "text"));
    activity.set_implementation(GetText(resource, "patientInstruction"));
    if (resource.contains("occurrencePeriod")) {
      *activity.mutable_period() = ReadPeriod(resource.at("occurrencePeriod"));
    }
    activity.set_responsible(ValueOf(First(resource, "performer"), "participant"));
    for (const Json& extension : resource.value("extension", Json::array())) {
      if (extension.at("url") == kResourcePertainsToGoal) {
        activity.add_goals(ChildName("goals", IdOf(extension.at("valueReference"))));
      }
    }
    ReadExtensions(resource, activity);
  }

  void ReadTask(const Json& resource) {
    const std::string kind = CodeOf(At(resource, "code"), "task-kind");
    if (kind == "evaluation") return ReadEvaluation(resource);
    if (kind != "commitment") return;
    const std::string name = ChildName("activities", IdOf(resource.at("focus")));
    for (pb::Activity& activity : *plan_.mutable_activities()) {
      if (activity.name() != name) continue;
      activity.set_commitment(Coded<pb::Activity::Commitment>(kCommitments, resource, "status"));
      if (resource.contains("authoredOn")) {
        *activity.mutable_request_time() = ReadInstant(resource.at("authoredOn"));
      }
      const Json& period = At(At(resource, "restriction"), "period");
      if (period.contains("end")) *activity.mutable_answer_due_date() = ReadDate(period.at("end"));
    }
  }

  void ReadEvaluation(const Json& resource) {
    pb::Evaluation& evaluation = *plan_.add_evaluations();
    evaluation.set_name(ChildName("evaluations", resource));
    evaluation.set_state(Coded<pb::Evaluation::State>(kEvaluationStates, resource, "status"));
    evaluation.set_reason(GetText(At(resource, "statusReason"), "text"));
    evaluation.set_place(GetText(resource, "description"));
    const Json& held = At(resource, "executionPeriod");
    if (held.contains("end")) *evaluation.mutable_held_date() = ReadDate(held.at("end"));
    const Json& due = At(At(resource, "restriction"), "period");
    if (due.contains("end")) *evaluation.mutable_due_date() = ReadDate(due.at("end"));
    ReadExtensions(resource, evaluation);
  }

  template <class Message>
  static void ReadSections(const Json& provision, Message& message) {
    for (const Json& coding : provision.value("class", Json::array())) {
      type::Section section = type::SECTION_UNSPECIFIED;
      if (coding.value("system", "") != SystemName("section")) continue;
      if (type::Section_Parse(coding.value("code", ""), &section)) message.add_sections(section);
    }
  }

  void ReadConsent(const Json& resource) {
    const std::string kind = CodeOf(First(resource, "category"), "consent-kind");
    if (kind == "access-block") return ReadBlock(resource);
    pb::Consent& consent = *plan_.add_consents();
    consent.set_name(ChildName("consents", resource));
    consent.set_kind(static_cast<pb::Consent::Kind>(FromCode(kConsentKinds, kind)));
    consent.set_state(Coded<pb::Consent::State>(kConsentStates, resource, "status"));
    const std::string given = resource.value("dateTime", "");
    if (given.find('T') != given.npos) *consent.mutable_give_time() = ReadInstant(given);
    consent.set_grantor(ValueOf(First(resource, "performer"), "person"));
    const Json& provision = At(resource, "provision");
    if (provision.contains("period"))
      *consent.mutable_period() = ReadPeriod(provision.at("period"));
    consent.set_participant(ValueOf(At(First(provision, "actor"), "reference"), "participant"));
    ReadSections(provision, consent);
    ReadExtensions(resource, consent);
  }

  void ReadBlock(const Json& resource) {
    pb::AccessBlock& block = *plan_.add_access_blocks();
    block.set_name(ChildName("accessBlocks", resource));
    if (resource.contains("dateTime")) {
      *block.mutable_create_time() = ReadInstant(resource.at("dateTime"));
    }
    const Json& provision = At(resource, "provision");
    for (const Json& actor : provision.value("actor", Json::array())) {
      const std::string person = ValueOf(At(actor, "reference"), "person");
      const std::string number = ValueOf(At(actor, "reference"), kOrganizationNumber);
      if (!person.empty()) block.set_person(person);
      if (!number.empty()) block.set_organization("organizations/" + number);
    }
    ReadSections(provision, block);
    ReadExtensions(resource, block);
  }

  pb::CarePlan plan_;
  std::set<std::string> addressed_;  // ids of conditions
  std::string place_ = "bundle";
};

absl::Status Wrong(const std::string& place, const char* what) {
  return InvalidField(place, absl::StrCat("cannot be read as FHIR R4: ", what,
                                          ". GET /fhir/R4/metadata says what is taken."));
}

}  // namespace

absl::StatusOr<pb::CarePlan> FromBundle(const Json& bundle) {
  PlanReader reader;
  try {
    return reader.Read(bundle);
  } catch (const Json::exception&) {
    // Their texts quote values, which may be personal.
    return Wrong(reader.place(), "a field is missing or of another type");
  } catch (const std::invalid_argument& wrong) {
    return Wrong(reader.place(), wrong.what());
  }
}

std::string NationalIdOf(const Json& bundle) {
  try {
    for (const Json& entry : At(bundle, "entry")) {
      const Json& resource = At(entry, "resource");
      if (resource.value("resourceType", "") != "Patient") continue;
      for (const Json& identifier : At(resource, "identifier")) {
        const std::string system = identifier.value("system", "");
        if (system == kNationalId || system == kDNumber) return identifier.value("value", "");
      }
    }
  } catch (const Json::exception&) {
    // Not what FHIR has there: no number.
  }
  return "";
}

std::string PlanNameOf(std::string_view id) {
  if (IsHex64(id)) return "plans/" + Uuid(id.substr(0, 32));
  const std::string_view plan = id.substr(0, id.find('.'));
  const bool fits = plan.size() >= 4 && plan.size() <= 63 &&
                    plan.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-") == plan.npos;
  return fits ? absl::StrCat("plans/", std::string(plan)) : "";
}

}  // namespace ip::fhir
