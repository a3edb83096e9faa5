#include "lib/base/log.h"

#include <gtest/gtest.h>

namespace ip {
namespace {

TEST(Log, MasksElevenDigitRunsOnly) {
  EXPECT_EQ(MaskNumbers("nr 12345678901!"), "nr ***********!");
  EXPECT_EQ(MaskNumbers("1234567890 123456789012"), "1234567890 123456789012");
}

}  // namespace
}  // namespace ip
