#include "referral-service/domain/submission.h"

#include <algorithm>
#include <optional>

#include "absl/strings/str_cat.h"
#include "lib/base/clock.h"
#include "lib/base/errors.h"
#include "referral-service/domain/draft.h"
#include "referral-service/domain/legal_clock.h"
#include "referral-service/domain/states.h"

namespace ip::referral {
namespace {

using rules::Requirement;

struct Gap {
  std::string field;
  std::string way_out;
};

std::optional<Gap> ConsentGap(const pb::NeedNotice& notice) {
  using C = pb::ConsentBasis;
  const auto& basis = notice.consent_basis();
  if (basis.kind() == C::KIND_UNSPECIFIED) {
    return Gap{"consent_basis.kind",
               "Say why confidential information may be given: the person's consent, a "
               "representative's, their own request, or another legal basis. Without one, talk "
               "with the person first."};
  }
  if (basis.kind() == C::OWN_REQUEST) {
    if (notice.notifier().source() == pb::Notifier::SELF) return {};
    return Gap{"consent_basis.kind",
               "OWN_REQUEST is for the person themself (source SELF). Ask the person and give "
               "CONSENT with its day."};
  }
  if (!IsValid(basis.consent_date())) {
    return Gap{"consent_basis.consent_date", "Give the day the consent was given."};
  }
  if (basis.kind() != C::CONSENT && basis.explanation().empty()) {
    return Gap{"consent_basis.explanation",
               "Say who consents for the person, or which legal basis it is."};
  }
  return {};
}

std::optional<Gap> RightsGap(const pb::NeedNotice& notice) {
  const auto& information = notice.rights_information();
  if (!information.given()) {
    return Gap{"rights_information.given",
               "Tell the person (or who speaks for them) about the right to a plan and a "
               "coordinator, and note that you did."};
  }
  if (!IsValid(information.given_date())) {
    return Gap{"rights_information.given_date", "Give the day they were told."};
  }
  return {};
}

std::optional<Gap> ObservedGap(const pb::NeedNotice& notice) {
  if (IsValid(notice.need_observed_date())) return {};
  return Gap{"need_observed_date", "Give the day the need was seen."};
}

std::optional<Gap> NotifierGap(const pb::NeedNotice& notice) {
  const auto& notifier = notice.notifier();
  const bool reachable = !notifier.phone().empty() || !notifier.work_email().empty();
  if (notifier.recorded_by_unit()) {
    if (reachable || notifier.source() == pb::Notifier::SELF) return {};
    return Gap{"notifier.phone", "Write down a phone number or e-mail of whoever called or wrote."};
  }
  if (!IsProfessional(notifier.source()) || !notifier.organization().empty()) return {};
  return Gap{"notifier.organization",
             "Log in for the organization you work at, so that the unit knows who asks."};
}

std::optional<Gap> GapOf(Requirement::Kind kind, const pb::NeedNotice& notice) {
  switch (kind) {
    case Requirement::CONSENT_BASIS:
      return ConsentGap(notice);
    case Requirement::RIGHTS_INFORMATION:
      return RightsGap(notice);
    case Requirement::NEED_OBSERVED_DATE:
      return ObservedGap(notice);
    case Requirement::NOTIFIER:
      return NotifierGap(notice);
    default:
      return {};
  }
}

bool Concerns(const Requirement& requirement, pb::Notifier::Source source) {
  const auto& sources = requirement.sources();
  return sources.empty() || std::find(sources.begin(), sources.end(), source) != sources.end();
}

absl::Status CheckPreconditions(const pb::NeedNotice& notice, const rules::RuleSet& rules) {
  std::vector<Precondition> missing;
  for (const auto& requirement : rules.requirements()) {
    if (!Concerns(requirement, notice.notifier().source())) continue;
    const auto gap = GapOf(requirement.kind(), notice);
    if (!gap) continue;
    missing.push_back({Requirement::Kind_Name(requirement.kind()), gap->field,
                       absl::StrCat(gap->way_out, " (", requirement.legal_source(), ")")});
  }
  if (notice.unit().empty()) {
    missing.push_back({"UNIT", "subject.municipality_code",
                       "No coordinating unit receives notices for this municipality here. Check "
                       "the municipality, or choose a unit from ListUnits."});
  }
  if (missing.empty()) return absl::OkStatus();
  return PreconditionsFailed(
      "NOTICE_INCOMPLETE",
      absl::StrCat("The notice cannot be sent yet: ", missing.front().description,
                   missing.size() > 1
                       ? absl::StrCat(" (and ", missing.size() - 1, " more; see details)")
                       : ""),
      missing);
}

}  // namespace

std::string RouteOf(const pb::NeedNotice& notice, const Reference& reference) {
  if (!notice.unit().empty()) return notice.unit();
  const std::string& organization = notice.notifier().organization();
  const auto* employer = reference.FindOrganization(organization);
  if (employer != nullptr && employer->specialist_health() &&
      notice.notifier().source() == pb::Notifier::SPECIALIST_HEALTH) {
    for (const auto& unit : reference.data().units()) {
      const auto& served = unit.served_organizations();
      if (unit.organization() == organization ||
          std::find(served.begin(), served.end(), organization) != served.end()) {
        return unit.name();
      }
    }
  }
  const auto* unit = reference.UnitOfMunicipality(notice.subject().municipality_code());
  return unit == nullptr ? "" : unit->name();
}

absl::Status Submit(pb::NeedNotice& notice, const Rules& rules, const Reference& reference,
                    const std::vector<std::string>& duplicates, const Step& step) {
  if (absl::Status status = CheckState(notice, step.action); !status.ok()) return status;
  notice.set_unit(RouteOf(notice, reference));
  if (absl::Status status = CheckPreconditions(notice, rules.On(OsloDay(step.now))); !status.ok()) {
    return status;
  }
  *notice.mutable_submit_time() = TimestampOf(step.now);
  *notice.mutable_clock() = StartClock(step.now, rules);
  for (const auto& name : duplicates) notice.add_possible_duplicates(name);
  return Advance(notice, step);
}

}  // namespace ip::referral
