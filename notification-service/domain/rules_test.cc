#include "notification-service/domain/rules.h"

#include <gmock/gmock.h>

namespace ip::notification {
namespace {

using ::testing::HasSubstr;

std::string Set(const std::string& rungs) {
  return R"({"version": "t", "validFrom": "2026-01-01", "ladders": [{"kind": "PLAN_EVALUATION", "rungs": [)" +
         rungs + "]}]}";
}

TEST(Rules, TheShippedSetIsSoundAndCoversEveryKind) {
  const auto rules = Rules::LoadDirectory(IP_RULES_DIR);
  ASSERT_TRUE(rules.ok()) << rules.status();
  const RuleSet& today = rules->On(absl::CivilDay(2026, 11, 22));
  for (int kind = Obligation::Kind_MIN + 1; kind <= Obligation::Kind_MAX; ++kind) {
    // What has no ladder is told at once.
    if (!Obligation::Kind_IsValid(kind) || kind == Obligation::RECIPIENT_UNREACHABLE) continue;
    EXPECT_NE(FindLadder(today, static_cast<Obligation::Kind>(kind)), nullptr) << kind;
  }
}

TEST(Rules, ReadsSteps) {
  EXPECT_EQ(ParseStep("-14d")->offset, -14);
  EXPECT_TRUE(ParseStep("+2wd")->working_days);
  EXPECT_FALSE(ParseStep("open+2wd")->from_due);
  EXPECT_FALSE(ParseStep("now")->from_due);
  for (const char* bad :
       {"", "14d", "-14", "open-2d", "open+0d", "soon", "+x1d", "-500d", "- 1d1"}) {
    EXPECT_FALSE(ParseStep(bad).ok()) << bad;
  }
}

TEST(Rules, RefusesWhatCannotBeMeant) {
  const auto why = [](const std::string& json) {
    return std::string(ParseRuleSet(json).status().message());
  };
  EXPECT_THAT(why("{"), HasSubstr("not a rule set"));
  EXPECT_THAT(why(R"({"version": "t", "validFrom": "soon"})"), HasSubstr("valid_from"));
  EXPECT_THAT(why(Set(R"({"at": "-1d", "to": ["OWNER"], "class": "B", "colour": 1})")),
              HasSubstr("not a rule set"));
  EXPECT_THAT(why(Set(R"({"at": "-1d", "class": "B"})")), HasSubstr("nobody"));
  EXPECT_THAT(why(Set(R"({"at": "-1d", "to": ["OWNER"]})")), HasSubstr("class"));
  EXPECT_THAT(why(Set(R"({"at": "-1d", "to": ["OWNER"], "class": "B"},
                         {"at": "-7d", "to": ["OWNER"], "class": "B"})")),
              HasSubstr("out of order"));
}

TEST(Rules, TheMostSpecificOverrideDecides) {
  const auto rules = ParseRuleSet(R"({"version": "t", "validFrom": "2026-01-01",
    "ladders": [{"kind": "ACTIVITY_DUE", "rungs": [{"at": "-1d", "to": ["RESPONSIBLE"], "class": "B"}]}],
    "overrides": [
      {"aggregate": "plans/p", "ladders": [{"kind": "ACTIVITY_DUE", "rungs":
        [{"at": "-2d", "to": ["RESPONSIBLE"], "class": "B"}]}]},
      {"municipalityCode": "4699", "planType": "CHILD", "ladders": [{"kind": "ACTIVITY_DUE", "rungs":
        [{"at": "-3d", "to": ["RESPONSIBLE"], "class": "B"}]}]},
      {"municipalityCode": "4699", "ladders": [{"kind": "ACTIVITY_DUE", "rungs":
        [{"at": "-4d", "to": ["RESPONSIBLE"], "class": "B"}]}]}]})");
  ASSERT_TRUE(rules.ok()) << rules.status();
  const auto first = [&](const char* aggregate, const char* municipality, const char* type) {
    ObligationEvent event;
    event.set_aggregate(aggregate);
    event.set_municipality_code(municipality);
    event.set_plan_type(type);
    return FindLadder(*rules, event, Obligation::ACTIVITY_DUE)->rungs(0).at();
  };
  EXPECT_EQ(first("plans/q", "4698", ""), "-1d");
  EXPECT_EQ(first("plans/q", "4698", "CHILD"), "-1d");
  EXPECT_EQ(first("plans/q", "4699", ""), "-4d");
  EXPECT_EQ(first("plans/q", "4699", "CHILD"), "-3d");
  EXPECT_EQ(first("plans/p", "4699", "CHILD"), "-2d");
  EXPECT_THAT(
      std::string(ParseRuleSet(R"({"version": "t", "validFrom": "2026-01-01", "overrides": [{}]})")
                      .status()
                      .message()),
      HasSubstr("override needs"));
}

TEST(Rules, TheNewestValidSetHolds) {
  const auto set = [](const std::string& version, const std::string& from) {
    RuleSet rules;
    rules.set_version(version);
    rules.set_valid_from(from);
    return rules;
  };
  const Rules rules({set("b", "2027-01-01"), set("a", "2026-01-01")});
  EXPECT_EQ(rules.On(absl::CivilDay(2025, 12, 31)).version(), "");
  EXPECT_EQ(rules.On(absl::CivilDay(2026, 12, 31)).version(), "a");
  EXPECT_EQ(rules.On(absl::CivilDay(2027, 1, 1)).version(), "b");
}

TEST(Dates, RefuseWhatIsNoDate) {
  google::type::Date date = ToDate(absl::CivilDay(2026, 2, 28));
  EXPECT_EQ(ToDay(date), absl::CivilDay(2026, 2, 28));
  date.set_day(30);
  EXPECT_EQ(ToDay(date), std::nullopt);
  EXPECT_EQ(ToDay({}), std::nullopt);
}

}  // namespace
}  // namespace ip::notification
