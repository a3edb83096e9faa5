#include "gateway/doors/json_reader.h"

#include <google/protobuf/duration.pb.h>
#include <google/protobuf/field_mask.pb.h>
#include <google/protobuf/timestamp.pb.h>
#include <google/protobuf/util/field_mask_util.h>
#include <google/protobuf/util/time_util.h>
#include <rapidjson/error/en.h>
#include <rapidjson/memorystream.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "absl/strings/escaping.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "lib/base/errors.h"

namespace ip::gateway {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::EnumValueDescriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

constexpr size_t kMaxDepth = 64;

absl::Status Malformed(std::string_view json, size_t offset, const char* why) {
  const std::string_view before = json.substr(0, offset);
  const auto line = std::count(before.begin(), before.end(), '\n') + 1;
  const size_t last = before.rfind('\n');
  const size_t column = before.size() - (last == before.npos ? 0 : last + 1) + 1;
  return Error(
      absl::StatusCode::kInvalidArgument, "JSON_MALFORMED",
      absl::StrCat("The body is not valid JSON at line ", line, ", column ", column, ": ", why));
}

bool IsMap(const FieldDescriptor* field) { return field->is_map(); }

// What a client sent, in an error: cut, and without anything that is not plain text.
std::string Shown(const std::string& name) { return absl::CHexEscape(name.substr(0, 64)); }

template <class Int>
bool ParseInteger(const std::string& text, Int& out) {
  if (absl::SimpleAtoi(text, &out)) return true;
  // JSON has one kind of number: 1.0 and 1e3 are integers too. Above 2^53 they could not be exact.
  double number = 0;
  if (!absl::SimpleAtod(text, &number) || number != std::trunc(number)) return false;
  if (std::fabs(number) > 9007199254740992.0) return false;
  if (number < static_cast<double>(std::numeric_limits<Int>::min()) ||
      number > static_cast<double>(std::numeric_limits<Int>::max())) {
    return false;
  }
  out = static_cast<Int>(number);
  return true;
}

bool IsPlainNumber(const std::string& text) {
  return !text.empty() && text.find_first_not_of("0123456789+-.eE") == text.npos;
}

}  // namespace

std::string JsonReader::Path() const {
  std::string path;
  for (const Frame& frame : frames_) {
    switch (frame.kind) {
      case Frame::kMessage:
        if (frame.field == nullptr) break;
        absl::StrAppend(&path, path.empty() ? "" : ".", frame.field->name());
        break;
      case Frame::kMap:
        absl::StrAppend(&path, "[\"", Shown(frame.key), "\"]");
        break;
      case Frame::kList:
        absl::StrAppend(&path, "[", frame.index, "]");
        break;
    }
  }
  return path;
}

bool JsonReader::WrongAt(const std::string& path, std::string_view description) {
  status_ = InvalidField(path.empty() ? "(body)" : path, description);
  return false;
}
bool JsonReader::Wrong(std::string_view description) { return WrongAt(Path(), description); }

bool JsonReader::ExpectedInstead(const FieldDescriptor* field) {
  const bool one_of_many = field->is_repeated() && frames_.back().kind == Frame::kMessage;
  if (one_of_many) {
    return Wrong(IsMap(field) ? "must be an object with a member per key." : "must be a list.");
  }
  switch (field->cpp_type()) {
    case FieldDescriptor::CPPTYPE_BOOL:
      return Wrong("must be true or false.");
    case FieldDescriptor::CPPTYPE_STRING:
      return Wrong(field->type() == FieldDescriptor::TYPE_BYTES ? "must be a text in base64."
                                                                : "must be a text.");
    case FieldDescriptor::CPPTYPE_ENUM:
      return Wrong("must be the name of a value, as a text.");
    case FieldDescriptor::CPPTYPE_INT64:
    case FieldDescriptor::CPPTYPE_UINT64:
      return Wrong("must be a whole number, or a text with one.");
    case FieldDescriptor::CPPTYPE_INT32:
    case FieldDescriptor::CPPTYPE_UINT32:
      return Wrong("must be a whole number of 32 bits.");
    case FieldDescriptor::CPPTYPE_FLOAT:
    case FieldDescriptor::CPPTYPE_DOUBLE:
      return Wrong("must be a number.");
    case FieldDescriptor::CPPTYPE_MESSAGE:
      break;
  }
  const std::string& type = field->message_type()->full_name();
  if (type == "google.protobuf.Timestamp") {
    return Wrong("must be an instant such as \"2026-03-24T10:30:00Z\".");
  }
  if (type == "google.protobuf.Duration") return Wrong("must be a duration such as \"90s\".");
  if (type == "google.protobuf.FieldMask") {
    return Wrong("must be a text of field paths such as \"title,responsible.name\".");
  }
  if (type == "google.type.Date") {
    return Wrong("must be a date such as {\"year\": 2026, \"month\": 3, \"day\": 24}.");
  }
  return Wrong("must be an object.");
}

