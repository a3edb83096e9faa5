#include "lib/base/id.h"

#include <gtest/gtest.h>

#include <regex>

#include "lib/base/derived_id.h"

namespace ip {
namespace {

TEST(Id, IsAVersion7UuidThatSortsByTime) {
  const absl::Time t = absl::FromUnixSeconds(1'800'000'000);
  const std::string early = NewId(t), late = NewId(t + absl::Milliseconds(1));
  EXPECT_TRUE(std::regex_match(
      early, std::regex("[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")));
  EXPECT_LT(early, late);
}

TEST(Etag, ChangesWithVersionAndName) {
  EXPECT_NE(MakeEtag("plans/a", 1), MakeEtag("plans/a", 2));
  EXPECT_NE(MakeEtag("plans/a", 1), MakeEtag("plans/b", 1));
  EXPECT_EQ(MakeEtag("plans/a", 1), MakeEtag("plans/a", 1));
}

TEST(DerivedId, IsAUuidThatFollowsFromItsSeed) {
  EXPECT_TRUE(IsUuid(DerivedId("a")));
  EXPECT_EQ(DerivedId("a"), DerivedId("a"));
  EXPECT_NE(DerivedId("a"), DerivedId("b"));
  EXPECT_EQ(DerivedId("a")[14], '8');
}

}  // namespace
}  // namespace ip
