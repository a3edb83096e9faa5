// Plans with every field of the contract, filled at random: what a mapping forgets, they find.
#ifndef GATEWAY_FHIR_TESTING_RANDOM_PLAN_H_
#define GATEWAY_FHIR_TESTING_RANDOM_PLAN_H_

#include <google/protobuf/timestamp.pb.h>

#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/str_format.h"
#include "google/type/date.pb.h"
#include "individuellplan/plan/v1/care_plan.pb.h"

namespace ip::fhir::testing {

class RandomFiller {
 public:
  explicit RandomFiller(unsigned seed) : random_(seed) {}

  int Pick(int n) { return static_cast<int>(random_() % static_cast<unsigned>(n)); }

  std::string Id() {
    return absl::StrFormat("%08x-%04x-7%03x-8%03x-%012x", random_(), Pick(0x10000), Pick(0x1000),
                           Pick(0x1000),
                           (static_cast<uint64_t>(random_()) << 16) | random_() % 65536);
  }

  std::string Text() {
    static const std::vector<std::string> words = {
        "Jeg", "vil", "bo",      "for",    "meg",    "selv", "«så»",    "\n", "\t",
        "🏠",   "á",   "&<>\"\\", "\u00a0", "\u2009", "Øve",  "2 timer", "–",  "  "};
    std::string text = words[static_cast<size_t>(Pick(6))];
    for (int i = Pick(12); i > 0; --i) text += " " + words[static_cast<size_t>(Pick(18))];
    return text;
  }

  // Each field is set in two of three cases.
  void Fill(google::protobuf::Message& message, int depth = 0) {
    if (auto* date = dynamic_cast<google::type::Date*>(&message)) return FillDate(*date);
    if (auto* time = dynamic_cast<google::protobuf::Timestamp*>(&message)) {
      time->set_seconds(1767225600 + Pick(100000000));
      time->set_nanos(Pick(2) == 0 ? 0 : Pick(1000000) * 1000);
      return;
    }
    for (int i = 0; i < message.GetDescriptor()->field_count(); ++i) {
      const auto* field = message.GetDescriptor()->field(i);
      // What is stored always has a state and a kind.
      const bool always = IsState(*field);
      if (field->name() == "name" || (!always && Pick(3) == 0)) continue;
      const int count = field->is_repeated() ? Pick(depth == 0 ? 6 : 3) : 1;
      for (int n = 0; n < count; ++n) FillField(message, *field, depth);
    }
  }

 private:
  static bool IsState(const google::protobuf::FieldDescriptor& field) {
    return field.name() == "state" || field.name() == "kind" || field.name() == "execution";
  }
  static bool IsPerson(const google::protobuf::FieldDescriptor& field) {
    return field.name() == "person" || field.name() == "grantor" || field.name() == "author";
  }

  void FillDate(google::type::Date& date) {
    if (Pick(20) == 0) return;  // set, but empty
    date.set_year(1930 + Pick(120));
    if (Pick(10) > 0) date.set_month(1 + Pick(12));
    if (date.month() > 0 && Pick(10) > 0) date.set_day(1 + Pick(28));
  }

  void FillField(google::protobuf::Message& message, const google::protobuf::FieldDescriptor& field,
                 int depth) {
    using Field = google::protobuf::FieldDescriptor;
    const auto* reflection = message.GetReflection();
    const bool many = field.is_repeated();
    switch (field.cpp_type()) {
      case Field::CPPTYPE_STRING:
        if (IsPerson(field)) return reflection->SetString(&message, &field, "persons/" + Id());
        return many ? reflection->AddString(&message, &field, Text())
                    : reflection->SetString(&message, &field, Text());
      case Field::CPPTYPE_ENUM: {
        const int least = IsState(field) ? 1 : 0;
        const int count = field.enum_type()->value_count() - least;
        const int value = field.enum_type()->value(least + Pick(count))->number();
        return many ? reflection->AddEnumValue(&message, &field, value)
                    : reflection->SetEnumValue(&message, &field, value);
      }
      case Field::CPPTYPE_BOOL:
        return reflection->SetBool(&message, &field, Pick(2) == 0);
      case Field::CPPTYPE_INT32:
        return reflection->SetInt32(&message, &field, Pick(1000) - 10);
      case Field::CPPTYPE_INT64:
        return reflection->SetInt64(&message, &field, 1 + (int64_t{Pick(1000)} << Pick(40)));
      case Field::CPPTYPE_MESSAGE:
        return Fill(many ? *reflection->AddMessage(&message, &field)
                         : *reflection->MutableMessage(&message, &field),
                    depth + 1);
      default:
        return;
    }
  }

  std::mt19937 random_;
};

// Names fit together as the service makes them; everything else is anything.
inline individuellplan::plan::v1::CarePlan RandomPlan(unsigned seed) {
  RandomFiller filler(seed);
  individuellplan::plan::v1::CarePlan plan;
  filler.Fill(plan);
  plan.set_name("plans/" + filler.Id());
  plan.set_unit("units/fjordvik");
  const auto name = [&](auto& elements, const char* collection) {
    for (auto& element : elements) {
      element.set_name(absl::StrFormat("%s/%s/%s", plan.name(), collection, filler.Id()));
    }
  };
  const auto some = [&](const auto& elements) {
    return elements.empty() ? std::string() : elements.Get(filler.Pick(elements.size())).name();
  };
  name(*plan.mutable_goals(), "goals");
  name(*plan.mutable_activities(), "activities");
  name(*plan.mutable_participants(), "participants");
  name(*plan.mutable_evaluations(), "evaluations");
  name(*plan.mutable_consents(), "consents");
  name(*plan.mutable_access_blocks(), "accessBlocks");
  for (auto& goal : *plan.mutable_goals()) goal.set_parent_goal(some(plan.goals()));
  for (auto& activity : *plan.mutable_activities()) {
    activity.set_responsible(some(plan.participants()));
    for (auto& goal : *activity.mutable_goals()) goal = some(plan.goals());
    if (plan.goals().empty()) activity.clear_goals();
  }
  for (auto& consent : *plan.mutable_consents()) consent.set_participant(some(plan.participants()));
  for (int i = 0; i < plan.participants_size(); ++i) {
    if (i % 2 == 0) plan.mutable_participants(i)->set_organization("organizations/999990003");
  }
  return plan;
}

}  // namespace ip::fhir::testing

#endif  // GATEWAY_FHIR_TESTING_RANDOM_PLAN_H_
