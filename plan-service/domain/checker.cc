#include "plan-service/domain/checker.h"

#include <google/protobuf/util/json_util.h>

#include <fstream>
#include <functional>
#include <map>
#include <set>
#include <sstream>

#include "absl/strings/str_cat.h"
#include "plan-service/domain/activities.h"
#include "plan-service/domain/consents.h"
#include "plan-service/domain/dates.h"
#include "plan-service/domain/evaluations.h"
#include "plan-service/domain/names.h"
#include "plan-service/domain/team.h"

namespace ip::plan {
namespace {

namespace pb = individuellplan::plan::v1;
using pb::Activity;
using pb::CarePlan;
using pb::Goal;
using pb::Participant;

// Where a rule is not met: field paths or resource names.
using Gaps = std::vector<std::string>;
using Condition = std::function<Gaps(const CarePlan&, absl::CivilDay)>;

Gaps GapIf(bool missing, std::string_view target) {
  return missing ? Gaps{std::string(target)} : Gaps{};
}

template <class Test>
Gaps EachOpenActivity(const CarePlan& plan, Test is_gap) {
  Gaps gaps;
  for (const Activity& activity : plan.activities()) {
    if (IsOpen(activity) && is_gap(activity)) gaps.push_back(activity.name());
  }
  return gaps;
}

bool IsGivenUp(const Goal& goal) {
  return goal.state() == Goal::REJECTED || goal.state() == Goal::CANCELLED ||
         goal.state() == Goal::ENTERED_IN_ERROR;
}

bool IsCoordinator(const CarePlan& plan, const Participant& participant, absl::CivilDay today) {
  for (const auto* appointment : CoordinatorsOn(plan, today)) {
    if (appointment->participant() == participant.name()) return true;
  }
  return false;
}

bool IsAsked(const Activity& activity) {
  return activity.commitment() == Activity::REQUESTED ||
         activity.commitment() == Activity::ACCEPTED;
}

// Participants besides owner and coordinator with whom nothing is shared.
Gaps Unshared(const CarePlan& plan, absl::CivilDay today, bool responsible) {
  std::set<std::string> shared, responsibles;
  for (const auto& consent : plan.consents()) {
    if (consent.kind() == pb::Consent::SHARE && InForce(consent, today)) {
      shared.insert(consent.participant());
    }
  }
  for (const Activity& activity : plan.activities()) {
    if (IsOpen(activity) && IsAsked(activity)) responsibles.insert(activity.responsible());
  }
  Gaps gaps;
  for (const Participant& participant : plan.participants()) {
    if (participant.kind() == Participant::OWNER || !Covers(participant.period(), today) ||
        IsCoordinator(plan, participant, today) || shared.contains(participant.name()) ||
        responsibles.contains(participant.name()) != responsible) {
      continue;
    }
    gaps.push_back(participant.name());
  }
  return gaps;
}

Gaps ParticipantsMissing(const CarePlan& plan, absl::CivilDay today) {
  bool owner = false;
  bool coordinator = false;
  for (const Participant& participant : plan.participants()) {
    owner |= participant.kind() == Participant::OWNER;
    coordinator |= IsCoordinator(plan, participant, today);
  }
  return GapIf(!owner || !coordinator, "participants");
}

Gaps WithoutContribution(const CarePlan& plan, absl::CivilDay today, bool owner) {
  Gaps gaps;
  for (const Participant& participant : plan.participants()) {
    if ((participant.kind() == Participant::OWNER) != owner ||
        !Covers(participant.period(), today)) {
      continue;
    }
    if (participant.contribution().empty() && participant.role_title().empty()) {
      gaps.push_back(participant.name());
    }
  }
  return gaps;
}

Gaps GoalMissing(const CarePlan& plan, absl::CivilDay) {
  for (const Goal& goal : plan.goals()) {
    if (!IsGivenUp(goal) && !goal.own_words().text().empty()) return {};
  }
  return {"goals"};
}

Gaps EvaluationMissing(const CarePlan& plan, absl::CivilDay today) {
  const pb::Evaluation* next = NextEvaluation(plan);
  return GapIf(next == nullptr || ToDay(next->due_date()) < today, "evaluations");
}

Gaps PlanConsentMissing(const CarePlan& plan, absl::CivilDay today) {
  for (const auto& consent : plan.consents()) {
    if (consent.kind() == pb::Consent::CREATE_PLAN && InForce(consent, today)) return {};
  }
  return {"consents"};
}

const std::map<std::string, Condition, std::less<>>& Conditions() {
  static const std::map<std::string, Condition, std::less<>> conditions = {
      {"19_a_goal", GoalMissing},
      {"19_a_strengths",
       [](const CarePlan& plan, absl::CivilDay) {
         return GapIf(plan.strengths().empty() && !plan.strengths_none_stated(), "strengths");
       }},
      {"19_a_need",
       [](const CarePlan& plan, absl::CivilDay) { return GapIf(plan.needs().empty(), "needs"); }},
      {"19_b_participants", ParticipantsMissing},
      {"19_c_coordinator",
       [](const CarePlan& plan, absl::CivilDay today) {
         return GapIf(CoordinatorsOn(plan, today).empty(), "coordinator_appointments");
       }},
      {"19_d_participant",
       [](const CarePlan& plan, absl::CivilDay today) {
         return WithoutContribution(plan, today, false);
       }},
      {"19_d_owner", [](const CarePlan& plan,
                        absl::CivilDay today) { return WithoutContribution(plan, today, true); }},
      {"19_e_activity",
       [](const CarePlan& plan, absl::CivilDay) {
         return GapIf(plan.activities().empty(), "activities");
       }},
      {"19_e_extent",
       [](const CarePlan& plan, absl::CivilDay) {
         return EachOpenActivity(plan, [](const Activity& a) { return a.extent().empty(); });
       }},
      {"19_e_responsible",
       [](const CarePlan& plan, absl::CivilDay) {
         return EachOpenActivity(plan, [](const Activity& a) { return !IsAsked(a); });
       }},
      {"19_e_accepted",
       [](const CarePlan& plan, absl::CivilDay) {
         return EachOpenActivity(
             plan, [](const Activity& a) { return a.commitment() == Activity::REQUESTED; });
       }},
      {"19_f_implementation",
       [](const CarePlan& plan, absl::CivilDay) {
         return EachOpenActivity(plan,
                                 [](const Activity& a) { return a.implementation().empty(); });
       }},
      {"19_g_period",
       [](const CarePlan& plan, absl::CivilDay) {
         return GapIf(!plan.period().has_start_date(), "period");
       }},
      {"19_g_evaluation", EvaluationMissing},
      {"19_h_create_plan", PlanConsentMissing},
      {"19_h_owner_approval",
       [](const CarePlan& plan, absl::CivilDay) {
         return GapIf(!plan.has_approval(), "approval");
       }},
      {"19_h_share_responsible",
       [](const CarePlan& plan, absl::CivilDay today) { return Unshared(plan, today, true); }},
      {"19_h_share",
       [](const CarePlan& plan, absl::CivilDay today) { return Unshared(plan, today, false); }},
      {"19_i_collaboration",
       [](const CarePlan& plan, absl::CivilDay) {
         return GapIf(plan.collaboration_needs().empty() && !plan.collaboration_none_needed(),
                      "collaboration_needs");
       }},
  };
  return conditions;
}

std::string Text(absl::CivilDay day) { return absl::FormatCivilTime(day); }

}  // namespace

absl::StatusOr<RuleBook> RuleBook::Load(const std::string& dir) {
  const std::string path = dir + "/plan.json";
  std::ifstream in(path);
  if (!in) return absl::NotFoundError(absl::StrCat("cannot read the rules file ", path));
  std::stringstream text;
  text << in.rdbuf();
  return Parse(text.str());
}

absl::StatusOr<RuleBook> RuleBook::Parse(std::string_view json) {
  RuleBook book;
  const auto parsed = google::protobuf::util::JsonStringToMessage(std::string(json), &book.file_);
  if (!parsed.ok()) {
    return absl::InvalidArgumentError(
        absl::StrCat("section 19 rules: ", std::string(parsed.message())));
  }
  if (book.file_.rule_sets().empty()) {
    return absl::InvalidArgumentError("section 19 rules: no rule set");
  }
  std::string last;
  for (const RuleSet& set : book.file_.rule_sets()) {
    absl::CivilDay day;
    if (!absl::ParseCivilTime(set.valid_from(), &day) || Text(day) != set.valid_from() ||
        set.valid_from() <= last) {
      return absl::InvalidArgumentError(absl::StrCat(
          "section 19 rules: valid_from must be YYYY-MM-DD and later than the set before: ",
          set.valid_from()));
    }
    last = set.valid_from();
    for (const auto& rule : set.rules()) {
      if (!Conditions().contains(rule.rule()) || rule.text().nb().empty() ||
          rule.text().nn().empty()) {
        return absl::InvalidArgumentError(
            absl::StrCat("section 19 rules: unknown rule or missing text: ", rule.rule()));
      }
    }
  }
  return book;
}

const RuleSet& RuleBook::On(absl::CivilDay day) const {
  const RuleSet* found = &file_.rule_sets(0);
  for (const RuleSet& set : file_.rule_sets()) {
    if (set.valid_from() <= Text(day)) found = &set;
  }
  return *found;
}

std::vector<pb::CheckPlanResponse::Finding> CheckSection19(const CarePlan& plan,
                                                           absl::CivilDay today,
                                                           const RuleSet& rules) {
  std::vector<pb::CheckPlanResponse::Finding> findings;
  for (const auto& rule : rules.rules()) {
    for (const std::string& target : Conditions().at(rule.rule())(plan, today)) {
      pb::CheckPlanResponse::Finding& finding = findings.emplace_back();
      finding.set_rule(rule.rule());
      finding.set_letter(rule.letter());
      finding.set_severity(rule.severity());
      *finding.mutable_text() = rule.text();
      finding.set_target(target);
      finding.set_source(rule.source());
    }
  }
  return findings;
}

}  // namespace ip::plan
