#include "gateway/fhir/elements.h"

#include <cstdio>
#include <stdexcept>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/time/time.h"

namespace ip::fhir {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

constexpr char kAbsent[] = "http://hl7.org/fhir/StructureDefinition/data-absent-reason";

std::string OurExtension(const std::string& name) {
  return absl::StrCat(kOurs, "StructureDefinition/", name);
}

// FHIR's string: [ \r\n\t\S]+, where \S knows all of Unicode's spaces. The length of the space at
// `i` that is none of the four, 0 when there is none.
size_t OddSpace(std::string_view text, size_t i) {
  const auto c = static_cast<unsigned char>(text[i]);
  if (c < 0x20) return c == '\r' || c == '\n' || c == '\t' ? 0 : 1;
  const std::string_view two = text.substr(i, 2);
  const std::string_view three = text.substr(i, 3);
  if (two == "\u00a0") return 2;
  if (three == "\u1680" || three == "\u202f" || three == "\u205f" || three == "\u3000" ||
      three == "\ufeff" || three == "\u2028" || three == "\u2029" ||
      (three >= "\u2000" && three <= "\u200a" && three.size() == 3)) {
    return 3;
  }
  return 0;
}

// The text with ordinary spaces for all others.
std::string Plain(std::string_view text) {
  std::string out;
  for (size_t i = 0; i < text.size();) {
    const size_t odd = OddSpace(text, i);
    out += odd > 0 ? ' ' : text[i];
    i += odd > 0 ? odd : 1;
  }
  return out;
}

std::string Base64(std::string_view bytes) {
  return absl::Base64Escape(absl::string_view(bytes.data(), bytes.size()));
}
std::string Unbase64(const std::string& text) {
  std::string bytes;
  if (!absl::Base64Unescape(text, &bytes)) throw std::invalid_argument("base64");
  static_cast<void>(Json(bytes).dump());  // throws for what is not UTF-8: all of it is text
  return bytes;
}

void WriteNested(const Message& message, const std::string& prefix, Json& element);

// One value as an extension without its url.
Json Value(const Message& message, const FieldDescriptor& field, int index) {
  const Reflection& reflection = *message.GetReflection();
  const bool many = field.is_repeated();
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_STRING: {
      const std::string text = many ? reflection.GetRepeatedString(message, &field, index)
                                    : reflection.GetString(message, &field);
      if (text.empty()) return {{"extension", Json::array({Absent()})}};
      const bool binary = field.type() == FieldDescriptor::TYPE_BYTES || Plain(text) != text;
      if (binary) return {{"valueBase64Binary", Base64(text)}};
      return {{"valueString", text}};
    }
    case FieldDescriptor::CPPTYPE_ENUM: {
      const int number = many ? reflection.GetRepeatedEnumValue(message, &field, index)
                              : reflection.GetEnumValue(message, &field);
      const auto* value = field.enum_type()->FindValueByNumber(number);
      if (value == nullptr) return {{"valueInteger", number}};
      return {{"valueCode", value->name()}};
    }
    case FieldDescriptor::CPPTYPE_BOOL:
      return {{"valueBoolean", many ? reflection.GetRepeatedBool(message, &field, index)
                                    : reflection.GetBool(message, &field)}};
    case FieldDescriptor::CPPTYPE_INT32:
      return {{"valueInteger", many ? reflection.GetRepeatedInt32(message, &field, index)
                                    : reflection.GetInt32(message, &field)}};
    case FieldDescriptor::CPPTYPE_INT64:  // more than FHIR's integer holds
      return {
          {"valueString", absl::StrCat(many ? reflection.GetRepeatedInt64(message, &field, index)
                                            : reflection.GetInt64(message, &field))}};
    case FieldDescriptor::CPPTYPE_MESSAGE: {
      const Message& inner = many ? reflection.GetRepeatedMessage(message, &field, index)
                                  : reflection.GetMessage(message, &field);
      if (const auto* time = dynamic_cast<const google::protobuf::Timestamp*>(&inner)) {
        return {{"valueInstant", Instant(*time)}};
      }
      const auto* date = dynamic_cast<const google::type::Date*>(&inner);
      if (date != nullptr && IsFhirDate(*date)) return {{"valueDate", DateText(*date)}};
      Json nested = Json::object();
      WriteNested(inner, "", nested);
      if (nested.empty()) nested["extension"] = Json::array({Absent()});
      return nested;
    }
    default:
      throw std::invalid_argument(absl::StrCat("no FHIR type for ", field.full_name()));
  }
}

