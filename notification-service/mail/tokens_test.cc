#include "notification-service/mail/tokens.h"

#include <gmock/gmock.h>

namespace ip::notification {
namespace {

const std::string kKey(32, 'k');
constexpr char kId[] = "01936f0a-0000-7000-8000-0123456789ab";

TEST(OptOutToken, OnlyOursIsRead) {
  const std::string token = OptOutToken(kKey, kId);
  EXPECT_EQ(token, OptOutToken(kKey, kId));
  EXPECT_EQ(token.size(), 43u);
  EXPECT_EQ(ReadOptOutToken(kKey, token), kId);
  EXPECT_FALSE(ReadOptOutToken(std::string(32, 'x'), token));
  for (size_t i = 0; i < token.size(); ++i) {
    std::string forged = token;
    forged[i] = forged[i] == 'A' ? 'B' : 'A';
    EXPECT_FALSE(ReadOptOutToken(kKey, forged)) << i;
  }
  for (const char* none : {"", "AAAA", kId}) EXPECT_FALSE(ReadOptOutToken(kKey, none));
}

TEST(MessageIdOf, IsTheSameForTheSameMessageAndTellsNothing) {
  const std::string id = MessageId(kKey, "plans/secret", "x.no");
  EXPECT_EQ(id, MessageId(kKey, "plans/secret", "x.no"));
  EXPECT_NE(id, MessageId(kKey, "plans/other", "x.no"));
  EXPECT_THAT(id, ::testing::MatchesRegex("n\\.[0-9a-f]+@x\\.no"));
}

}  // namespace
}  // namespace ip::notification
