#include "lib/auth/jose.h"

#include <gtest/gtest.h>

#include <thread>

#include "lib/base/errors.h"

namespace ip::auth {
namespace {

TEST(ParseStrictJson, TakesOneObjectAndNothingDoubtful) {
  EXPECT_TRUE(ParseStrictJson(R"({"a":{"b":1},"c":[{"b":2},{"b":3}]})").ok());
  const std::string deep = R"({"a":)" + std::string(15, '[') + std::string(15, ']') + "}";
  EXPECT_TRUE(ParseStrictJson(deep).ok());
  for (const std::string& wrong :
       {std::string(), std::string("[]"), std::string("1"), std::string(R"({"a":1,"a":1})"),
        std::string(R"({"x":{"a":1,"b":2,"a":3}})"), std::string(R"([{"a":1,"a":2}])"),
        std::string(R"({"a":1} x)"), std::string(R"({"a":1,})"), std::string(R"({'a':1})"),
        std::string("{\"a\":\"\xff\"}"), std::string(R"({"a":1}{})"),
        R"({"a":)" + std::string(17, '[') + std::string(17, ']') + "}", std::string(8000, '[')}) {
    EXPECT_FALSE(ParseStrictJson(wrong).ok()) << wrong;
  }
}

TEST(Jwk, TakesOnlySignatureKeysOfKnownKinds) {
  using nlohmann::json;
  const json good = NewSigningKey("gateway");
  const auto with = [&good](const char* name, const json& value) {
    json out = good;
    out[name] = value;
    return out;
  };
  ASSERT_TRUE(Jwk::Parse(good).ok());
  EXPECT_EQ(Jwk::Parse(good)->issuer(), "gateway");
  for (const json& wrong :
       {json(), json("x"), json{{"kty", "oct"}, {"k", "c2VjcmV0"}}, with("use", "enc"),
        with("alg", "HS256"), with("alg", "none"), with("alg", "ES384"), with("crv", "P-521"),
        json{{"kty", "EC"}, {"crv", "P-256"}},
        json{{"kty", "RSA"}, {"n", "AQAB"}, {"e", "AQAB"}}}) {
    EXPECT_FALSE(Jwk::Parse(wrong).ok()) << wrong;
  }
  EXPECT_FALSE(Jwk::Parse(PublicPart(good))->Sign({}, {{"a", 1}}).ok());
}

TEST(Jwk, MayBeUsedByManyThreads) {
  const Jwk key = *Jwk::Parse(NewSigningKey("gateway"));
  const std::string token = *key.Sign({{"typ", "JWT"}}, {{"a", 1}});
  std::vector<std::thread> threads;
  std::atomic<int> good = 0;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int n = 0; n < 100; ++n) {
        good +=
            key.Verifies(token) && key.Verifies(*key.Sign({{"typ", "JWT"}}, {{"n", n}})) ? 1 : 0;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(good, 400);
}

}  // namespace
}  // namespace ip::auth
