// Notices, callers and reference data for tests. All persons are made up.
#ifndef REFERRAL_SERVICE_TESTING_NOTICES_H_
#define REFERRAL_SERVICE_TESTING_NOTICES_H_

#include <string>

#include "lib/auth/caller.h"
#include "lib/base/clock.h"
#include "lib/reference/reference.h"
#include "referral-service/domain/rules.h"
#include "referral-service/domain/types.h"

namespace ip::referral::testing {

inline const Reference& TestReference() {
  static const Reference reference = *Reference::Parse(R"({
    "municipalities": [{"code": "4699"}, {"code": "4698"}, {"code": "4697"}],
    "organizations": [
      {"name": "organizations/999990001"}, {"name": "organizations/999990040"},
      {"name": "organizations/999990002", "displayName": "Fjordvik legesenter"},
      {"name": "organizations/999990020", "specialistHealth": true},
      {"name": "organizations/999990021", "specialistHealth": true},
      {"name": "organizations/999990029", "specialistHealth": true}],
    "units": [
      {"name": "units/fjordvik", "organization": "organizations/999990001",
       "municipalityCodes": ["4699"], "email": "ke@fjordvik.example",
       "leaderEmail": "leder@fjordvik.example", "displayName": "Koordinerende enhet i Fjordvik",
       "phone": "55 50 10 00", "postalAddress": "Postboks 1, 5999 Fjordvik",
       "countyGovernor": "Statsforvalteren i Vestland",
       "patientOmbud": "Pasient- og brukerombudet i Vestland"},
      {"name": "units/lyngnes", "organization": "organizations/999990040",
       "municipalityCodes": ["4698"]},
      {"name": "units/sykehus", "organization": "organizations/999990020",
       "servedOrganizations": ["organizations/999990021"]}]})");
  return reference;
}

inline constexpr char kRulesJson[] = R"({"ruleSets": [{
  "name": "2022-08-01", "validFrom": {"year": 2022, "month": 8, "day": 1},
  "amberDays": 21, "deadlineMonths": 1, "soonDays": 7,
  "requirements": [
    {"kind": "NOTIFIER"},
    {"kind": "CONSENT_BASIS", "legalSource": "hpl § 22"},
    {"kind": "RIGHTS_INFORMATION", "sources": ["GENERAL_PRACTITIONER", "SCHOOL"]},
    {"kind": "NEED_OBSERVED_DATE", "sources": ["GENERAL_PRACTITIONER"]}],
  "complaintTimes": [{"weeks": 4, "legalBases": ["HOL_7_1", "COORD_HOL_7_2"]}, {"weeks": 3}]}]})";

inline const Rules& TestRules() {
  static const Rules rules = *Rules::Parse(kRulesJson);
  return rules;
}

inline absl::Time At(const char* rfc3339) {
  absl::Time time;
  std::string error;
  absl::ParseTime(absl::RFC3339_full, rfc3339, &time, &error);
  return time;
}

inline absl::Time Noon() { return At("2026-11-02T11:00:00Z"); }

inline Caller As(type::Role role, const std::string& person, const std::string& organization,
                 const std::string& display_name) {
  Caller caller;
  caller.role = role;
  caller.person = person;
  caller.organization = organization;
  caller.display_name = display_name;
  caller.issuer = "gateway";
  return caller;
}
inline Caller Gp() {
  Caller gp = As(type::PRACTITIONER, "persons/gp", "organizations/999990002", "Jonas Berg");
  gp.hpr_number = "9990012";
  return gp;
}
inline Caller CaseWorker(const std::string& person = "persons/siri") {
  return As(type::CASE_WORKER, person, "organizations/999990001", "Siri Dahle");
}
inline Caller Citizen(const std::string& person = "persons/kari") {
  return As(type::CITIZEN, person, "", "Kari Nordli");
}
inline Caller System(const std::string& organization) {
  return As(type::SYSTEM, "", organization, "");
}

inline Step By(const std::string& action, const std::string& actor = "persons/siri",
               const std::string& reason = "") {
  return {action, actor, "Siri Dahle", reason, Noon()};
}

// What a general practitioner would send: complete.
inline pb::NeedNotice Request() {
  pb::NeedNotice notice;
  notice.mutable_subject()->set_display_name("Kari Nordli");
  notice.mutable_subject()->set_municipality_code("4699");
  notice.mutable_notifier()->set_display_name("Jonas Berg");
  notice.mutable_notifier()->set_source(pb::Notifier::GENERAL_PRACTITIONER);
  notice.mutable_notifier()->set_work_email("jonas.berg@legesenter.example");
  notice.set_need_description("Trenger hjelp til å samordne bolig, jobb og behandling.");
  notice.add_life_areas(type::HOUSING);
  notice.set_requested_outcome(pb::NeedNotice::PLAN_AND_COORDINATOR);
  *notice.mutable_need_observed_date() = DateOf(absl::CivilDay(2026, 10, 28));
  notice.mutable_consent_basis()->set_kind(pb::ConsentBasis::CONSENT);
  *notice.mutable_consent_basis()->mutable_consent_date() = DateOf(absl::CivilDay(2026, 10, 28));
  notice.mutable_rights_information()->set_given(true);
  *notice.mutable_rights_information()->mutable_given_date() = DateOf(absl::CivilDay(2026, 10, 28));
  return notice;
}

// The same as it lies at a unit, in any state.
inline pb::NeedNotice Stored(State state) {
  pb::NeedNotice notice = Request();
  notice.set_name("notices/n1");
  notice.set_state(state);
  notice.set_unit("units/fjordvik");
  notice.mutable_subject()->set_person("persons/kari");
  notice.mutable_notifier()->set_person("persons/gp");
  notice.mutable_notifier()->set_organization("organizations/999990002");
  auto* entry = notice.add_history();
  entry->set_actor("persons/gp");
  entry->set_action("CreateNotice");
  *notice.mutable_clock()->mutable_start_time() = TimestampOf(Noon());
  *notice.mutable_clock()->mutable_amber_date() = DateOf(absl::CivilDay(2026, 11, 23));
  *notice.mutable_clock()->mutable_deadline_date() = DateOf(absl::CivilDay(2026, 12, 2));
  if (state == pb::NeedNotice::AWAITING_INFO) {
    *notice.mutable_information_request()->mutable_answer_due_date() =
        DateOf(absl::CivilDay(2026, 11, 9));
  }
  return notice;
}

}  // namespace ip::referral::testing

#endif  // REFERRAL_SERVICE_TESTING_NOTICES_H_
