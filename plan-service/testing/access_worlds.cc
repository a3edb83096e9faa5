// Makes random plans and random people who look at them, and prints what we decide, one world a
// line (JSON). tests/oracle/main.mjs asks SpiceDB the same. A developer's tool, never shipped.
//
//   access_worlds COUNT SEED
//
// The plans are not made by the rules of domain/, so that also what cannot come about is decided.
#include <google/protobuf/util/json_util.h>

#include <cstdlib>
#include <iostream>
#include <nlohmann/json.hpp>
#include <random>

#include "absl/strings/str_cat.h"
#include "lib/base/clock.h"
#include "plan-service/domain/dates.h"
#include "plan-service/domain/facts.h"

namespace ip::plan {
namespace {

namespace pb = individuellplan::plan::v1;
namespace type = individuellplan::type::v1;
using nlohmann::json;

constexpr int kPersons = 6;
constexpr int kOrganizations = 3;
constexpr int kCallers = 12;
const char* const kPurposes[] = {"", "FORSKNING", "SKOLE"};

class World {
 public:
  explicit World(uint64_t seed) : random_(seed) {
    // Around Norwegian midnight as often as not: days are Europe/Oslo's.
    now_ = absl::FromCivil(absl::CivilDay(2026, 1 + Below(12), 1 + Below(28)), Oslo()) +
           absl::Minutes(Maybe() ? Below(180) - 90 : Below(24 * 60));
    today_ = OsloDay(now_);
    MakePlan();
  }

  json ToJson() {
    json world;
    std::string plan;
    const auto written = google::protobuf::util::MessageToJsonString(plan_, &plan);
    if (!written.ok()) std::abort();
    world["plan"] = json::parse(plan);
    world["now"] = absl::ToUnixMicros(now_);
    for (int i = 0; i < kCallers; ++i) world["callers"].push_back(Ask(SomeCaller(), SomeUnit()));
    return world;
  }

 private:
  int Below(int n) { return std::uniform_int_distribution<int>(0, n - 1)(random_); }
  bool Maybe() { return Below(2) == 0; }
  std::string Person() { return absl::StrCat("persons/", Below(kPersons)); }
  std::string Organization() { return absl::StrCat("organizations/", Below(kOrganizations)); }
  std::string SomeUnit() { return Below(3) == 0 ? "" : absl::StrCat("units/", Below(2)); }
  std::string Purpose() { return kPurposes[Below(3)]; }

  template <class Enum>
  Enum Any(const google::protobuf::EnumDescriptor* descriptor) {
    return static_cast<Enum>(descriptor->value(Below(descriptor->value_count()))->number());
  }

  google::type::Date Near() { return ToDate(today_ + Below(7) - 3); }

  // Open or closed at either end, often ending or beginning today.
  type::Period SomePeriod() {
    type::Period period;
    if (Below(3) != 0) *period.mutable_start_date() = ToDate(today_ - Below(4) + Below(2));
    if (Maybe()) *period.mutable_end_date() = Near();
    return period;
  }

  template <class Message>
  void AddSections(Message& message, int most) {
    for (const auto section : authz::AllSections()) {
      if (Below(8) < most) message.add_sections(section);
    }
  }

  template <class List>
  std::string SomeNameOf(const List& list) {
    return list.empty() ? "" : list[Below(list.size())].name();
  }

  void MakePlan() {
    plan_.set_name("plans/p");
    plan_.set_state(Below(3) == 0 ? Any<pb::CarePlan::State>(pb::CarePlan::State_descriptor())
                                  : pb::CarePlan::ACTIVE);
    plan_.set_unit(absl::StrCat("units/", Below(2)));
    plan_.mutable_subject()->set_person(Person());
    if (Maybe()) {
      *plan_.mutable_subject()->mutable_birth_date() =
          ToDate(absl::CivilDay(today_.year() - 18, today_.month(), today_.day()) + Below(5) - 2);
    }
    for (int i = Below(6); i > 0; --i) AddParticipant();
    for (int i = Below(9); i > 0; --i) AddConsent();
    for (int i = Below(4); i > 0; --i) AddRepresentative();
    for (int i = Below(4); i > 0; --i) AddAppointment();
    for (int i = Below(3); i > 0; --i) AddEmergency();
    for (int i = Below(4); i > 0; --i) AddBlock();
  }

  void AddParticipant() {
    pb::Participant& added = *plan_.add_participants();
    added.set_name(absl::StrCat("plans/p/participants/", plan_.participants_size()));
    added.set_kind(Below(3) == 0 ? Any<pb::Participant::Kind>(pb::Participant::Kind_descriptor())
                                 : pb::Participant::PROFESSIONAL);
    added.set_person(Person());
    if (Below(3) != 0) added.set_organization(Organization());
    if (Maybe()) *added.mutable_period() = SomePeriod();
  }

  void AddConsent() {
    pb::Consent& added = *plan_.add_consents();
    added.set_name(absl::StrCat("plans/p/consents/", plan_.consents_size()));
    added.set_kind(Below(4) == 0 ? Any<pb::Consent::Kind>(pb::Consent::Kind_descriptor())
                                 : pb::Consent::SHARE);
    added.set_state(Maybe() ? Any<pb::Consent::State>(pb::Consent::State_descriptor())
                            : pb::Consent::ACTIVE);
    added.set_participant(SomeNameOf(plan_.participants()));
    if (Maybe()) *added.mutable_period() = SomePeriod();
    if (Maybe()) added.set_purpose(Purpose());
    AddSections(added, 3);
  }