bool JsonReader::Push(Frame frame) {
  frames_.push_back(std::move(frame));
  return frames_.size() <= kMaxDepth || Wrong("is nested too deeply; the limit is 64 levels.");
}

bool JsonReader::NextSlot(Slot& slot) {
  if (frames_.empty()) return WrongAt("", "must be a JSON object.");
  Frame& frame = frames_.back();
  switch (frame.kind) {
    case Frame::kMessage:
      slot = {frame.message, frame.field, false};
      return true;
    case Frame::kMap:
      slot = {frame.entry, frame.field->message_type()->map_value(), false};
      return true;
    case Frame::kList:
      ++frame.index;
      slot = {frame.message, frame.field, true};
      return true;
  }
  return false;
}

bool JsonReader::StartObject() {
  if (frames_.empty()) return Push({Frame::kMessage, root_, nullptr, {}, "", 0, nullptr});
  Slot slot;
  if (!NextSlot(slot)) return false;
  const FieldDescriptor* field = slot.field;
  if (IsMap(field)) return Push({Frame::kMap, slot.message, field, {}, "", 0, nullptr});
  if (field->cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE ||
      (field->is_repeated() && !slot.add)) {
    return ExpectedInstead(field);
  }
  const Descriptor* type = field->message_type();
  if (type->file()->package() == "google.protobuf" && type->name() != "Empty") {
    return ExpectedInstead(field);
  }
  const Reflection* reflection = slot.message->GetReflection();
  Message* child = slot.add ? reflection->AddMessage(slot.message, field)
                            : reflection->MutableMessage(slot.message, field);
  return Push({Frame::kMessage, child, nullptr, {}, "", 0, nullptr});
}

bool JsonReader::Key(const char* text, rapidjson::SizeType size, bool) {
  const std::string name(text, size);
  Frame& frame = frames_.back();
  return frame.kind == Frame::kMap ? MapKey(frame, name) : MemberKey(frame, name);
}

bool JsonReader::MemberKey(Frame& frame, const std::string& name) {
  frame.field = nullptr;
  const Descriptor* type = frame.message->GetDescriptor();
  const FieldDescriptor* field = type->FindFieldByCamelcaseName(name);
  if (field == nullptr || field->json_name() != name) field = type->FindFieldByName(name);
  if (field == nullptr) {
    const std::string path = Path();
    return WrongAt(absl::StrCat(path, path.empty() ? "" : ".", Shown(name)),
                   absl::StrCat("there is no such field in ", type->full_name(), "."));
  }
  frame.field = field;
  if (!frame.seen.insert(field->name()).second) return Wrong("stands twice.");
  if (field->real_containing_oneof() != nullptr) {
    const auto* oneof = field->real_containing_oneof();
    if (frame.message->GetReflection()->HasOneof(*frame.message, oneof)) {
      return Wrong(absl::StrCat("only one of ", oneof->name(), " may be set."));
    }
  }
  return true;
}

bool JsonReader::MapKey(Frame& frame, const std::string& name) {
  frame.key = name;
  if (!frame.seen.insert(name).second) return Wrong("stands twice.");
  frame.entry = frame.message->GetReflection()->AddMessage(frame.message, frame.field);
  const FieldDescriptor* key = frame.field->message_type()->map_key();
  if (key->cpp_type() == FieldDescriptor::CPPTYPE_BOOL) {
    if (name != "true" && name != "false") return Wrong("the key must be true or false.");
    frame.entry->GetReflection()->SetBool(frame.entry, key, name == "true");
    return true;
  }
  return SetScalar({frame.entry, key, false}, name, true);
}

