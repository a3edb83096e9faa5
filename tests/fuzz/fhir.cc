// FHIR: a search's query (first line) and a Bundle to be imported. What is taken comes out again.
#include "gateway/fhir/import.h"
#include "gateway/fhir/plan.h"
#include "gateway/fhir/search.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace ip::fhir;  // NOLINT
  std::string_view rest = ip::fuzz::View(data, size);
  const std::string_view query = ip::fuzz::TakeLine(rest);
  if (const auto search = Search::Read("Goal", query); search.ok()) {
    const std::string link = search->Link("https://x/");
    const size_t from = link.find('?');
    const auto again =
        Search::Read("Goal", from == link.npos ? "" : std::string_view(link).substr(from + 1));
    ip::fuzz::Must(again.ok() && again->Link("https://x/") == link);
    PlanNameOf(search->Plan());
  }
  AccessLogEntryNameOf(query);
  const auto bundle = ReadResource(rest);
  if (!bundle.ok()) return 0;
  NationalIdOf(*bundle);
  const auto plan = FromBundle(*bundle);
  if (!plan.ok()) return 0;
  GoalsToBring(*plan);
  ActivitiesToBring(*plan);
  Opening(*plan, NationalIdOf(*bundle), {}, std::string(64, 'a'));
  Content(*plan, "plans/x", true, std::string(64, 'a'));
  const std::string text = ToBundle(ToResources(*plan), "collection", "https://x/").dump();
  const auto again = ReadResource(text);
  ip::fuzz::Must(again.ok() && FromBundle(*again).ok());
  return 0;
}
