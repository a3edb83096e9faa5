#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "lib/base/errors.h"
#include "referral-service/domain/draft.h"
#include "referral-service/domain/text.h"

namespace ip::referral {
namespace {

constexpr size_t kMaxName = 200;
constexpr size_t kMaxLine = 500;
constexpr size_t kMaxText = 4000;
constexpr int kMaxItems = 50;

class Check {
 public:
  explicit Check(absl::CivilDay today) : today_(today) {}

  void That(bool good, std::string_view field, std::string_view rule) {
    if (!good) violations_.Add(absl::StrCat("notice.", Absl(field)), rule);
  }
  void AtMost(const std::string& text, size_t limit, std::string_view field) {
    That(Length(text) <= limit, field, absl::StrCat("At most ", limit, " characters; shorten it."));
  }
  void Required(const std::string& text, size_t limit, std::string_view field) {
    That(!IsBlank(text), field, "Required.");
    AtMost(text, limit, field);
  }
  void PastDay(const google::type::Date& date, std::string_view field) {
    That(IsValid(date), field, "Give a whole calendar day (year, month and day) that exists.");
    if (IsValid(date)) That(DayOf(date) <= today_, field, "The day cannot lie in the future.");
  }
  absl::Status Result() const { return violations_.ToStatus(); }

 private:
  static absl::string_view Absl(std::string_view s) { return {s.data(), s.size()}; }

  absl::CivilDay today_;
  Violations violations_;
};

void CheckSubject(const pb::NoticeSubject& subject, const Reference& reference, Check& check) {
  check.Required(subject.display_name(), kMaxName, "subject.display_name");
  check.That(reference.FindMunicipality(subject.municipality_code()) != nullptr,
             "subject.municipality_code",
             "Required. The four digits of a municipality that takes part; ListUnits shows them.");
  check.AtMost(subject.phone(), kMaxName, "subject.phone");
  if (subject.has_birth_date()) check.PastDay(subject.birth_date(), "subject.birth_date");
  check.That(subject.interpreter_languages_size() <= kMaxItems, "subject.interpreter_languages",
             absl::StrCat("At most ", kMaxItems, "."));
}

void CheckNotifier(const pb::Notifier& notifier, const Caller& caller, Check& check) {
  using S = pb::Notifier;
  check.Required(notifier.display_name(), kMaxName, "notifier.display_name");
  check.AtMost(notifier.phone(), kMaxName, "notifier.phone");
  check.AtMost(notifier.work_email(), kMaxName, "notifier.work_email");
  check.That(notifier.work_email().empty() || notifier.work_email().find('@') != std::string::npos,
             "notifier.work_email", "An e-mail address has an @.");
  check.AtMost(notifier.relation(), kMaxName, "notifier.relation");
  check.That(notifier.source() != S::SOURCE_UNSPECIFIED, "notifier.source", "Required.");
  check.That(notifier.source() != S::RELATED_PERSON || !IsBlank(notifier.relation()),
             "notifier.relation", "Required for RELATED_PERSON: what you are to the person.");
  if (caller.role == type::CITIZEN) {
    check.That(!IsProfessional(notifier.source()), "notifier.source",
               "On your own behalf it is SELF or RELATED_PERSON; log in for your workplace to send "
               "it from there.");
  } else if (caller.role == type::PRACTITIONER) {
    check.That(notifier.source() == S::SOURCE_UNSPECIFIED || IsProfessional(notifier.source()),
               "notifier.source",
               "For your workplace it is the kind of service; log in as yourself for SELF or "
               "RELATED_PERSON.");
  }
}

}  // namespace

absl::Status CheckContent(const pb::NeedNotice& notice, const Caller& caller,
                          const Reference& reference, absl::CivilDay today) {
  using N = pb::NeedNotice;
  Check check(today);
  CheckSubject(notice.subject(), reference, check);
  CheckNotifier(notice.notifier(), caller, check);
  check.That(notice.unit().empty() || reference.FindUnit(notice.unit()) != nullptr, "unit",
             "There is no such unit. Leave it empty to send to the person's municipality, or take "
             "one from ListUnits.");
  check.Required(notice.need_description(), kMaxText, "need_description");
  check.That(!notice.life_areas().empty(), "life_areas", "At least one area of life.");
  check.That(notice.life_areas_size() <= kMaxItems, "life_areas",
             absl::StrCat("At most ", kMaxItems, "."));
  check.That(std::find(notice.life_areas().begin(), notice.life_areas().end(),
                       type::LIFE_AREA_UNSPECIFIED) == notice.life_areas().end(),
             "life_areas", "LIFE_AREA_UNSPECIFIED is no area of life.");
  check.That(notice.requested_outcome() != N::OUTCOME_UNSPECIFIED, "requested_outcome",
             "Required.");
  check.That(notice.current_services_size() <= kMaxItems, "current_services",
             absl::StrCat("At most ", kMaxItems, "."));
  for (const auto& service : notice.current_services()) {
    check.AtMost(service, kMaxLine, "current_services");
  }
  if (notice.has_need_observed_date()) {
    check.PastDay(notice.need_observed_date(), "need_observed_date");
  }
  check.That(notice.urgency() != N::URGENT || !IsBlank(notice.urgency_reason()), "urgency_reason",
             "Required when it is urgent: why.");
  check.AtMost(notice.urgency_reason(), kMaxText, "urgency_reason");
  check.AtMost(notice.consent_basis().explanation(), kMaxText, "consent_basis.explanation");
  if (notice.consent_basis().has_consent_date()) {
    check.PastDay(notice.consent_basis().consent_date(), "consent_basis.consent_date");
  }
  check.AtMost(notice.rights_information().given_by(), kMaxName, "rights_information.given_by");
  if (notice.rights_information().has_given_date()) {
    check.PastDay(notice.rights_information().given_date(), "rights_information.given_date");
  }
  return check.Result();
}

}  // namespace ip::referral
