#include "lib/authz/decide.h"

#include <array>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "google/protobuf/descriptor.h"

namespace ip::authz {
namespace {

namespace pb = individuellplan::type::v1;

constexpr std::array kRelations = {
    Relation::kOwner,       Relation::kRepresentative,  Relation::kReader,
    Relation::kCoordinator, Relation::kNominee,         Relation::kParticipant,
    Relation::kNotifier,    Relation::kCaseWorker,      Relation::kUnitLeader,
    Relation::kEmergency,   Relation::kHealthPersonnel, Relation::kService};

const char* NameOf(Relation relation) {
  switch (relation) {
    case Relation::kOwner:
      return "OWNER";
    case Relation::kRepresentative:
      return "REPRESENTATIVE";
    case Relation::kReader:
      return "READER";
    case Relation::kCoordinator:
      return "COORDINATOR";
    case Relation::kNominee:
      return "NOMINEE";
    case Relation::kParticipant:
      return "CONSENT";
    case Relation::kNotifier:
      return "NOTIFIER";
    case Relation::kCaseWorker:
      return "UNIT";
    case Relation::kUnitLeader:
      return "UNIT_LEADER";
    case Relation::kEmergency:
      return "EMERGENCY";
    case Relation::kHealthPersonnel:
      return "HEALTH_PERSONNEL";
    case Relation::kService:
      return "SERVICE";
  }
  return "NO_RELATION";
}

// One row per action: the relations that may. Everything that does not stand here is refused.
struct Row {
  Action action;
  std::set<Relation> relations;
};
const std::vector<Row>& Table() {
  using enum Relation;
  static const std::vector<Row> table = {
      {pb::SUBMIT_NOTICE, {kOwner, kRepresentative, kNotifier, kCaseWorker}},
      {pb::READ_NOTICE, {kOwner, kRepresentative, kNotifier, kCaseWorker, kUnitLeader}},
      {pb::HANDLE_NOTICE, {kCaseWorker, kUnitLeader}},
      {pb::READ_UNIT_STATISTICS, {kCaseWorker, kUnitLeader}},
      {pb::CREATE_PLAN, {kCaseWorker, kCoordinator, kService}},
      {pb::APPOINT_COORDINATOR, {kCaseWorker, kUnitLeader, kService}},
      {pb::ANSWER_NOMINATION, {kNominee}},
      {pb::READ_PLAN,
       {kOwner, kRepresentative, kReader, kCoordinator, kNominee, kParticipant, kCaseWorker,
        kUnitLeader, kEmergency, kService}},
      {pb::WRITE_OWN_WORDS, {kOwner, kRepresentative}},
      {pb::EDIT_PLAN, {kOwner, kRepresentative, kCoordinator}},
      {pb::CONTRIBUTE, {kOwner, kRepresentative, kCoordinator, kParticipant}},
      {pb::ANSWER_FOR_ACTIVITY, {kOwner, kRepresentative, kCoordinator, kParticipant}},
      {pb::GIVE_CONSENT, {kOwner, kRepresentative}},
      {pb::RECORD_CONSENT, {kCoordinator, kCaseWorker}},
      {pb::WITHDRAW_CONSENT, {kOwner, kRepresentative}},
      {pb::MANAGE_TEAM, {kOwner, kRepresentative, kCoordinator}},
      {pb::EVALUATE, {kOwner, kRepresentative, kCoordinator}},
      {pb::CHANGE_PLAN_STATE, {kOwner, kRepresentative, kCoordinator, kCaseWorker}},
      {pb::READ_ACCESS_LOG,
       {kOwner, kRepresentative, kCoordinator, kParticipant, kCaseWorker, kUnitLeader}},
      {pb::EMERGENCY_ACCESS, {kHealthPersonnel, kUnitLeader}},
      {pb::EXPORT_PLAN, {kOwner, kRepresentative, kCoordinator}},
      {pb::MANAGE_REPRESENTATIVES, {kOwner, kRepresentative, kCaseWorker}},
      {pb::HANDLE_COMPLAINT, {kOwner, kRepresentative, kCoordinator, kCaseWorker}},
      {pb::READ_FEED, {kService}},
      {pb::RESOLVE_CONTACT, {kService}},
  };
  return table;
}

// Relations whose readers see the whole plan; the others see what their basis names.
bool OpensAll(Relation relation) {
  return relation == Relation::kOwner || relation == Relation::kCoordinator ||
         relation == Relation::kEmergency;
}

}  // namespace

const Sections& AllSections() {
  static const Sections all = [] {
    Sections sections;
    const auto* descriptor = pb::Section_descriptor();
    for (int i = 0; i < descriptor->value_count(); ++i) {
      const int number = descriptor->value(i)->number();
      if (number != pb::SECTION_UNSPECIFIED) sections.insert(static_cast<Section>(number));
    }
    return sections;
  }();
  return all;
}

bool TableAllows(Relation relation, Action action) {
  for (const auto& row : Table()) {
    if (row.action == action) return row.relations.contains(relation);
  }
  return false;
}

Decision Decide(Action action, const Facts& facts) {
  Decision decision;
  decision.reason = "NO_RELATION";
  bool owns = false;
  for (const auto& basis : facts.bases) {
    owns |= basis.relation == Relation::kOwner || basis.relation == Relation::kRepresentative;
  }
  if (facts.blocked && !owns) {
    decision.reason = "BLOCKED";
    return decision;
  }
  for (const auto& basis : facts.bases) {
    if (!TableAllows(basis.relation, action)) continue;
    if (!decision.allowed) {
      decision.allowed = true;
      decision.reason = NameOf(basis.relation);
      decision.consent = basis.consent;
    }
    const Sections& opened = OpensAll(basis.relation) ? AllSections() : basis.sections;
    decision.sections.insert(opened.begin(), opened.end());
  }
  if (!owns) {
    for (const auto section : facts.blocked_sections) decision.sections.erase(section);
  }
  return decision;
}

std::string RenderTable() {
  std::string out = "| action |";
  for (const auto relation : kRelations) absl::StrAppend(&out, " ", NameOf(relation), " |");
  out += "\n|---|";
  for (size_t i = 0; i < kRelations.size(); ++i) out += "---|";
  for (const auto& row : Table()) {
    absl::StrAppend(&out, "\n| ", pb::Action_Name(row.action), " |");
    for (const auto relation : kRelations) {
      absl::StrAppend(&out, row.relations.contains(relation) ? " yes |" : " – |");
    }
  }
  return out + "\n";
}

Sections Prune(google::protobuf::Message& message, const Sections& visible) {
  Sections removed;
  const auto* reflection = message.GetReflection();
  std::vector<const google::protobuf::FieldDescriptor*> fields;
  reflection->ListFields(message, &fields);
  for (const auto* field : fields) {
    const Section section = field->options().GetExtension(pb::section);
    if (section == pb::SECTION_UNSPECIFIED || visible.contains(section)) continue;
    reflection->ClearField(&message, field);
    removed.insert(section);
  }
  return removed;
}

}  // namespace ip::authz
