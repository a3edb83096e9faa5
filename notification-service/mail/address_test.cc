#include "notification-service/mail/address.h"

#include <gtest/gtest.h>

#include "absl/strings/match.h"

namespace ip::notification {
namespace {

TEST(Address, TakesWhatRelaysTake) {
  EXPECT_EQ(*NormalizeAddress("kari.nordmann+ip@Example.NO"), "kari.nordmann+ip@example.no");
  EXPECT_EQ(*NormalizeAddress("post@blåbær.no"), "post@xn--blbr-roah.no");
}

TEST(Address, RefusesTheRestWithoutRepeatingIt) {
  for (const std::string bad :
       {"", "@x.no", "a@", "a@b@c.no", "a b@x.no", "a@x.no\r\nBcc: b@y.no", "a\r\n@x.no",
        "<a@x.no>", "\"a b\"@x.no", "kåre@x.no", ".a@x.no", "a..b@x.no", "a@x y.no", "a@x.no>"}) {
    const auto result = NormalizeAddress(bad);
    EXPECT_FALSE(result.ok()) << bad;
    EXPECT_TRUE(bad.size() < 4 || !absl::StrContains(result.status().message(), bad));
  }
}

}  // namespace
}  // namespace ip::notification