void WriteNested(const Message& message, const std::string& prefix, Json& element) {
  std::vector<const FieldDescriptor*> fields;
  message.GetReflection()->ListFields(message, &fields);
  for (const FieldDescriptor* field : fields) {
    const int count = field->is_repeated() ? message.GetReflection()->FieldSize(message, field) : 1;
    for (int i = 0; i < count; ++i) {
      Json extension = {{"url", prefix + field->name()}};
      extension.update(Value(message, *field, i));
      element["extension"].push_back(std::move(extension));
    }
  }
}

void ReadNested(const Json& element, const std::string& prefix, Message& message);

int EnumNumber(const Json& extension, const FieldDescriptor& field) {
  if (extension.contains("valueInteger")) return extension.at("valueInteger").get<int>();
  const auto* value = field.enum_type()->FindValueByName(extension.at("valueCode"));
  if (value == nullptr) throw std::invalid_argument(absl::StrCat("a code of ", field.name()));
  return value->number();
}

std::string StringOf(const Json& extension) {
  if (extension.contains("valueBase64Binary")) {
    return Unbase64(extension.at("valueBase64Binary"));
  }
  return extension.contains("valueString") ? extension.at("valueString").get<std::string>() : "";
}

void ReadMessage(const Json& extension, Message& message) {
  if (auto* time = dynamic_cast<google::protobuf::Timestamp*>(&message)) {
    *time = ReadInstant(extension.at("valueInstant"));
    return;
  }
  auto* date = dynamic_cast<google::type::Date*>(&message);
  if (date != nullptr && extension.contains("valueDate")) {
    *date = ReadDate(extension.at("valueDate"));
    return;
  }
  ReadNested(extension, "", message);
}

void ReadValue(const Json& extension, const FieldDescriptor& field, Message& message) {
  const Reflection& reflection = *message.GetReflection();
  const bool many = field.is_repeated();
  const auto put = [&](auto add, auto set, auto value) {
    many ? (reflection.*add)(&message, &field, value) : (reflection.*set)(&message, &field, value);
  };
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_STRING:
      return put(&Reflection::AddString, &Reflection::SetString, StringOf(extension));
    case FieldDescriptor::CPPTYPE_ENUM:
      return put(&Reflection::AddEnumValue, &Reflection::SetEnumValue,
                 EnumNumber(extension, field));
    case FieldDescriptor::CPPTYPE_BOOL:
      return put(&Reflection::AddBool, &Reflection::SetBool,
                 extension.at("valueBoolean").get<bool>());
    case FieldDescriptor::CPPTYPE_INT32:
      return put(&Reflection::AddInt32, &Reflection::SetInt32,
                 extension.at("valueInteger").get<int32_t>());
    case FieldDescriptor::CPPTYPE_INT64: {
      int64_t number = 0;
      if (!absl::SimpleAtoi(StringOf(extension), &number)) throw std::invalid_argument("a number");
      return put(&Reflection::AddInt64, &Reflection::SetInt64, number);
    }
    case FieldDescriptor::CPPTYPE_MESSAGE:
      return ReadMessage(extension, many ? *reflection.AddMessage(&message, &field)
                                         : *reflection.MutableMessage(&message, &field));
    default:
      throw std::invalid_argument(absl::StrCat("no FHIR type for ", field.full_name()));
  }
}

void ReadNested(const Json& element, const std::string& prefix, Message& message) {
  const auto found = element.find("extension");
  if (found == element.end()) return;
  for (const Json& extension : *found) {
    const std::string url = extension.at("url");
    if (url.size() <= prefix.size() || url.compare(0, prefix.size(), prefix) != 0) continue;
    const auto* field = message.GetDescriptor()->FindFieldByName(url.substr(prefix.size()));
    if (field != nullptr) ReadValue(extension, *field, message);
  }
}

std::string PrefixOf(const Message& message) {
  return OurExtension(message.GetDescriptor()->name() + ".");
}

}  // namespace

Json Absent() { return {{"url", kAbsent}, {"valueCode", "unknown"}}; }

void WriteExtensions(const Message& rest, Json& element) {
  WriteNested(rest, PrefixOf(rest), element);
}

void ReadExtensions(const Json& element, Message& message) {
  ReadNested(element, PrefixOf(message), message);
}

void PutText(Json& element, const std::string& key, const std::string& text) {
  if (text.empty()) return;
  const std::string plain = Plain(text);
  element[key] = plain;
  if (plain == text) return;
  element["_" + key] = {{"extension", Json::array({Json{{"url", OurExtension("to-the-letter")},
                                                        {"valueBase64Binary", Base64(text)}}})}};
}

