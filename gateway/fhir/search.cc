#include "gateway/fhir/search.h"

#include <algorithm>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "gateway/fhir/answers.h"
#include "gateway/session/url.h"
#include "lib/base/errors.h"

namespace ip::fhir {
namespace {

constexpr int kLargestPage = 200;

std::string LastSegment(const std::string& reference) {
  return reference.substr(reference.rfind('/') + 1);
}

}  // namespace

absl::Status NotSupported(std::string_view what) {
  return Error(
      absl::StatusCode::kUnimplemented, "FHIR_NOT_SUPPORTED",
      absl::StrCat(std::string(what), " is not served here. GET /fhir/R4/metadata says what is."));
}

absl::StatusOr<Search> Search::Read(std::string_view type, std::string_view query) {
  Search search;
  search.type_ = std::string(type);
  const std::string text(query);
  for (const absl::string_view part : absl::StrSplit(text, '&', absl::SkipEmpty())) {
    const std::string name(part.substr(0, part.find('=')));
    const std::string value = gateway::QueryParameter(query, name);
    if (name == "_format") {
      if (value.find("json") == value.npos) return NotSupported("A format other than JSON");
      continue;
    }
    const auto* known = SearchParameters(type);
    const bool paging = name == "_count" || name == "_page";
    if (!paging && std::find(known->begin(), known->end(), name) == known->end()) {
      return NotSupported(absl::StrCat("The search parameter ", name, " of ", search.type_));
    }
    // Commas mean "or" in FHIR: of states one may ask for several, of plans for one at a time.
    const bool state = name == "status" || name == "lifecycle-status";
    if (value.find(state ? "|" : ",") != value.npos) {
      return NotSupported(
          absl::StrCat(state ? "A code's system" : "More than one value", " in ", name));
    }
    const bool first = search.found_.emplace(name == "subject" ? "patient" : name, value).second;
    if (!first) return NotSupported(absl::StrCat("The search parameter ", name, " given twice"));
  }
  search.page_size_ = kLargestPage;
  if (const std::string count = search.Get("_count"); !count.empty()) {
    if (!absl::SimpleAtoi(count, &search.page_size_) || search.page_size_ < 1) {
      return InvalidField("_count", "must be a number from 1 on.");
    }
    search.page_size_ = std::min(search.page_size_, kLargestPage);
  }
  return search;
}

std::string Search::Get(const char* name) const {
  const auto found = found_.find(name);
  return found == found_.end() ? "" : found->second;
}

std::string Search::Plan() const {
  const std::string patient = Get("patient");
  return LastSegment(patient.empty() ? Get("_id") : patient);
}

bool Search::Fits(const Json& resource) const {
  const auto is = [&](const char* parameter, const char* key) {
    const std::vector<std::string> wanted = absl::StrSplit(Get(parameter), ',', absl::SkipEmpty());
    return wanted.empty() ||
           std::find(wanted.begin(), wanted.end(), resource.value(key, "")) != wanted.end();
  };
  return resource.at("resourceType") == type_ && is("_id", "id") && is("status", "status") &&
         is("lifecycle-status", "lifecycleStatus");
}

std::string Search::Link(std::string_view base, const std::string& page) const {
  gateway::Parameters parameters;
  for (const auto& [name, value] : found_) {
    if (name != "_page" && !value.empty()) parameters.emplace_back(name, value);
  }
  if (!page.empty()) parameters.emplace_back("_page", page);
  return absl::StrCat(std::string(base), type_, parameters.empty() ? "" : "?",
                      gateway::FormEncode(parameters));
}

}  // namespace ip::fhir
