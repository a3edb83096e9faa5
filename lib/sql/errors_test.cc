#include "lib/sql/errors.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "lib/base/errors.h"

namespace ip::sql {
namespace {

TEST(ErrorsTest, UnknownNumbersAreInternalAndCostTheConnection) {
  for (int number : {0, -1, 2014, 2030, 2999, 9999}) {
    EXPECT_EQ(RuleFor(number).code, absl::StatusCode::kInternal) << number;
    EXPECT_EQ(RuleFor(number).fate, Fate::kDiscard) << number;
    EXPECT_FALSE(RuleFor(number).retry) << number;
  }
}

TEST(ErrorsTest, OnlyACertainRollbackMayBeRetriedAfterCommit) {
  EXPECT_TRUE(RuleFor(1213).undone_at_commit);
  for (int number : {1047, 1180, 1317, 1969, 2006, 2013}) {
    EXPECT_FALSE(RuleFor(number).undone_at_commit) << number;
  }
}

TEST(ErrorsTest, ACommitWithoutAnswerIsRecognised) {
  EXPECT_TRUE(IsCommitOutcomeUnknown(CommitOutcomeUnknown()));
  EXPECT_FALSE(IsCommitOutcomeUnknown(MaskedStatus(absl::StatusCode::kUnavailable)));
}

TEST(ErrorsTest, EveryMaskedStatusHasAReason) {
  for (int code = 1; code <= 16; ++code) {
    EXPECT_NE(ReasonOf(MaskedStatus(static_cast<absl::StatusCode>(code))), "") << code;
  }
}

}  // namespace
}  // namespace ip::sql
