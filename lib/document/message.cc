#include "lib/document/message.h"

#include <string>

#include "google/protobuf/descriptor.h"
#include "google/protobuf/timestamp.pb.h"
#include "lib/base/errors.h"
#include "lib/base/id.h"

namespace ip::document {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Timestamp;

const FieldDescriptor* Find(const Message& message, const char* field,
                            FieldDescriptor::CppType type) {
  const FieldDescriptor* found = message.GetDescriptor()->FindFieldByName(field);
  return found != nullptr && !found->is_repeated() && found->cpp_type() == type ? found : nullptr;
}

void SetText(Message& message, const char* field, std::string value) {
  if (const auto* found = Find(message, field, FieldDescriptor::CPPTYPE_STRING)) {
    message.GetReflection()->SetString(&message, found, std::move(value));
  }
}

std::string GetText(const Message& message, const char* field) {
  const auto* found = Find(message, field, FieldDescriptor::CPPTYPE_STRING);
  return found == nullptr ? "" : message.GetReflection()->GetString(message, found);
}

void SetTime(Message& message, const char* field, absl::Time value) {
  const auto* found = Find(message, field, FieldDescriptor::CPPTYPE_MESSAGE);
  if (found == nullptr || found->message_type() != Timestamp::descriptor()) return;
  const int64_t micros = absl::ToUnixMicros(value);
  const int64_t seconds = absl::ToUnixSeconds(value);
  auto* timestamp = google::protobuf::DynamicCastToGenerated<Timestamp>(
      message.GetReflection()->MutableMessage(&message, found));
  timestamp->set_seconds(seconds);
  timestamp->set_nanos(static_cast<int32_t>((micros - seconds * 1'000'000) * 1000));
}

}  // namespace

void Stamp(Message& message, std::string_view name, int64_t revision, absl::Time create_time,
           absl::Time update_time) {
  SetText(message, "name", std::string(name));
  SetText(message, "etag", MakeEtag(name, revision));
  SetTime(message, "create_time", create_time);
  SetTime(message, "update_time", update_time);
}

absl::Status CheckEtag(const Message& message, std::string_view etag, bool required) {
  if (etag.empty()) return required ? EtagRequired() : absl::OkStatus();
  if (etag == GetText(message, "etag")) return absl::OkStatus();
  return EtagMismatch(GetText(message, "name"));
}

}  // namespace ip::document
