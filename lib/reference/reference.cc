#include "lib/reference/reference.h"

#include <google/protobuf/util/json_util.h>

#include <algorithm>
#include <fstream>
#include <sstream>

#include "absl/strings/str_cat.h"

namespace ip {
namespace {

template <class Items, class Test>
auto Find(const Items& items, Test test) -> decltype(&*items.begin()) {
  const auto it = std::find_if(items.begin(), items.end(), test);
  return it == items.end() ? nullptr : &*it;
}

}  // namespace

absl::StatusOr<Reference> Reference::Load(const std::string& file) {
  std::ifstream in(file);
  if (!in) return absl::NotFoundError(absl::StrCat("cannot read the reference data file ", file));
  std::stringstream text;
  text << in.rdbuf();
  return Parse(text.str());
}

absl::StatusOr<Reference> Reference::Parse(const std::string& json) {
  Reference reference;
  const auto parsed = google::protobuf::util::JsonStringToMessage(json, &reference.data_);
  if (!parsed.ok()) {
    return absl::InvalidArgumentError(
        absl::StrCat("reference data: ", std::string(parsed.message())));
  }
  for (const auto& unit : reference.data_.units()) {
    if (reference.FindOrganization(unit.organization()) == nullptr) {
      return absl::InvalidArgumentError(absl::StrCat("reference data: ", unit.name(), " names ",
                                                     unit.organization(), ", which is not listed"));
    }
    for (const auto& code : unit.municipality_codes()) {
      if (reference.FindMunicipality(code) == nullptr) {
        return absl::InvalidArgumentError(absl::StrCat("reference data: ", unit.name(),
                                                       " serves municipality ", code,
                                                       ", which is not listed"));
      }
    }
  }
  return reference;
}

const individuellplan::type::v1::Unit* Reference::FindUnit(std::string_view name) const {
  return Find(data_.units(), [&](const auto& unit) { return unit.name() == name; });
}

const individuellplan::type::v1::Unit* Reference::UnitOfOrganization(
    std::string_view organization) const {
  return Find(data_.units(), [&](const auto& unit) { return unit.organization() == organization; });
}

const individuellplan::type::v1::Unit* Reference::UnitOfMunicipality(std::string_view code) const {
  return Find(data_.units(), [&](const auto& unit) {
    return std::find(unit.municipality_codes().begin(), unit.municipality_codes().end(), code) !=
           unit.municipality_codes().end();
  });
}

const individuellplan::type::v1::Organization* Reference::FindOrganization(
    std::string_view name) const {
  return Find(data_.organizations(), [&](const auto& item) { return item.name() == name; });
}

const individuellplan::type::v1::Municipality* Reference::FindMunicipality(
    std::string_view code) const {
  return Find(data_.municipalities(), [&](const auto& item) { return item.code() == code; });
}

}  // namespace ip
