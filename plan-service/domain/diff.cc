#include "plan-service/domain/diff.h"

#include <google/protobuf/util/field_mask_util.h>
#include <google/protobuf/util/json_util.h>

#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"

namespace ip::plan {
namespace {

namespace pb = individuellplan::plan::v1;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using Change = pb::DiffPlanRevisionsResponse::Change;

bool IsIgnored(const FieldDescriptor& field) {
  static const std::set<std::string> ignored = {"etag",   "update_time",       "revision",
                                                "alarms", "redacted_sections", "own_mandate"};
  // An approval's own revision is content, the plan's is a count of changes.
  const bool of_plan = field.containing_type() == pb::CarePlan::descriptor();
  return field.name() == "etag" || (of_plan && ignored.contains(field.name()));
}

// Dates and times are told whole.
bool IsWhole(const FieldDescriptor& field) {
  return field.message_type()->full_name().rfind("google.", 0) == 0;
}

// The field, or one element of it, as proto3 JSON; "" when it is not set.
std::string JsonOf(const Message& message, const FieldDescriptor& field, int element = -1) {
  google::protobuf::FieldMask mask;
  mask.add_paths(field.name());
  std::unique_ptr<Message> alone(message.New());
  google::protobuf::util::FieldMaskUtil::MergeMessageTo(message, mask, {}, alone.get());
  if (element >= 0) {
    alone->GetReflection()->SwapElements(alone.get(), &field, 0, element);
    while (alone->GetReflection()->FieldSize(*alone, &field) > 1) {
      alone->GetReflection()->RemoveLast(alone.get(), &field);
    }
  }
  std::string json;
  if (!google::protobuf::util::MessageToJsonString(*alone, &json).ok() || json == "{}") return "";
  // {"field":VALUE} or {"field":[VALUE]}
  const size_t opening = field.json_name().size() + (element >= 0 ? 5 : 4);
  return json.substr(opening, json.size() - opening - (element >= 0 ? 2 : 1));
}

class Differ {
 public:
  std::vector<Change> changes;

  void Compare(const Message& before, const Message& after, const std::string& prefix) {
    const auto* descriptor = before.GetDescriptor();
    for (int i = 0; i < descriptor->field_count(); ++i) {
      const FieldDescriptor& field = *descriptor->field(i);
      if (IsIgnored(field)) continue;
      const std::string path = prefix + field.name();
      if (field.is_repeated()) {
        CompareLists(before, after, field, path);
      } else if (field.message_type() != nullptr && !IsWhole(field) &&
                 before.GetReflection()->HasField(before, &field) &&
                 after.GetReflection()->HasField(after, &field)) {
        Compare(before.GetReflection()->GetMessage(before, &field),
                after.GetReflection()->GetMessage(after, &field), path + ".");
      } else {
        Tell(path, JsonOf(before, field), JsonOf(after, field));
      }
    }
  }

 private:
  void Tell(const std::string& path, std::string before, std::string after) {
    if (before == after) return;
    Change& change = changes.emplace_back();
    change.set_kind(before.empty()  ? Change::ADDED
                    : after.empty() ? Change::REMOVED
                                    : Change::MODIFIED);
    change.set_path(path);
    change.set_before(std::move(before));
    change.set_after(std::move(after));
  }

  void CompareLists(const Message& before, const Message& after, const FieldDescriptor& field,
                    const std::string& path) {
    const bool named =
        field.message_type() != nullptr && field.message_type()->FindFieldByName("name");
    if (named) return CompareNamed(before, after, field, path);
    // Equal elements cancel each other out; what is left has come or gone.
    std::multimap<std::string, int> gone;
    for (int i = 0; i < before.GetReflection()->FieldSize(before, &field); ++i) {
      gone.emplace(JsonOf(before, field, i), i);
    }
    std::vector<std::pair<int, std::string>> added;
    for (int i = 0; i < after.GetReflection()->FieldSize(after, &field); ++i) {
      std::string json = JsonOf(after, field, i);
      if (const auto same = gone.find(json); same != gone.end()) {
        gone.erase(same);
      } else {
        added.emplace_back(i, std::move(json));
      }
    }
    for (const auto& [json, i] : gone) Tell(absl::StrCat(path, "[", i, "]"), json, "");
    for (const auto& [i, json] : added) Tell(absl::StrCat(path, "[", i, "]"), "", json);
  }

  static std::string NameAt(const Message& message, const FieldDescriptor& field, int i) {
    const Message& element = message.GetReflection()->GetRepeatedMessage(message, &field, i);
    return element.GetReflection()->GetString(element,
                                              element.GetDescriptor()->FindFieldByName("name"));
  }

  void CompareNamed(const Message& before, const Message& after, const FieldDescriptor& field,
                    const std::string& path) {
    std::map<std::string, int> old;
    for (int i = 0; i < before.GetReflection()->FieldSize(before, &field); ++i) {
      old.emplace(NameAt(before, field, i), i);
    }
    for (int i = 0; i < after.GetReflection()->FieldSize(after, &field); ++i) {
      const std::string name = NameAt(after, field, i);
      const std::string here = absl::StrCat(path, "[", name, "]");
      const auto same = old.find(name);
      if (same == old.end()) {
        Tell(here, "", JsonOf(after, field, i));
        continue;
      }
      Compare(before.GetReflection()->GetRepeatedMessage(before, &field, same->second),
              after.GetReflection()->GetRepeatedMessage(after, &field, i), here + ".");
      old.erase(same);
    }
    for (const auto& [name, i] : old) {
      Tell(absl::StrCat(path, "[", name, "]"), JsonOf(before, field, i), "");
    }
  }
};

}  // namespace

std::vector<Change> Diff(const pb::CarePlan& before, const pb::CarePlan& after) {
  Differ differ;
  differ.Compare(before, after, "");
  return std::move(differ.changes);
}

}  // namespace ip::plan
