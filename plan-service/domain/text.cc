#include "plan-service/domain/text.h"

#include <google/protobuf/util/field_mask_util.h>

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "plan-service/domain/dates.h"

namespace ip::plan {

size_t Characters(std::string_view text) {
  return static_cast<size_t>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xc0) != 0x80;
  }));
}

void CheckText(std::string_view field, std::string_view text, size_t most, Violations& violations) {
  if (Characters(text) > most) {
    violations.Add(field, absl::StrCat("must be at most ", most, " characters; shorten it."));
  }
}

void CheckRequiredText(std::string_view field, std::string_view text, size_t most,
                       Violations& violations) {
  if (text.find_first_not_of(" \t\r\n") == text.npos) violations.Add(field, "is required.");
  CheckText(field, text, most, violations);
}

void CheckOwnText(const std::string& field, const individuellplan::plan::v1::OwnText& text,
                  Violations& violations) {
  CheckRequiredText(field + ".text", text.text(), 4000, violations);
}

void CheckDate(std::string_view field, const google::type::Date& date, Violations& violations) {
  if (!IsDay(date)) {
    violations.Add(field, "must be a whole day that exists: year, month and day, 1900 to 2200.");
  }
}

void CheckPeriod(const std::string& field, const individuellplan::type::v1::Period& period,
                 Violations& violations) {
  if (!period.has_start_date()) {
    violations.Add(field + ".start_date", "is required.");
    return;
  }
  CheckDate(field + ".start_date", period.start_date(), violations);
  if (!period.has_end_date()) return;
  CheckDate(field + ".end_date", period.end_date(), violations);
  if (IsDay(period.start_date()) && IsDay(period.end_date()) &&
      ToDay(period.end_date()) < ToDay(period.start_date())) {
    violations.Add(field + ".end_date", "must not be before start_date.");
  }
}

void CheckCount(std::string_view field, int count, int most, Violations& violations) {
  if (count > most) violations.Add(field, absl::StrCat("must hold at most ", most, " elements."));
}

std::set<std::string> FieldsMeant(const google::protobuf::Message& from,
                                  const google::protobuf::FieldMask& mask,
                                  const std::set<std::string>& editable) {
  std::set<std::string> meant;
  const bool everything = mask.paths_size() == 1 && mask.paths(0) == "*";
  for (const std::string& field : editable) {
    const auto* descriptor = from.GetDescriptor()->FindFieldByName(field);
    const auto* reflection = from.GetReflection();
    const bool set = descriptor->is_repeated() ? reflection->FieldSize(from, descriptor) > 0
                                               : reflection->HasField(from, descriptor);
    if (everything || (mask.paths().empty() && set)) meant.insert(field);
  }
  if (everything) return meant;
  for (const std::string& path : mask.paths()) meant.insert(path.substr(0, path.find('.')));
  return meant;
}

absl::StatusOr<std::set<std::string>> ApplyMask(const google::protobuf::Message& from,
                                                const google::protobuf::FieldMask& mask,
                                                const std::set<std::string>& editable,
                                                google::protobuf::Message& to) {
  google::protobuf::FieldMask effective;
  std::set<std::string> touched;
  Violations violations;
  const bool everything = mask.paths_size() == 1 && mask.paths(0) == "*";
  if (mask.paths().empty() || everything) {
    for (const auto& field : FieldsMeant(from, mask, editable)) effective.add_paths(field);
  } else {
    for (const std::string& path : mask.paths()) {
      if (path == "name" || path == "etag") continue;
      if (!editable.contains(path.substr(0, path.find('.'))) ||
          !google::protobuf::util::FieldMaskUtil::GetFieldDescriptors(from.GetDescriptor(), path,
                                                                      nullptr)) {
        violations.Add("update_mask",
                       absl::StrCat("\"", path, "\" cannot be edited here; what can: ",
                                    absl::StrJoin(editable, ", "), "."));
        continue;
      }
      effective.add_paths(path);
    }
  }
  if (absl::Status status = violations.ToStatus(); !status.ok()) return status;
  google::protobuf::util::FieldMaskUtil::MergeOptions options;
  options.set_replace_message_fields(true);
  options.set_replace_repeated_fields(true);
  google::protobuf::util::FieldMaskUtil::MergeMessageTo(from, effective, options, &to);
  for (const std::string& path : effective.paths()) touched.insert(path.substr(0, path.find('.')));
  return touched;
}

}  // namespace ip::plan
