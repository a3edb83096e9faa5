#include "lib/base/errors.h"

#include <gtest/gtest.h>

#include <vector>

namespace ip {
namespace {

TEST(Errors, SaysEveryViolationAtOnce) {
  Violations violations;
  EXPECT_TRUE(violations.ToStatus().ok());
  violations.Add("plan.period.start_date", "is required");
  violations.Add("plan.language", "must be nb, nn, se or en");
  const auto rpc = ToRpcStatus(violations.ToStatus());
  EXPECT_EQ(rpc.code(), static_cast<int>(absl::StatusCode::kInvalidArgument));
  ASSERT_EQ(rpc.details_size(), 2);
  google::rpc::BadRequest bad;
  for (const auto& detail : rpc.details()) detail.UnpackTo(&bad);
  ASSERT_EQ(bad.field_violations_size(), 2);
  EXPECT_EQ(bad.field_violations(1).field(), "plan.language");
}

TEST(Errors, SurvivesTheWire) {
  const auto status =
      StateForbids("PLAN_STATE_FORBIDS_ACTION", "DRAFT", "CompletePlan", "Activate it.");
  const auto back = FromRpcStatus(ToRpcStatus(status));
  EXPECT_EQ(back.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(ReasonOf(back), "PLAN_STATE_FORBIDS_ACTION");
  EXPECT_EQ(back.message(), status.message());
}

TEST(Errors, GivesDetailsInOneOrder) {
  std::vector<absl::Status> statuses;
  for (int i = 0; i < 100; ++i) statuses.push_back(InvalidField("plan.language", "is unknown"));
  for (const auto& status : statuses) {
    const auto rpc = ToRpcStatus(status);
    ASSERT_EQ(rpc.details_size(), 2);
    EXPECT_TRUE(rpc.details(0).Is<google::rpc::ErrorInfo>());
    EXPECT_TRUE(rpc.details(1).Is<google::rpc::BadRequest>());
  }
}

TEST(Errors, CutsLongTextsWithoutSplittingACharacter) {
  std::string text(1020, 'a');
  text += "ååå";
  const auto rpc = ToRpcStatus(Error(absl::StatusCode::kInternal, "X", text));
  EXPECT_LE(rpc.message().size(), 1024u);
  EXPECT_TRUE(rpc.message().ends_with("..."));
}

}  // namespace
}  // namespace ip
