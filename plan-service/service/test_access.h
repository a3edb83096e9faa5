// What the tests of access share: reading the log, opening in an emergency, the unit's duties.
#ifndef PLAN_SERVICE_SERVICE_TEST_ACCESS_H_
#define PLAN_SERVICE_SERVICE_TEST_ACCESS_H_

#include <string>
#include <vector>

#include "plan-service/service/test_service.h"

namespace ip::plan::testing {

class Acceptance : public PlanServiceTest {
 protected:
  pb::ListAccessLogEntriesResponse Log(const std::string& plan, const Person& who,
                                       const std::string& filter = "") {
    pb::ListAccessLogEntriesRequest request;
    request.set_parent(plan);
    request.set_filter(filter);
    return Must(Access(&AccessStub::ListAccessLogEntries, request, who));
  }
  absl::StatusOr<pb::EmergencyAccess> Emergency(const std::string& plan, const Person& who,
                                                const std::string& number = "") {
    pb::RequestEmergencyAccessRequest request;
    request.set_plan(plan);
    request.set_reason("Bevisstløs på akuttmottaket");
    if (!number.empty()) request.mutable_subject_identity()->set_national_id(number);
    return Access(&AccessStub::RequestEmergencyAccess, request, who);
  }
  absl::StatusOr<pb::Representative> Represented(const std::string& plan, const Person& who,
                                                 pb::Representative::Kind kind,
                                                 std::initializer_list<type::Section> sections,
                                                 const Person& by) {
    pb::CreateRepresentativeRequest request;
    request.set_parent(plan);
    pb::Representative& mandate = *request.mutable_representative();
    mandate.set_kind(kind);
    mandate.set_display_name("Noen Nordli");
    mandate.set_basis("vedtak");
    mandate.set_may_act(true);
    for (const auto section : sections) mandate.add_sections(section);
    *mandate.mutable_period()->mutable_start_date() = ToDate(OsloDay(clock_.Now()));
    request.mutable_identity()->set_national_id(who.number);
    return Access(&AccessStub::CreateRepresentative, request, by);
  }
  std::vector<Obligation::Kind> Duties(const std::string& plan) {
    type::GetObligationsRequest request;
    request.set_aggregate(plan);
    std::vector<Obligation::Kind> kinds;
    const auto event =
        Must(Call(*feed_stub_, &pb::PlanFeedService::Stub::GetObligations, request, service_));
    for (const auto& duty : event.obligations()) {
      kinds.push_back(duty.kind());
    }
    return kinds;
  }
  std::vector<CarePlan::Alarm> UnitAlarms() {
    pb::ListUnitAlertsRequest request;
    request.set_unit("units/fjordvik");
    std::vector<CarePlan::Alarm> alarms;
    const auto list = Must(Plan(&Stub::ListUnitAlerts, request, leader_));
    for (const auto& alert : list.alerts()) {
      alarms.push_back(alert.alarm());
    }
    return alarms;
  }
  Person Doctor() {
    Person doctor = stranger_;
    doctor.token += "|9144897";
    return doctor;
  }
};

}  // namespace ip::plan::testing

#endif  // PLAN_SERVICE_SERVICE_TEST_ACCESS_H_
