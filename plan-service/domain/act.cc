#include "plan-service/domain/act.h"

#include <map>

#include "lib/base/errors.h"
#include "lib/base/id.h"
#include "plan-service/domain/dates.h"
#include "plan-service/domain/text.h"

namespace ip::plan {
namespace {

namespace pb = individuellplan::plan::v1;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

// The elements of a list by name.
std::map<std::string, const Message*> ByName(const Message& plan, const FieldDescriptor* list,
                                             const FieldDescriptor* name) {
  std::map<std::string, const Message*> elements;
  const auto* reflection = plan.GetReflection();
  for (int i = 0; i < reflection->FieldSize(plan, list); ++i) {
    const Message& element = reflection->GetRepeatedMessage(plan, list, i);
    elements[element.GetReflection()->GetString(element, name)] = &element;
  }
  return elements;
}

bool SameBytes(const Message& one, const Message& other) {
  return one.ByteSizeLong() == other.ByteSizeLong() &&
         one.SerializeAsString() == other.SerializeAsString();
}

}  // namespace

absl::Status CheckEtag(std::string_view given, std::string_view current, std::string_view name) {
  if (given.empty()) return EtagRequired();
  return CheckEtagIfGiven(given, current, name);
}

absl::Status CheckEtagIfGiven(std::string_view given, std::string_view current,
                              std::string_view name) {
  if (!given.empty() && given != current) return EtagMismatch(name);
  return absl::OkStatus();
}

absl::Status CheckOpen(const pb::CarePlan& plan, std::string_view action) {
  if (plan.state() == pb::CarePlan::DRAFT || plan.state() == pb::CarePlan::ACTIVE ||
      plan.state() == pb::CarePlan::ON_HOLD) {
    return absl::OkStatus();
  }
  return StateForbids("PLAN_STATE_FORBIDS_ACTION", pb::CarePlan::State_Name(plan.state()), action,
                      "The plan has ended and is kept as it was; a new plan can be opened.");
}

absl::Status RequireReason(std::string_view reason) {
  if (reason.empty()) return InvalidField("reason", "is required here; say why in a few words.");
  if (Characters(reason) > 1000) {
    return InvalidField("reason", "must be at most 1000 characters.");
  }
  return absl::OkStatus();
}

void Sign(pb::OwnText& text, std::string_view author, const Act& act) {
  text.set_author(std::string(author));
  text.set_recorder(act.actor == author ? "" : act.actor);
  *text.mutable_write_time() = ToTimestamp(act.now);
}

void ContentChanged(pb::CarePlan& plan, const Act& act) {
  if (plan.state() == pb::CarePlan::DRAFT && !act.as_owner) plan.clear_approval();
}

void Stamp(const pb::CarePlan& before, pb::CarePlan& after, absl::Time now) {
  after.set_revision(before.revision() + 1);
  after.set_etag(MakeEtag(after.name(), after.revision()));
  *after.mutable_update_time() = ToTimestamp(now);
  const auto* reflection = after.GetReflection();
  const auto* descriptor = after.GetDescriptor();
  for (int i = 0; i < descriptor->field_count(); ++i) {
    const FieldDescriptor* list = descriptor->field(i);
    if (!list->is_repeated() || list->cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE) continue;
    const auto* name = list->message_type()->FindFieldByName("name");
    const auto* etag = list->message_type()->FindFieldByName("etag");
    if (name == nullptr || etag == nullptr) continue;
    const auto old = ByName(before, list, name);
    for (int j = 0; j < reflection->FieldSize(after, list); ++j) {
      Message* element = reflection->MutableRepeatedMessage(&after, list, j);
      const std::string key = element->GetReflection()->GetString(*element, name);
      const auto same = old.find(key);
      // What no rule touched still has its etag, so the bytes as a whole can be compared.
      if (same != old.end() && SameBytes(*same->second, *element)) continue;
      element->GetReflection()->SetString(element, etag, MakeEtag(key, after.revision()));
    }
  }
}

}  // namespace ip::plan
