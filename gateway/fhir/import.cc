#include "gateway/fhir/import.h"

#include <algorithm>
#include <set>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "lib/base/id.h"

namespace ip::fhir {
namespace {

namespace pb = individuellplan::plan::v1;

template <class List>
void Note(const List& list, const char* what, std::vector<std::string>& out) {
  if (!list.empty()) out.push_back(absl::StrCat(list.size(), " ", what));
}

}  // namespace

pb::CreatePlanRequest Opening(const pb::CarePlan& imported, const std::string& national_id,
                              const Destination& destination, const std::string& digest) {
  pb::CreatePlanRequest request;
  pb::CarePlan& plan = *request.mutable_plan();
  *plan.mutable_subject() = imported.subject();
  plan.mutable_subject()->clear_person();
  plan.set_unit(destination.unit.empty() ? imported.unit() : destination.unit);
  plan.set_municipality_code(destination.municipality_code.empty() ? imported.municipality_code()
                                                                   : destination.municipality_code);
  *plan.mutable_legal_bases() = imported.legal_bases();
  if (imported.has_period()) *plan.mutable_period() = imported.period();
  *plan.mutable_strengths() = imported.strengths();
  *plan.mutable_needs() = imported.needs();
  *plan.mutable_collaboration_needs() = imported.collaboration_needs();
  if (imported.has_adaptation()) *plan.mutable_adaptation() = imported.adaptation();
  for (const pb::Consent& consent : imported.consents()) {
    if (consent.kind() != pb::Consent::CREATE_PLAN || consent.state() != pb::Consent::ACTIVE) {
      continue;
    }
    pb::Consent& opening = *request.mutable_consent();
    opening = consent;
    opening.clear_participant();
    // Somebody who is not logged in here has given it: it is registered, as one on paper is.
    if (opening.form() == pb::Consent::ELECTRONIC) opening.set_form(pb::Consent::PAPER);
    if (opening.form_reference().empty()) {
      opening.set_form_reference(absl::StrCat("FHIR Bundle ", digest.substr(0, 16)));
    }
    break;
  }
  request.mutable_subject_identity()->set_national_id(national_id);
  request.set_request_id(RequestId(digest, "open"));
  return request;
}

pb::UpdatePlanRequest Content(const pb::CarePlan& imported, const std::string& plan, bool by_owner,
                              const std::string& digest) {
  std::set<std::string> fields = {
      "period",     "strengths",           "strengths_none_stated",     "needs",
      "adaptation", "collaboration_needs", "collaboration_none_needed", "sub_plans",
      "legal_bases"};
  if (by_owner) fields.insert("what_matters_most");
  pb::UpdatePlanRequest request;
  request.mutable_plan()->CopyFrom(imported);
  std::vector<const google::protobuf::FieldDescriptor*> set;
  imported.GetReflection()->ListFields(imported, &set);
  for (const auto* field : set) {
    if (fields.contains(field->name())) {
      request.mutable_update_mask()->add_paths(field->name());
    } else {
      request.plan().GetReflection()->ClearField(request.mutable_plan(), field);
    }
  }
  request.mutable_plan()->set_name(plan);
  request.set_request_id(RequestId(digest, absl::StrCat(by_owner ? "owner " : "content ", plan)));
  return request;
}

std::vector<pb::Goal> GoalsToBring(const pb::CarePlan& imported) {
  std::vector<pb::Goal> goals;
  std::set<std::string> taken = {""};
  const auto lives = [](const pb::Goal& goal) {
    return goal.state() != pb::Goal::REJECTED && goal.state() != pb::Goal::CANCELLED &&
           goal.state() != pb::Goal::ENTERED_IN_ERROR;
  };
  // A parent that is not taken over leaves its parts standing by themselves.
  std::set<std::string> coming;
  for (const pb::Goal& goal : imported.goals()) {
    if (lives(goal)) coming.insert(goal.name());
  }
  for (size_t before = 1; before > 0;) {
    before = 0;
    for (const pb::Goal& goal : imported.goals()) {
      const bool waits = coming.contains(goal.parent_goal()) && !taken.contains(goal.parent_goal());
      if (!lives(goal) || waits || taken.contains(goal.name())) continue;
      goals.push_back(goal);
      if (!coming.contains(goal.parent_goal())) goals.back().clear_parent_goal();
      taken.insert(goal.name());
      ++before;
    }
  }
  return goals;
}

std::vector<pb::Activity> ActivitiesToBring(const pb::CarePlan& imported) {
  std::vector<pb::Activity> activities;
  for (const pb::Activity& activity : imported.activities()) {
    const auto execution = activity.execution();
    if (execution == pb::Activity::COMPLETED || execution == pb::Activity::STOPPED ||
        execution == pb::Activity::CANCELLED || execution == pb::Activity::ENTERED_IN_ERROR) {
      continue;
    }
    activities.push_back(activity);
    activities.back().clear_responsible();
    activities.back().clear_contributors();
  }
  return activities;
}

std::vector<std::string> LeftOut(const pb::CarePlan& imported) {
  std::vector<std::string> out;
  Note(imported.participants(), "in the team: the coordinator invites them anew", out);
  Note(imported.coordinator_appointments(), "coordinator appointments: the unit nominates", out);
  Note(imported.consents(),
       "consents: what others may see, the owner says anew (CREATE_PLAN alone was registered)",
       out);
  Note(imported.access_blocks(), "blocks: the owner sets them anew", out);
  Note(imported.representatives(), "representatives: the unit registers them with their basis",
       out);
  Note(imported.evaluations(), "evaluations: they stay in the plan they were held in", out);
  Note(imported.comments(), "comments: they stay in the plan they were written in", out);
  Note(imported.objections(), "objections: the owner makes them anew", out);
  Note(imported.complaints(), "complaints: they go on where they are", out);
  return out;
}

std::string RequestId(const std::string& digest, std::string_view step) {
  const std::string hash = Sha256(absl::StrCat(digest, " ", std::string(step))).substr(0, 16);
  std::string h = absl::BytesToHexString(hash);
  h[12] = '8';  // a UUID of one's own making (RFC 9562)
  h[16] = 'a';
  return absl::StrCat(h.substr(0, 8), "-", h.substr(8, 4), "-", h.substr(12, 4), "-",
                      h.substr(16, 4), "-", h.substr(20));
}

}  // namespace ip::fhir