std::string GetText(const Json& element, const std::string& key) {
  if (const auto exact = element.find("_" + key); exact != element.end()) {
    for (const Json& extension : exact->value("extension", Json::array())) {
      if (extension.at("url") == OurExtension("to-the-letter")) {
        return Unbase64(extension.at("valueBase64Binary"));
      }
    }
  }
  return element.value(key, "");
}

std::string Instant(const google::protobuf::Timestamp& time) {
  std::string text = absl::FormatTime("%Y-%m-%dT%H:%M:%S", absl::FromUnixSeconds(time.seconds()),
                                      absl::UTCTimeZone());
  if (time.nanos() != 0) {
    std::string fraction = absl::StrFormat(".%09d", time.nanos());
    fraction.erase(fraction.find_last_not_of('0') + 1);
    text += fraction;
  }
  return text + "Z";
}

google::protobuf::Timestamp ReadInstant(const std::string& text) {
  absl::Time time;
  std::string error;
  if (!absl::ParseTime(absl::RFC3339_full, text, &time, &error) || time == absl::InfiniteFuture() ||
      time == absl::InfinitePast()) {
    throw std::invalid_argument("a point in time with its zone");
  }
  google::protobuf::Timestamp out;
  out.set_seconds(absl::ToUnixSeconds(time));
  out.set_nanos(
      static_cast<int32_t>(absl::ToInt64Nanoseconds(time - absl::FromUnixSeconds(out.seconds()))));
  return out;
}

bool IsFhirDate(const google::type::Date& date) {
  return date.year() >= 1 && date.year() <= 9999 && date.month() >= 0 && date.month() <= 12 &&
         date.day() >= 0 && date.day() <= 31 && (date.day() == 0 || date.month() > 0);
}

std::string DateText(const google::type::Date& date) {
  std::string text = absl::StrFormat("%04d", date.year());
  if (date.month() > 0) absl::StrAppendFormat(&text, "-%02d", date.month());
  if (date.day() > 0) absl::StrAppendFormat(&text, "-%02d", date.day());
  return text;
}

google::type::Date ReadDate(const std::string& text) {
  int year = 0, month = 0, day = 0;
  char after = 0;
  const int read = std::sscanf(text.c_str(), "%4d-%2d-%2d%c", &year, &month, &day, &after);
  google::type::Date date;
  date.set_year(year);
  date.set_month(month);
  date.set_day(day);
  if (read < 1 || read > 3 || DateText(date) != text) throw std::invalid_argument("a calendar day");
  return date;
}

bool PutPeriod(Json& element, const std::string& key,
               const individuellplan::type::v1::Period& period) {
  const bool start = period.has_start_date(), end = period.has_end_date();
  if ((!start && !end) || (start && !IsFhirDate(period.start_date())) ||
      (end && !IsFhirDate(period.end_date()))) {
    return false;
  }
  Json& out = element[key];
  if (start) out["start"] = DateText(period.start_date());
  if (end) out["end"] = DateText(period.end_date());
  return true;
}

individuellplan::type::v1::Period ReadPeriod(const Json& period) {
  individuellplan::type::v1::Period out;
  // A dateTime may hold a time of day, which our periods have not.
  const auto read = [&](const char* key) {
    return ReadDate(period.at(key).get<std::string>().substr(0, 10));
  };
  if (period.contains("start")) *out.mutable_start_date() = read("start");
  if (period.contains("end")) *out.mutable_end_date() = read("end");
  return out;
}

std::string SystemName(std::string_view system) {
  if (system.find(':') != system.npos) return std::string(system);
  return absl::StrCat(kOurs, "CodeSystem/", absl::string_view(system.data(), system.size()));
}

Json Concept(std::string_view system, std::string_view code) {
  return {{"coding", Json::array({Json{{"system", SystemName(system)}, {"code", code}}})}};
}

std::string CodeOf(const Json& concept_, std::string_view system) {
  for (const Json& coding : concept_.value("coding", Json::array())) {
    if (coding.value("system", "") == SystemName(system)) return coding.value("code", "");
  }
  return "";
}

Json Who(std::string_view type, std::string_view system, const std::string& value,
         const std::string& display) {
  Json who = Json::object();
  if (!type.empty()) who["type"] = type;
  who["identifier"] = {
      {"system", system.find(':') != system.npos ? std::string(system)
                                                 : absl::StrCat(kOurs, "id/", std::string(system))},
      {"value", value}};
  PutText(who, "display", display);
  return who;
}

std::string ToCode(const CodeTable& table, int value) {
  for (const auto& [number, code] : table) {
    if (number == value) return code;
  }
  return "";
}

int FromCode(const CodeTable& table, std::string_view code) {
  for (const auto& [number, each] : table) {
    if (code == each) return number;
  }
  return 0;
}

}  // namespace ip::fhir
