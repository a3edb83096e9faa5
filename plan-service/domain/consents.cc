#include "plan-service/domain/consents.h"

#include <algorithm>
#include <set>

#include "absl/strings/str_cat.h"
#include "lib/authz/decide.h"
#include "lib/base/errors.h"
#include "plan-service/domain/dates.h"
#include "plan-service/domain/names.h"
#include "plan-service/domain/plans.h"
#include "plan-service/domain/text.h"
#include "plan-service/domain/transitions.h"

namespace ip::plan {
namespace {

namespace pb = individuellplan::plan::v1;
namespace type = individuellplan::type::v1;
using pb::Consent;
using pb::Representative;

// What a caller can state at most (gateway, x-purpose-of-use).
constexpr size_t kMaxPurposeBytes = 64;

template <class Sections>
void CheckSections(const std::string& field, const Sections& sections, Violations& violations) {
  std::set<int> seen;
  for (int i = 0; i < sections.size(); ++i) {
    const int section = sections.Get(i);
    if (section == type::SECTION_UNSPECIFIED || !type::Section_IsValid(section)) {
      violations.Add(absl::StrCat(field, "[", i, "]"), "must be a section of the plan.");
    } else if (!seen.insert(section).second) {
      violations.Add(absl::StrCat(field, "[", i, "]"), "stands there twice.");
    }
  }
}

void CheckConsent(const pb::CarePlan& plan, const Act& act, const Consent& consent,
                  Violations& violations) {
  if (consent.kind() == Consent::KIND_UNSPECIFIED) violations.Add("consent.kind", "is required.");
  if (consent.form() == Consent::FORM_UNSPECIFIED) violations.Add("consent.form", "is required.");
  if ((consent.form() == Consent::PAPER || consent.form() == Consent::ORAL) &&
      consent.form_reference().empty()) {
    violations.Add("consent.form_reference",
                   "is required for PAPER (where the paper is) and ORAL (who heard it).");
  }
  CheckText("consent.form_reference", consent.form_reference(), 500, violations);
  CheckText("consent.purpose", consent.purpose(), 500, violations);
  CheckSections("consent.sections", consent.sections(), violations);
  if (consent.kind() == Consent::SHARE) {
    if (FindByName(plan.participants(), consent.participant()) == nullptr) {
      violations.Add("consent.participant",
                     "must be the name of a participant of this plan; invite them first "
                     "(CreateParticipant).");
    }
    if (consent.sections().empty()) {
      violations.Add("consent.sections", "is required for SHARE: what they may see.");
    }
    if (consent.purpose().size() > kMaxPurposeBytes) {
      violations.Add("consent.purpose",
                     "must be at most 64 bytes for SHARE: callers state it in x-purpose-of-use.");
    }
  } else if (!consent.participant().empty() || !consent.sections().empty()) {
    violations.Add("consent.kind", "participant and sections belong to SHARE alone.");
  }
  if (consent.has_period()) {
    CheckPeriod("consent.period", consent.period(), violations);
    if (consent.period().has_end_date() && IsDay(consent.period().end_date()) &&
        ToDay(consent.period().end_date()) < act.Today()) {
      violations.Add("consent.period.end_date", "must not be in the past.");
    }
  }
}

// What the owner, or who acts for them, may decide about; empty for everybody else.
authz::Sections MandateOf(const pb::CarePlan& plan, const Act& act) {
  if (act.actor == plan.subject().person()) return authz::AllSections();
  authz::Sections covered;
  for (const Representative& mandate : plan.representatives()) {
    if (mandate.person() != act.actor || !mandate.may_act() || !Represents(mandate, act.Today())) {
      continue;
    }
    if (mandate.sections().empty()) return authz::AllSections();
    for (const int section : mandate.sections()) covered.insert(type::Section(section));
  }
  return covered;
}

// `sections` as a consent or block names them; none means the plan as a whole.
template <class Sections>
absl::Status CheckMandate(const pb::CarePlan& plan, const Act& act, const Sections& sections) {
  const authz::Sections mandate = MandateOf(plan, act);
  const bool covers = sections.empty()
                          ? mandate == authz::AllSections()
                          : std::all_of(sections.begin(), sections.end(), [&](int section) {
                              return mandate.contains(type::Section(section));
                            });
  if (covers) return absl::OkStatus();
  return PermissionDenied("NOT_ALLOWED_IN_PLAN",
                          "Your mandate does not cover this; the owner decides it.");
}

// Whether both are about the same thing, so that the newer one counts.
bool SameMatter(const Consent& a, const Consent& b) {
  return a.kind() == b.kind() && a.participant() == b.participant() && a.purpose() == b.purpose();
}

// Ends a consent that stands, and the plan with it when the plan rests on it.
absl::Status TakeBack(pb::CarePlan& plan, const Act& act, std::string_view action,
                      Consent& consent) {
  absl::Status status =
      CheckTransition(ConsentStates(), consent.state(), action, Consent::WITHDRAWN);
  if (!status.ok()) return status;
  consent.set_state(Consent::WITHDRAWN);
  *consent.mutable_withdraw_time() = ToTimestamp(act.now);
  if (consent.kind() != Consent::CREATE_PLAN || !CheckOpen(plan, action).ok()) return status;
  return EndPlan(plan, act, "WithdrawConsent", pb::CarePlan::REVOKED,
                 "The consent to the plan was withdrawn.");
}

absl::Status NotInformed() {
  return Error(absl::StatusCode::kFailedPrecondition, "CONSENT_NOT_INFORMED",
               "A consent counts when the grantor was told what it means and that it can be "
               "withdrawn (pbrl § 4-1). Tell them, and set informed.");
}

}  // namespace

bool Stands(const Consent& consent) {
  return consent.state() == Consent::ACTIVE || consent.state() == Consent::NEEDS_RENEWAL;
}

bool InForce(const Consent& consent, absl::CivilDay day) {
  return Stands(consent) && Covers(consent.period(), day);
}

bool Represents(const Representative& representative, absl::CivilDay day) {
  return Covers(representative.period(), day) &&
         (!representative.has_legal_end_date() || day < ToDay(representative.legal_end_date()));
}

absl::Status CheckOpeningConsent(const Consent& consent) {
  if (consent.kind() != Consent::CREATE_PLAN) {
    return Error(absl::StatusCode::kFailedPrecondition, "CONSENT_MISSING",
                 "A plan is not made without consent (§ 19 h). Ask the person, and send their "
                 "consent of kind CREATE_PLAN.");
  }
  return consent.informed() ? absl::OkStatus() : NotInformed();
}

absl::StatusOr<std::string> AddConsent(pb::CarePlan& plan, const Act& act, const Consent& consent,
                                       const std::string& recorder) {
  Consent added = consent;
  added.set_name(NewChildName(plan.name(), "consents", act.now));
  added.clear_etag();
  added.clear_withdraw_time();
  added.set_recorder(recorder);
  added.set_grantor(recorder.empty() ? act.actor : plan.subject().person());
  *added.mutable_give_time() = ToTimestamp(act.now);
  Violations violations;
  CheckConsent(plan, act, added, violations);
  CheckCount("plan.consents", plan.consents_size() + 1, 1000, violations);
  added.clear_grantor_basis();
  for (const auto& representative : plan.representatives()) {
    const bool grants = recorder.empty() ? representative.person() == act.actor
                                         : representative.kind() == consent.grantor_basis();
    if (!grants || !representative.may_act() || !Represents(representative, act.Today())) continue;
    added.set_grantor(representative.person());
    added.set_grantor_basis(representative.kind());
  }
  if (consent.grantor_basis() != Representative::KIND_UNSPECIFIED &&
      added.grantor_basis() != consent.grantor_basis()) {
    violations.Add("consent.grantor_basis",
                   "must be that of a representative of this plan who may act; appoint them first "
                   "(CreateRepresentative).");
  }
  if (absl::Status status = violations.ToStatus(); !status.ok()) return status;
  if (recorder.empty()) {
    if (absl::Status status = CheckMandate(plan, act, added.sections()); !status.ok()) {
      return status;
    }
  }
  if (!consent.informed()) return NotInformed();
  if (absl::Status status = CheckOpen(plan, "GiveConsent"); !status.ok()) return status;
  Consent* question = nullptr;
  for (Consent& older : *plan.mutable_consents()) {
    if (!SameMatter(older, added)) continue;
    if (Stands(older)) older.set_state(Consent::SUPERSEDED);
    if (older.state() == Consent::PROPOSED) question = &older;
  }
  added.set_state(Consent::ACTIVE);
  added.clear_renews();
  if (question == nullptr) {
    *plan.add_consents() = added;
    return added.name();
  }
  added.set_name(question->name());
  added.set_renews(question->renews());
  *question = added;
  return added.name();
}

absl::StatusOr<std::string> WithdrawConsent(pb::CarePlan& plan, const Act& act,
                                            const pb::ActionRequest& request) {
  Consent* consent = FindByName(*plan.mutable_consents(), request.name());
  if (consent == nullptr) return NotFound("consent");
  if (absl::Status status = CheckEtag(request.etag(), consent->etag(), request.name());
      !status.ok()) {
    return status;
  }
  // To share less is within every mandate; what carries the whole plan is not.
  if (consent->kind() != Consent::SHARE) {
    absl::Status mandate = CheckMandate(plan, act, consent->sections());
    if (!mandate.ok()) return mandate;
  }
  absl::Status status = TakeBack(plan, act, "WithdrawConsent", *consent);
  if (!status.ok()) return status;
  return request.name();
}

absl::StatusOr<std::string> RefuseConsent(pb::CarePlan& plan, const Act& act,
                                          const pb::ActionRequest& request) {
  Consent* question = FindByName(*plan.mutable_consents(), request.name());
  if (question == nullptr) return NotFound("consent");
  if (absl::Status status = CheckEtag(request.etag(), question->etag(), request.name());
      !status.ok()) {
    return status;
  }
  absl::Status status = CheckMandate(plan, act, question->sections());
  if (status.ok()) {
    status = CheckTransition(ConsentStates(), question->state(), "RefuseConsent", Consent::REFUSED);
  }
  if (!status.ok()) return status;
  question->set_state(Consent::REFUSED);
  Consent* older = FindByName(*plan.mutable_consents(), question->renews());
  if (older != nullptr && Stands(*older)) {
    status = TakeBack(plan, act, "RefuseConsent", *older);
    if (!status.ok()) return status;
  }
  return request.name();
}

absl::StatusOr<std::string> BlockAccess(pb::CarePlan& plan, const Act& act,
                                        const pb::AccessBlock& block) {
  Violations violations;
  if (block.person().empty() == block.organization().empty()) {
    violations.Add("access_block.person", "name a person or an organization, one of the two.");
  }
  if (!block.person().empty() && block.person().rfind("persons/", 0) != 0) {
    violations.Add("access_block.person", "must be \"persons/{person}\".");
  }
  if (!block.organization().empty() && block.organization().rfind("organizations/", 0) != 0) {
    violations.Add("access_block.organization", "must be \"organizations/{organization}\".");
  }
  if (block.person() == plan.subject().person()) {
    violations.Add("access_block.person", "the owner cannot be shut out of their own plan.");
  }
  CheckSections("access_block.sections", block.sections(), violations);
  CheckCount("plan.access_blocks", plan.access_blocks_size() + 1, 500, violations);
  if (absl::Status status = violations.ToStatus(); !status.ok()) return status;
  pb::AccessBlock& added = *plan.add_access_blocks();
  added = block;
  added.set_name(NewChildName(plan.name(), "accessBlocks", act.now));
  added.clear_etag();
  added.clear_lift_time();
  *added.mutable_create_time() = ToTimestamp(act.now);
  return added.name();
}

absl::StatusOr<std::string> LiftAccessBlock(pb::CarePlan& plan, const Act& act,
                                            const pb::ActionRequest& request) {
  pb::AccessBlock* block = FindByName(*plan.mutable_access_blocks(), request.name());
  if (block == nullptr) return NotFound("access block");
  if (absl::Status status = CheckEtag(request.etag(), block->etag(), request.name());
      !status.ok()) {
    return status;
  }
  if (absl::Status status = CheckMandate(plan, act, block->sections()); !status.ok()) {
    return status;
  }
  if (block->has_lift_time()) {
    return StateForbids("ACCESS_BLOCK_STATE_FORBIDS_ACTION", "LIFTED", "LiftAccessBlock",
                        "It is lifted already.");
  }
  *block->mutable_lift_time() = ToTimestamp(act.now);
  return block->name();
}

absl::StatusOr<std::string> CreateRepresentative(pb::CarePlan& plan, const Act& act,
                                                 const Representative& representative,
                                                 const std::string& person) {
  Violations violations;
  if (representative.kind() == Representative::KIND_UNSPECIFIED) {
    violations.Add("representative.kind", "is required.");
  }
  CheckRequiredText("representative.display_name", representative.display_name(), 200, violations);
  CheckRequiredText("representative.basis", representative.basis(), 500, violations);
  CheckPeriod("representative.period", representative.period(), violations);
  CheckSections("representative.sections", representative.sections(), violations);
  if (person == plan.subject().person()) {
    violations.Add("identity", "the owner does not represent themself.");
  }
  CheckCount("plan.representatives", plan.representatives_size() + 1, 50, violations);
  if (absl::Status status = violations.ToStatus(); !status.ok()) return status;
  Representative& added = *plan.add_representatives();
  added = representative;
  added.set_name(NewChildName(plan.name(), "representatives", act.now));
  added.set_person(person);
  added.clear_etag();
  added.clear_legal_end_date();
  // From 16 on the young person consents (pbrl §§ 3-4, 4-3); what parents are to see or do from
  // then on is theirs to give.
  if (added.kind() == Representative::PARENT && plan.subject().has_birth_date()) {
    *added.mutable_legal_end_date() = ToDate(Birthday(plan.subject().birth_date(), 16));
  }
  return added.name();
}

absl::StatusOr<std::string> EndRepresentation(pb::CarePlan& plan, const Act& act,
                                              const pb::ActionRequest& request) {
  Representative* representative = FindByName(*plan.mutable_representatives(), request.name());
  if (representative == nullptr) return NotFound("representative");
  if (absl::Status status = CheckEtag(request.etag(), representative->etag(), request.name());
      !status.ok()) {
    return status;
  }
  // The first day without the mandate, so that it ends at once.
  *representative->mutable_legal_end_date() = ToDate(act.Today());
  *representative->mutable_period()->mutable_end_date() = ToDate(act.Today());
  return representative->name();
}

}  // namespace ip::plan