bool JsonReader::EndObject(rapidjson::SizeType) {
  frames_.pop_back();
  return true;
}

bool JsonReader::StartArray() {
  Slot slot;
  if (!NextSlot(slot)) return false;
  if (!slot.field->is_repeated() || IsMap(slot.field) || slot.add) {
    return ExpectedInstead(slot.field);
  }
  return Push({Frame::kList, slot.message, slot.field, {}, "", -1, nullptr});
}

bool JsonReader::EndArray(rapidjson::SizeType) {
  frames_.pop_back();
  return true;
}

bool JsonReader::Null() {
  Slot slot;
  if (!NextSlot(slot)) return false;
  // In a message null means "not set".
  return frames_.back().kind == Frame::kMessage || Wrong("must not be null.");
}

bool JsonReader::Bool(bool value) {
  Slot slot;
  if (!NextSlot(slot)) return false;
  const FieldDescriptor* field = slot.field;
  if (field->cpp_type() != FieldDescriptor::CPPTYPE_BOOL || field->is_repeated() != slot.add) {
    return ExpectedInstead(field);
  }
  const Reflection* reflection = slot.message->GetReflection();
  if (slot.add) {
    reflection->AddBool(slot.message, field, value);
  } else {
    reflection->SetBool(slot.message, field, value);
  }
  return true;
}

bool JsonReader::RawNumber(const char* text, rapidjson::SizeType size, bool) {
  Slot slot;
  return NextSlot(slot) && SetScalar(slot, {text, size}, false);
}

bool JsonReader::String(const char* text, rapidjson::SizeType size, bool) {
  Slot slot;
  return NextSlot(slot) && SetScalar(slot, {text, size}, true);
}

bool JsonReader::SetScalar(const Slot& slot, const std::string& text, bool quoted) {
  const FieldDescriptor* field = slot.field;
  Message* message = slot.message;
  const Reflection* reflection = message->GetReflection();
  if (field->is_repeated() != slot.add) return ExpectedInstead(field);

  const auto number = [&](auto value, auto set, auto add) {
    bool parsed = false;
    if constexpr (std::is_floating_point_v<decltype(value)>) {
      double wide = 0;
      const bool special = quoted && (text == "NaN" || text == "Infinity" || text == "-Infinity");
      parsed = (special || IsPlainNumber(text)) && absl::SimpleAtod(text, &wide) &&
               (special || std::isfinite(wide));
      value = static_cast<decltype(value)>(wide);
      parsed = parsed && (special || std::isfinite(value));
    } else {
      parsed = IsPlainNumber(text) && ParseInteger(text, value);
    }
    if (!parsed) return ExpectedInstead(field);
    (reflection->*(slot.add ? add : set))(message, field, value);
    return true;
  };
  switch (field->cpp_type()) {
    case FieldDescriptor::CPPTYPE_INT32:
      return number(int32_t{}, &Reflection::SetInt32, &Reflection::AddInt32);
    case FieldDescriptor::CPPTYPE_INT64:
      return number(int64_t{}, &Reflection::SetInt64, &Reflection::AddInt64);
    case FieldDescriptor::CPPTYPE_UINT32:
      return number(uint32_t{}, &Reflection::SetUInt32, &Reflection::AddUInt32);
    case FieldDescriptor::CPPTYPE_UINT64:
      return number(uint64_t{}, &Reflection::SetUInt64, &Reflection::AddUInt64);
    case FieldDescriptor::CPPTYPE_FLOAT:
      return number(float{}, &Reflection::SetFloat, &Reflection::AddFloat);
    case FieldDescriptor::CPPTYPE_DOUBLE:
      return number(double{}, &Reflection::SetDouble, &Reflection::AddDouble);
    case FieldDescriptor::CPPTYPE_ENUM:
      return SetEnum(slot, text, quoted);
    case FieldDescriptor::CPPTYPE_STRING:
      return quoted ? SetText(slot, text) : ExpectedInstead(field);
    case FieldDescriptor::CPPTYPE_MESSAGE:
      return quoted ? SetWellKnown(slot, text) : ExpectedInstead(field);
    case FieldDescriptor::CPPTYPE_BOOL:
      break;
  }
  return ExpectedInstead(field);
}

