#include "gateway/fhir/search.h"

#include <gtest/gtest.h>

#include "lib/base/errors.h"

namespace ip::fhir {
namespace {

constexpr char kBase[] = "https://ip.example.no/fhir/R4/";

TEST(FhirSearch, TheNextPageIsTheSameSearch) {
  const auto search = Search::Read(
      "CarePlan", "status=active&subject=Patient%2F01&_count=20&_page=a%3D&_format=json");
  ASSERT_TRUE(search.ok()) << search.status();
  EXPECT_EQ(search->Plan(), "01");
  EXPECT_EQ(search->page(), "a=");
  EXPECT_EQ(search->page_size(), 20);
  const std::string next = search->Link(kBase, "b+");
  EXPECT_EQ(next,
            "https://ip.example.no/fhir/R4/CarePlan?_count=20&patient=Patient%2F01&status=active"
            "&_page=b%2B");
  const auto again = Search::Read("CarePlan", next.substr(next.find('?') + 1));
  EXPECT_EQ(again->page(), "b+");
  EXPECT_EQ(again->Link(kBase), next);
}

TEST(FhirSearch, FiltersByWhatWasAskedFor) {
  const auto search = Search::Read("Goal", "lifecycle-status=active");
  ASSERT_TRUE(search.ok());
  Json goal = {{"resourceType", "Goal"}, {"id", "g"}, {"lifecycleStatus", "active"}};
  EXPECT_TRUE(search->Fits(goal));
  goal["lifecycleStatus"] = "planned";
  EXPECT_FALSE(search->Fits(goal));
  EXPECT_TRUE(Search::Read("Goal", "lifecycle-status=active%2Cplanned")->Fits(goal));
  EXPECT_FALSE(Search::Read("Goal", "lifecycle-status=active,completed")->Fits(goal));
}

TEST(FhirSearch, RefusesWhatItWouldHaveToPassOver) {
  for (const char* query :
       {"priority=high", "lifecycle-status:not=active", "patient=Patient/a,Patient/b", "_id=a,b",
        "lifecycle-status=active&lifecycle-status=planned", "patient=a&subject=a",
        "lifecycle-status=http%3A%2F%2Fx%7Cactive", "_format=xml"}) {
    EXPECT_EQ(ReasonOf(Search::Read("Goal", query).status()), "FHIR_NOT_SUPPORTED") << query;
  }
  for (const char* count : {"_count=0", "_count=-1", "_count=many"}) {
    EXPECT_EQ(ReasonOf(Search::Read("Goal", count).status()), "INVALID_REQUEST") << count;
  }
  EXPECT_EQ(Search::Read("Goal", "_count=5000")->page_size(), 200);
}

}  // namespace
}  // namespace ip::fhir