  void AddRepresentative() {
    pb::Representative& added = *plan_.add_representatives();
    added.set_person(Person());
    added.set_may_act(Maybe());
    *added.mutable_period() = SomePeriod();
    if (Maybe()) *added.mutable_legal_end_date() = Near();
    if (Maybe()) AddSections(added, 4);
  }

  void AddAppointment() {
    using Appointment = pb::CoordinatorAppointment;
    Appointment& added = *plan_.add_coordinator_appointments();
    added.set_state(Any<Appointment::State>(Appointment::State_descriptor()));
    added.set_kind(Any<Appointment::Kind>(Appointment::Kind_descriptor()));
    added.set_participant(SomeNameOf(plan_.participants()));
    added.set_person(Person());
  }

  void AddEmergency() {
    pb::EmergencyAccess& added = *plan_.add_emergency_accesses();
    added.set_accessor(Person());
    added.set_organization(Organization());
    const absl::Time opened = now_ - absl::Minutes(Below(2) == 0 ? 240 : Below(300) - 10);
    *added.mutable_create_time() = ToTimestamp(opened);
    *added.mutable_expire_time() = ToTimestamp(opened + absl::Hours(4));
    if (Below(3) == 0) *added.mutable_review_time() = ToTimestamp(now_);
    added.set_justified(Maybe());
  }

  void AddBlock() {
    pb::AccessBlock& added = *plan_.add_access_blocks();
    if (Maybe() && plan_.participants_size() > 0) {
      const pb::Participant& who = plan_.participants(Below(plan_.participants_size()));
      if (Maybe() && !who.organization().empty()) {
        added.set_organization(who.organization());
      } else {
        added.set_person(who.person());
      }
    } else {
      added.set_person(Person());
    }
    if (Below(3) != 0) AddSections(added, 3);
    if (Below(4) == 0) *added.mutable_lift_time() = ToTimestamp(now_);
  }

  // Mostly somebody who stands in the plan, in the capacity in which they do.
  Caller SomeCaller() {
    Caller caller = Stranger();
    const int kind = Below(5);
    if (kind == 0 && plan_.participants_size() > 0) {
      const pb::Participant& who = plan_.participants(Below(plan_.participants_size()));
      caller.person = who.person();
      if (who.kind() == pb::Participant::PROFESSIONAL) {
        caller.role = type::PRACTITIONER;
        caller.organization = who.organization().empty() ? Organization() : who.organization();
      } else {
        caller.role = type::CITIZEN;
        caller.organization.clear();
      }
    } else if (kind == 1 && plan_.representatives_size() > 0) {
      caller.person = plan_.representatives(Below(plan_.representatives_size())).person();
      caller.role = type::CITIZEN;
      caller.organization.clear();
    } else if (kind == 2 && plan_.coordinator_appointments_size() > 0) {
      caller.person =
          plan_.coordinator_appointments(Below(plan_.coordinator_appointments_size())).person();
      caller.role = type::PRACTITIONER;
      caller.organization = Organization();
    } else if (kind == 3 && plan_.emergency_accesses_size() > 0) {
      const auto& access = plan_.emergency_accesses(Below(plan_.emergency_accesses_size()));
      caller.person = access.accessor();
      caller.role = type::PRACTITIONER;
      caller.organization = access.organization();
    } else if (kind == 4 && Maybe()) {
      caller.person = plan_.subject().person();
      caller.role = type::CITIZEN;
      caller.organization.clear();
    }
    if (caller.role != type::CITIZEN) caller.acting_for.clear();
    return caller;
  }

  Caller Stranger() {
    Caller caller;
    caller.person = Person();
    caller.role = Below(3) == 0 ? Any<type::Role>(type::Role_descriptor())
                  : Maybe()     ? type::PRACTITIONER
                                : type::CITIZEN;
    if (caller.role != type::CITIZEN) caller.organization = Organization();
    if (caller.role == type::CITIZEN && Below(3) == 0) {
      caller.acting_for = Maybe() ? plan_.subject().person() : Person();
    }
    if (caller.role == type::PRACTITIONER && Maybe()) caller.hpr_number = "9144897";
    caller.purpose_of_use = Purpose();
    return caller;
  }

  json Ask(const Caller& caller, const std::string& unit) {
    json asked = {{"person", caller.person},
                  {"role", type::Role_Name(caller.role)},
                  {"organization", caller.organization},
                  {"unit", unit},
                  {"actingFor", caller.acting_for},
                  {"hasHpr", !caller.hpr_number.empty()},
                  {"purpose", caller.purpose_of_use},
                  {"allowed", json::array()},
                  {"sections", json::array()}};
    const authz::Facts facts = GatherFacts(plan_, caller, unit, now_);
    const auto* actions = type::Action_descriptor();
    for (int i = 0; i < actions->value_count(); ++i) {
      const auto action = static_cast<type::Action>(actions->value(i)->number());
      if (authz::Decide(action, facts).allowed)
        asked["allowed"].push_back(type::Action_Name(action));
    }
    for (const auto section : authz::Decide(type::READ_PLAN, facts).sections) {
      asked["sections"].push_back(type::Section_Name(section));
    }
    return asked;
  }

  std::mt19937_64 random_;
  absl::Time now_;
  absl::CivilDay today_;
  pb::CarePlan plan_;
};

}  // namespace
}  // namespace ip::plan

int main(int argc, char** argv) {
  if (argc != 3) {
    std::cerr << "usage: access_worlds COUNT SEED\n";
    return 2;
  }
  const uint64_t seed = std::strtoull(argv[2], nullptr, 10);
  for (int64_t i = 0; i < std::atoll(argv[1]); ++i) {
    std::cout << ip::plan::World(seed * 1000003 + static_cast<uint64_t>(i)).ToJson().dump() << "\n";
  }
  return 0;
}
