// For tests: plans in FHIR, one Bundle a line.
//   fhir-roundtrip generate N       N generated plans
//   fhir-roundtrip check [BASE]     reads Bundles, imports and exports each, compares the bytes
#include <iostream>

#include "absl/strings/numbers.h"
#include "gateway/fhir/plan.h"
#include "gateway/fhir/testing/random_plan.h"

namespace ip::fhir {
namespace {

constexpr char kBase[] = "https://ip.example.no/fhir/R4/";

int Generate(unsigned count) {
  for (unsigned seed = 0; seed < count; ++seed) {
    std::cout << ToBundle(ToResources(testing::RandomPlan(seed)), "collection", kBase).dump()
              << "\n";
  }
  return 0;
}

int Check(const std::string& base) {
  int count = 0, differences = 0;
  for (std::string line; std::getline(std::cin, line); ++count) {
    const auto plan = FromBundle(Json::parse(line, nullptr, false));
    if (!plan.ok() || ToBundle(ToResources(*plan), "collection", base).dump() != line) {
      ++differences;
      std::cerr << "line " << count + 1 << ": "
                << (plan.ok() ? "other bytes" : plan.status().ToString()) << "\n";
    }
  }
  std::cout << count << " plans, " << differences << " differences\n";
  return differences > 0 || count == 0 ? 1 : 0;
}

}  // namespace
}  // namespace ip::fhir

int main(int argc, char** argv) {
  const std::string mode = argc > 1 ? argv[1] : "";
  const std::string argument = argc > 2 ? argv[2] : "";
  unsigned count = 0;
  if (mode == "generate" && absl::SimpleAtoi(argument, &count)) return ip::fhir::Generate(count);
  if (mode == "check") return ip::fhir::Check(argument.empty() ? ip::fhir::kBase : argument);
  std::cerr << "fhir-roundtrip generate N | check [BASE]\n";
  return 2;
}
