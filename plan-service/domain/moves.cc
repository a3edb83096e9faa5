#include "plan-service/domain/moves.h"

#include <map>
#include <memory>

#include "lib/base/errors.h"
#include "plan-service/domain/consents.h"
#include "plan-service/domain/dates.h"
#include "plan-service/domain/names.h"
#include "plan-service/domain/plans.h"
#include "plan-service/domain/team.h"

namespace ip::plan {
namespace {

namespace pb = individuellplan::plan::v1;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using pb::CarePlan;
using pb::Consent;
using Appointment = pb::CoordinatorAppointment;

// Gives everything in a plan its place in another plan: each name, and each reference to one.
// Texts of people are let alone: only whole values that are names change.
class Renaming {
 public:
  Renaming(std::string from, std::string to) : from_(std::move(from)), to_(std::move(to)) {}

  // One name that becomes another one, e.g. of a participant who stands in both plans.
  void Instead(const std::string& from, const std::string& to) { instead_[from] = to; }

  void Apply(Message& message) const {
    const auto* reflection = message.GetReflection();
    std::vector<const FieldDescriptor*> fields;
    reflection->ListFields(message, &fields);
    for (const FieldDescriptor* field : fields) {
      const int count = field->is_repeated() ? reflection->FieldSize(message, field) : 1;
      for (int i = 0; i < count; ++i) {
        if (field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
          Apply(field->is_repeated() ? *reflection->MutableRepeatedMessage(&message, field, i)
                                     : *reflection->MutableMessage(&message, field));
        } else if (field->cpp_type() == FieldDescriptor::CPPTYPE_STRING && field->is_repeated()) {
          reflection->SetRepeatedString(&message, field, i,
                                        New(reflection->GetRepeatedString(message, field, i)));
        } else if (field->cpp_type() == FieldDescriptor::CPPTYPE_STRING) {
          reflection->SetString(&message, field, New(reflection->GetString(message, field)));
        }
      }
    }
  }

 private:
  std::string New(const std::string& value) const {
    if (const auto found = instead_.find(value); found != instead_.end()) return found->second;
    if (value == from_) return to_;
    const bool inside = PlanOf(value) == from_ && value.find(' ') == std::string::npos;
    return inside ? to_ + value.substr(from_.size()) : value;
  }

