// Bundles, and the ids in them.
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "gateway/fhir/plan.h"
#include "lib/base/errors.h"

namespace ip::fhir {
namespace {

constexpr int kMostLevels = 64;

// "0190…" of "0190…-…", "" when it is no UUID.
std::string Hex(std::string_view uuid) {
  if (uuid.size() != 36) return "";
  const std::string hex = absl::StrReplaceAll(absl::string_view(uuid.data(), 36), {{"-", ""}});
  const bool fits = hex.size() == 32 && hex.find_first_not_of("0123456789abcdef") == hex.npos &&
                    uuid[8] == '-' && uuid[13] == '-' && uuid[18] == '-' && uuid[23] == '-';
  return fits ? hex : "";
}

}  // namespace

absl::StatusOr<Json> ReadResource(std::string_view text) {
  bool deep = false;
  const auto watch = [&deep](int depth, Json::parse_event_t, Json&) {
    deep = deep || depth > kMostLevels;
    return !deep;  // what is too deep is not even built
  };
  Json resource = Json::parse(text.begin(), text.end(), watch, /*allow_exceptions=*/false);
  if (!deep && resource.is_object()) return resource;
  return Error(absl::StatusCode::kInvalidArgument, "JSON_MALFORMED",
               deep ? "The body is nested too deeply; the limit is 64 levels."
                    : "The body is not JSON, or not one resource.");
}

Json ToBundle(const std::vector<Json>& resources, std::string_view bundle_type,
              std::string_view base) {
  Json bundle = {{"resourceType", "Bundle"}, {"type", bundle_type}};
  if (bundle_type == "searchset") bundle["total"] = resources.size();
  for (const Json& resource : resources) {
    const std::string url =
        absl::StrCat(std::string(base), resource.at("resourceType").get<std::string>(), "/",
                     resource.at("id").get<std::string>());
    bundle["entry"].push_back({{"fullUrl", url}, {"resource", resource}});
  }
  return bundle;
}

std::string FhirId(std::string_view name) {
  if (name.substr(0, 6) != "plans/") return "";
  const std::string_view rest = name.substr(6);
  const size_t slash = rest.find('/');
  const std::string_view plan = rest.substr(0, slash);
  if (slash == rest.npos) return std::string(plan);
  const std::string hex = Hex(plan);
  const std::string own = Hex(rest.substr(rest.rfind('/') + 1));
  if (!hex.empty() && !own.empty()) return hex + own;
  // Ids that are no UUIDs are short (demo data, tests).
  const std::string dotted =
      absl::StrCat(std::string(plan), ".", std::string(rest.substr(rest.rfind('/') + 1)));
  return dotted.size() <= 63 ? dotted : "";
}

}  // namespace ip::fhir
