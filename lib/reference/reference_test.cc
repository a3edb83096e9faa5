#include "lib/reference/reference.h"

#include <gtest/gtest.h>

namespace ip {
namespace {

constexpr char kData[] = R"({
  "version": "test",
  "municipalities": [{"code": "4699", "displayName": "Fjordvik kommune"}],
  "organizations": [{"name": "organizations/999990001", "displayName": "Koordinerende enhet"}],
  "units": [{"name": "units/fjordvik", "organization": "organizations/999990001",
             "municipalityCodes": ["4699"]}]})";

TEST(Reference, FindsTheUnitOfAMunicipalityAndOfItsCaseWorkers) {
  const auto reference = Reference::Parse(kData);
  ASSERT_TRUE(reference.ok()) << reference.status();
  ASSERT_NE(reference->UnitOfMunicipality("4699"), nullptr);
  EXPECT_EQ(reference->UnitOfMunicipality("4699")->name(), "units/fjordvik");
  EXPECT_EQ(reference->UnitOfOrganization("organizations/999990001")->name(), "units/fjordvik");
  EXPECT_EQ(reference->UnitOfMunicipality("0301"), nullptr);
}

TEST(Reference, RefusesAUnitOfAnUnknownMunicipality) {
  std::string broken = kData;
  broken.replace(broken.find("[\"4699\"]"), 8, "[\"0301\"]");
  const auto reference = Reference::Parse(broken);
  EXPECT_EQ(reference.status().code(), absl::StatusCode::kInvalidArgument);
}

TEST(Reference, RefusesUnknownFields) { EXPECT_FALSE(Reference::Parse(R"({"unitz": []})").ok()); }

}  // namespace
}  // namespace ip