bool JsonReader::SetText(const Slot& slot, const std::string& text) {
  std::string value = text;
  if (slot.field->type() == FieldDescriptor::TYPE_BYTES && !absl::Base64Unescape(text, &value) &&
      !absl::WebSafeBase64Unescape(text, &value)) {
    return ExpectedInstead(slot.field);
  }
  const Reflection* reflection = slot.message->GetReflection();
  if (slot.add) {
    reflection->AddString(slot.message, slot.field, std::move(value));
  } else {
    reflection->SetString(slot.message, slot.field, std::move(value));
  }
  return true;
}

bool JsonReader::SetEnum(const Slot& slot, const std::string& text, bool quoted) {
  const auto* type = slot.field->enum_type();
  int number = 0;
  const EnumValueDescriptor* value = nullptr;
  if (quoted) {
    value = type->FindValueByName(text);
  } else if (ParseInteger(text, number)) {
    value = type->FindValueByNumber(number);
  }
  if (value == nullptr) {
    std::string names;
    for (int i = 0; i < type->value_count() && i < 30; ++i) {
      if (type->value(i)->number() == 0) continue;
      absl::StrAppend(&names, names.empty() ? "" : ", ", type->value(i)->name());
    }
    return Wrong(absl::StrCat("must be one of ", names, "."));
  }
  const Reflection* reflection = slot.message->GetReflection();
  if (slot.add) {
    reflection->AddEnum(slot.message, slot.field, value);
  } else {
    reflection->SetEnum(slot.message, slot.field, value);
  }
  return true;
}

bool JsonReader::SetWellKnown(const Slot& slot, const std::string& text) {
  const std::string& type = slot.field->message_type()->full_name();
  std::string wire;
  if (type == "google.protobuf.Timestamp") {
    google::protobuf::Timestamp time;
    if (!google::protobuf::util::TimeUtil::FromString(text, &time)) {
      return ExpectedInstead(slot.field);
    }
    wire = time.SerializeAsString();
  } else if (type == "google.protobuf.Duration") {
    google::protobuf::Duration duration;
    if (!google::protobuf::util::TimeUtil::FromString(text, &duration)) {
      return ExpectedInstead(slot.field);
    }
    wire = duration.SerializeAsString();
  } else if (type == "google.protobuf.FieldMask") {
    google::protobuf::FieldMask mask;
    if (!google::protobuf::util::FieldMaskUtil::FromJsonString(text, &mask)) {
      return ExpectedInstead(slot.field);
    }
    wire = mask.SerializeAsString();
  } else {
    return ExpectedInstead(slot.field);
  }
  const Reflection* reflection = slot.message->GetReflection();
  Message* child = slot.add ? reflection->AddMessage(slot.message, slot.field)
                            : reflection->MutableMessage(slot.message, slot.field);
  return child->ParseFromString(wire) || ExpectedInstead(slot.field);
}

absl::Status ReadJson(std::string_view json, Message* message) {
  JsonReader handler(message);
  rapidjson::Reader reader;
  rapidjson::MemoryStream bytes(json.data(), json.size());
  constexpr unsigned kFlags = rapidjson::kParseIterativeFlag |
                              rapidjson::kParseValidateEncodingFlag |
                              rapidjson::kParseNumbersAsStringsFlag;
  // Names the encoding, so that the bytes are checked to be UTF-8.
  rapidjson::EncodedInputStream<rapidjson::UTF8<>, rapidjson::MemoryStream> input(bytes);
  const rapidjson::ParseResult result = reader.Parse<kFlags>(input, handler);
  if (!result.IsError()) return absl::OkStatus();
  if (!handler.status().ok()) return handler.status();
  return Malformed(json, result.Offset(), rapidjson::GetParseError_En(result.Code()));
}

}  // namespace ip::gateway
