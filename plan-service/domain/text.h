// Checks of texts, names and dates that come from clients. All collect into Violations, so that a
// client learns everything that is wrong at once.
#ifndef PLAN_SERVICE_DOMAIN_TEXT_H_
#define PLAN_SERVICE_DOMAIN_TEXT_H_

#include <cstddef>
#include <set>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "google/protobuf/field_mask.pb.h"
#include "google/protobuf/message.h"
#include "individuellplan/plan/v1/care_plan.pb.h"
#include "lib/base/errors.h"

namespace ip::plan {

// How many characters (Unicode code points) a text has.
size_t Characters(std::string_view text);

void CheckText(std::string_view field, std::string_view text, size_t most, Violations& violations);
void CheckRequiredText(std::string_view field, std::string_view text, size_t most,
                       Violations& violations);
void CheckOwnText(const std::string& field, const individuellplan::plan::v1::OwnText& text,
                  Violations& violations);
void CheckDate(std::string_view field, const google::type::Date& date, Violations& violations);
// Ends not before it starts; a start is required.
void CheckPeriod(const std::string& field, const individuellplan::type::v1::Period& period,
                 Violations& violations);
// At least one and at most `most` elements in a list.
void CheckCount(std::string_view field, int count, int most, Violations& violations);

// The first parts of the fields an Update means, as ApplyMask does; also such as cannot be edited.
std::set<std::string> FieldsMeant(const google::protobuf::Message& from,
                                  const google::protobuf::FieldMask& mask,
                                  const std::set<std::string>& editable);

// Copies the fields an Update names from `from` to `to`: those of the mask; without a mask those
// that are set; with "*" all of `editable`. Paths may go deeper ("adaptation.formats"); their first
// part must be editable. "name" and "etag" are passed over. Answers the first parts of what was
// copied. Errors: INVALID_ARGUMENT naming each path that cannot be edited.
absl::StatusOr<std::set<std::string>> ApplyMask(const google::protobuf::Message& from,
                                                const google::protobuf::FieldMask& mask,
                                                const std::set<std::string>& editable,
                                                google::protobuf::Message& to);

}  // namespace ip::plan

#endif  // PLAN_SERVICE_DOMAIN_TEXT_H_
