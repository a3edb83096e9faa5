#include "lib/base/paging.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "lib/base/errors.h"

namespace ip {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Pair;

TEST(PageSize, IsCoerced) {
  EXPECT_EQ(PageSize(0), 50);
  EXPECT_EQ(PageSize(7), 7);
  EXPECT_EQ(PageSize(5000), 200);
}

TEST(PageToken, ComesBackWithTheSameArgumentsOnly) {
  const std::string token = MakePageToken({"2026-11-22", "plans/a"}, "caller|filter");
  EXPECT_THAT(*ReadPageToken(token, "caller|filter"), ElementsAre("2026-11-22", "plans/a"));
  EXPECT_TRUE(absl::IsInvalidArgument(ReadPageToken(token, "other|filter").status()));
  EXPECT_TRUE(absl::IsInvalidArgument(ReadPageToken("!!", "caller|filter").status()));
  EXPECT_THAT(*ReadPageToken("", "caller|filter"), IsEmpty());
}

TEST(PageToken, IsUrlSafe) {
  const std::string token = MakePageToken({"\xff\xfe??\?>>>"}, "x");
  EXPECT_EQ(
      token.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"),
      token.npos);
}

TEST(Filter, ReadsTermsJoinedByAnd) {
  EXPECT_THAT(*ParseFilter("", {"state"}), IsEmpty());
  EXPECT_THAT(*ParseFilter(" state = \"ACTIVE\"  AND unit=\"units/a\" ", {"state", "unit"}),
              ElementsAre(Pair("state", "ACTIVE"), Pair("unit", "units/a")));
}

TEST(Filter, NamesThePositionOfAMistake) {
  const auto reject = [](std::string_view filter) {
    const auto terms = ParseFilter(filter, {"state", "unit"});
    EXPECT_TRUE(absl::IsInvalidArgument(terms.status())) << filter;
    return std::string(terms.status().message());
  };
  EXPECT_THAT(reject("name = \"x\""), HasSubstr("position 1: expected one of state, unit"));
  EXPECT_THAT(reject("state > \"x\""), HasSubstr("position 7: expected ="));
  EXPECT_THAT(reject("state = x"), HasSubstr("position 9: expected a value"));
  EXPECT_THAT(reject("state = \"x\" OR unit = \"y\""), HasSubstr("position 13: expected AND"));
  reject("state = \"x\" AND state = \"y\"");
  reject("state = \"x");
}

}  // namespace
}  // namespace ip
