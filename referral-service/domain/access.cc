#include "referral-service/domain/access.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "lib/base/errors.h"
#include "referral-service/domain/legal_clock.h"

namespace ip::referral {
namespace {

using authz::Relation;

void Add(authz::Facts& facts, Relation relation) {
  facts.bases.push_back({.relation = relation, .sections = {}, .consent = ""});
}

bool Has(const authz::Facts& facts, std::initializer_list<Relation> relations) {
  return std::any_of(facts.bases.begin(), facts.bases.end(), [&](const auto& basis) {
    return std::find(relations.begin(), relations.end(), basis.relation) != relations.end();
  });
}

bool WorksAt(const Caller& caller, std::string_view unit, const Reference& reference) {
  const auto* own = reference.UnitOfOrganization(caller.organization);
  return own != nullptr && own->name() == unit;
}

// A sender who has changed employer has lost sight of it: the notice was sent on behalf of the
// work.
bool IsNotifier(const pb::NeedNotice& notice, const Caller& caller) {
  const auto& notifier = notice.notifier();
  if (caller.organization != notifier.organization()) return false;
  if (caller.role == type::SYSTEM) return !notifier.organization().empty();
  return !caller.person.empty() && caller.person == notifier.person();
}

bool IsAuthor(const pb::NeedNotice& notice, const Caller& caller) {
  return !notice.history().empty() && notice.history(0).actor() == ActorOf(caller);
}

bool IsBetweenUnitAndPerson(const pb::HistoryEntry& entry) {
  return entry.action() == "CreateNoticeComplaint" ||
         entry.action() == "ChangeNoticeComplaintState" || entry.action() == "IssueLetter";
}

void HideWhatTheUnitWrites(pb::NeedNotice& notice, const std::string& viewer) {
  notice.clear_assignee();
  notice.clear_assignee_display_name();
  notice.clear_merged_into();
  notice.clear_possible_duplicates();
  notice.clear_complaints();
  notice.clear_letters();
  auto* decision = notice.mutable_decision();
  decision->clear_reasons();
  decision->clear_legal_bases();
  decision->clear_decider();
  if (!decision->has_decide_time()) notice.clear_decision();
  if (notice.has_acceptance()) {
    notice.mutable_acceptance()->clear_plan();
    notice.mutable_acceptance()->clear_appointment();
    notice.mutable_acceptance()->clear_coordinator_display_name();
  }
  auto& history = *notice.mutable_history();
  history.erase(std::remove_if(history.begin(), history.end(), IsBetweenUnitAndPerson),
                history.end());
  for (auto& entry : history) {
    if (entry.actor() == viewer) continue;
    entry.clear_actor();
    entry.clear_actor_display_name();
    entry.clear_reason();
  }
}

absl::Status Verdict(authz::Action action, const authz::Facts& facts, std::string_view resource) {
  return authz::Decide(action, facts).allowed ? absl::OkStatus() : NotFound(resource);
}

}  // namespace

std::string ActorOf(const Caller& caller) {
  if (!caller.person.empty()) return caller.person;
  return caller.organization.empty() ? absl::StrCat("services/", caller.issuer)
                                     : caller.organization;
}

authz::Facts FactsOf(std::string_view unit, const Caller& caller, const Reference& reference) {
  authz::Facts facts;
  if (!WorksAt(caller, unit, reference)) return facts;
  if (caller.role == type::CASE_WORKER) Add(facts, Relation::kCaseWorker);
  if (caller.role == type::UNIT_LEADER) Add(facts, Relation::kUnitLeader);
  return facts;
}

authz::Facts FactsOf(const pb::NeedNotice& notice, const Caller& caller,
                     const Reference& reference) {
  authz::Facts facts;
  if (notice.state() == pb::NeedNotice::DRAFT) {
    if (IsAuthor(notice, caller)) Add(facts, Relation::kNotifier);
    return facts;
  }
  facts = FactsOf(notice.unit(), caller, reference);
  if (caller.role == type::CITIZEN) {
    const std::string& subject = notice.subject().person();
    const bool acts = !caller.acting_for.empty();
    if ((acts ? caller.acting_for : caller.person) == subject) {
      Add(facts, acts ? Relation::kRepresentative : Relation::kOwner);
    }
  }
  if (IsNotifier(notice, caller)) Add(facts, Relation::kNotifier);
  return facts;
}

absl::Status CheckAccess(authz::Action action, const pb::NeedNotice& notice, const Caller& caller,
                         const Reference& reference) {
  return Verdict(action, FactsOf(notice, caller, reference), "notice");
}

absl::Status CheckAccess(authz::Action action, std::string_view unit, const Caller& caller,
                         const Reference& reference) {
  return Verdict(action, FactsOf(unit, caller, reference), "unit");
}

pb::NeedNotice ViewFor(pb::NeedNotice notice, const Caller& caller, const Reference& reference,
                       absl::CivilDay today) {
  if (notice.has_clock()) notice.mutable_clock()->set_signal(SignalOn(notice, today));
  const auto facts = FactsOf(notice, caller, reference);
  const bool sees_all = Has(facts, {Relation::kOwner, Relation::kRepresentative,
                                    Relation::kCaseWorker, Relation::kUnitLeader});
  if (!sees_all) HideWhatTheUnitWrites(notice, ActorOf(caller));
  return notice;
}

}  // namespace ip::referral