  const std::string from_, to_;
  std::map<std::string, std::string> instead_;
};

absl::Status NotTheSamePerson() {
  return Error(absl::StatusCode::kFailedPrecondition, "NOT_THE_SAME_PERSON",
               "The owners of the two plans were born on different days. Only two plans of one "
               "person are merged; mend the birth date first when it is wrong.");
}

absl::Status CheckPair(const CarePlan& kept, const CarePlan& duplicate) {
  if (kept.name() == duplicate.name()) {
    return InvalidField("duplicate", "must be another plan than the one that is kept.");
  }
  if (kept.unit() != duplicate.unit()) {
    return PermissionDenied("NOT_YOUR_UNIT",
                            "Both plans must be of your unit. Move the duplicate here first "
                            "(ExportPlan, ImportPlan).");
  }
  if (kept.subject().has_birth_date() && duplicate.subject().has_birth_date() &&
      ToDay(kept.subject().birth_date()) != ToDay(duplicate.subject().birth_date())) {
    return NotTheSamePerson();
  }
  return CheckOpen(kept, "MergePlans");
}

bool IsMerged(const CarePlan& kept, const std::string& duplicate) {
  for (const std::string& merged : kept.merged_plans()) {
    if (merged == duplicate) return true;
  }
  return false;
}

// The duplicate's participants find themselves in the kept plan where they stand there already.
void MatchParticipants(const CarePlan& kept, CarePlan& coming, absl::CivilDay today,
                       Renaming& renaming) {
  auto& participants = *coming.mutable_participants();
  for (int i = participants.size() - 1; i >= 0; --i) {
    const bool owner = participants[i].kind() == pb::Participant::OWNER;
    const std::string& person = owner ? kept.subject().person() : participants[i].person();
    const pb::Participant* same = ParticipantOf(kept, person, today);
    if (same == nullptr) continue;
    renaming.Instead(participants[i].name(), same->name());
    participants.DeleteSubrange(i, 1);
  }
}

// What people wrote themselves stays theirs under the id they have in the kept plan.
void MergeContent(CarePlan& kept, const CarePlan& coming, const Act& act) {
  kept.mutable_goals()->MergeFrom(coming.goals());
  kept.mutable_strengths()->MergeFrom(coming.strengths());
  kept.mutable_needs()->MergeFrom(coming.needs());
  kept.mutable_activities()->MergeFrom(coming.activities());
  kept.mutable_participants()->MergeFrom(coming.participants());
  kept.mutable_collaboration_needs()->MergeFrom(coming.collaboration_needs());
  kept.mutable_evaluations()->MergeFrom(coming.evaluations());
  kept.mutable_consents()->MergeFrom(coming.consents());
  kept.mutable_access_blocks()->MergeFrom(coming.access_blocks());
  kept.mutable_sub_plans()->MergeFrom(coming.sub_plans());
  kept.mutable_objections()->MergeFrom(coming.objections());
  kept.mutable_comments()->MergeFrom(coming.comments());
  kept.mutable_complaints()->MergeFrom(coming.complaints());
  if (!kept.has_what_matters_most() && coming.has_what_matters_most()) {
    *kept.mutable_what_matters_most() = coming.what_matters_most();
  } else if (coming.has_what_matters_most()) {
    pb::Comment& comment = *kept.add_comments();
    comment.set_name(NewChildName(kept.name(), "comments", act.now));
    comment.set_target("what_matters_most");
    *comment.mutable_text() = coming.what_matters_most();
  }
  if (!kept.has_adaptation() && coming.has_adaptation()) {
    *kept.mutable_adaptation() = coming.adaptation();
  }
}

}  // namespace

absl::StatusOr<std::string> RetireDuplicate(CarePlan& duplicate, const CarePlan& kept,
                                            const Act& act, const pb::MergePlansRequest& request) {
  if (absl::Status status = RequireReason(request.reason()); !status.ok()) return status;
  if (absl::Status status = CheckPair(kept, duplicate); !status.ok()) return status;
  if (duplicate.merged_into() == kept.name()) return duplicate.name();
  if (!duplicate.merged_into().empty()) {
    return Error(absl::StatusCode::kFailedPrecondition, "DUPLICATE_IS_MERGED",
                 "This plan was merged into another one already.",
                 {{"plan", duplicate.merged_into()}});
  }
  absl::Status ended = EndPlan(duplicate, act, "MergePlans", CarePlan::REVOKED, request.reason());
  if (!ended.ok()) return ended;
  duplicate.set_merged_into(kept.name());
  return duplicate.name();
}

absl::StatusOr<std::string> TakeUpDuplicate(CarePlan& kept, const CarePlan& duplicate,
                                            const Act& act, const pb::MergePlansRequest& request) {
  if (IsMerged(kept, duplicate.name())) return kept.name();
  if (absl::Status status = CheckEtag(request.etag(), kept.etag(), kept.name()); !status.ok()) {
    return status;
  }
  if (absl::Status status = CheckPair(kept, duplicate); !status.ok()) return status;
  CarePlan coming = duplicate;
  Renaming renaming(duplicate.name(), kept.name());
  renaming.Instead(duplicate.subject().person(), kept.subject().person());
  for (const pb::Participant& participant : coming.participants()) {
    if (participant.kind() != pb::Participant::OWNER) {
      LetGo(coming, participant.name(), "The plan was merged; ask again.");
    }
  }
  for (Consent& consent : *coming.mutable_consents()) {
    if (Stands(consent)) consent.set_state(Consent::SUPERSEDED);
  }
  for (pb::Evaluation& evaluation : *coming.mutable_evaluations()) {
    // Retiring the duplicate cancelled what was planned; here it is to be held.
    const bool planned = evaluation.state() == pb::Evaluation::CANCELLED &&
                         ToDay(evaluation.due_date()) > act.Today();
    if (!planned) continue;
    evaluation.set_state(pb::Evaluation::PLANNED);
    evaluation.clear_reason();
  }
  MatchParticipants(kept, coming, act.Today(), renaming);
  renaming.Apply(coming);
  MergeContent(kept, coming, act);
  kept.add_merged_plans(duplicate.name());
  ContentChanged(kept, act);
  return kept.name();
}

absl::StatusOr<CarePlan> Arrive(const CarePlan& from, const Act& act, const Arrival& arrival) {
  const absl::CivilDay today = act.Today();
  bool carried = false;
  for (const Consent& consent : from.consents()) {
    carried |= consent.kind() == Consent::CREATE_PLAN && InForce(consent, today);
  }
  if (!carried) {
    return Error(absl::StatusCode::kFailedPrecondition, "CONSENT_MISSING",
                 "The consent that this plan is made does not hold any more (§ 19 h). Open a new "
                 "plan with the owner's consent (CreatePlan).");
  }
  CarePlan plan = from;
  Renaming renaming(from.name(), arrival.name);
  renaming.Instead(from.subject().person(), arrival.person);
  renaming.Apply(plan);
  plan.set_state(CarePlan::DRAFT);
  plan.set_unit(arrival.unit);
  plan.set_municipality_code(arrival.municipality_code);
  *plan.mutable_provenance() = arrival.provenance;
  plan.clear_approval();
  plan.clear_hold();
  plan.clear_notice();
  plan.clear_merged_into();
  plan.clear_merged_plans();
  plan.clear_alarms();
  plan.clear_redacted_sections();
  plan.clear_own_mandate();
  // Both are about the access log of the place it comes from.
  plan.clear_emergency_accesses();
  plan.clear_access_questions();
  const std::string reason = "The plan moved to another unit.";
  for (Appointment& appointment : *plan.mutable_coordinator_appointments()) {
    if (appointment.state() == Appointment::ENDED || appointment.state() == Appointment::DECLINED) {
      continue;
    }
    appointment.set_state(Appointment::ENDED);
    appointment.set_reason(reason);
    *appointment.mutable_end_time() = ToTimestamp(act.now);
  }
  for (pb::Participant& participant : *plan.mutable_participants()) {
    if (participant.kind() != pb::Participant::PROFESSIONAL) continue;
    if (Covers(participant.period(), today)) {
      *participant.mutable_period()->mutable_end_date() = ToDate(today);
    }
    LetGo(plan, participant.name(), reason);
  }
  *plan.mutable_create_time() = ToTimestamp(act.now);
  plan.clear_revision();
  Stamp(CarePlan(), plan, act.now);
  return plan;
}

}  // namespace ip::plan
