// What many calls share at once: caches of keys, of tokens, and of what must not come twice.
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <atomic>
#include <filesystem>
#include <fstream>

#include "absl/strings/str_cat.h"
#include "lib/auth/expiring_cache.h"
#include "lib/auth/internal_token.h"
#include "lib/auth/jose.h"
#include "lib/auth/jwks_cache.h"
#include "lib/base/id.h"
#include "lib/base/log.h"
#include "lib/testing/parallel.h"

namespace ip::auth {
namespace {

using nlohmann::json;

constexpr int kThreads = 8;
constexpr char kIssuer[] = "https://idp.example";

// A clock that threads may move.
class SharedClock final : public Clock {
 public:
  absl::Time Now() const override { return absl::FromUnixSeconds(seconds); }
  std::atomic<int64_t> seconds = 1'800'000'000;
};

TEST(ExpiringCacheThreads, OneOfManyIsTheFirst) {
  ExpiringCache<std::string> cache(100'000);
  const absl::Time now = SystemClock().Now();
  std::atomic<int> first = 0;
  ip::testing::InParallel(kThreads, [&](int) {
    for (int n = 0; n < 500; ++n) {
      const std::string key = absl::StrCat("proof-", n);
      using Added = ExpiringCache<std::string>::Added;
      if (cache.Add(key, key, now + absl::Minutes(1), now) == Added::kNew) ++first;
      EXPECT_EQ(cache.Find(key, now), key);
    }
  });
  EXPECT_EQ(first, 500);
}

TEST(ExpiringCacheThreads, AFullOneForgetsAndAnswersOnlyWhatWasPut) {
  ExpiringCache<std::string> cache(16);
  const absl::Time now = SystemClock().Now();
  ip::testing::InParallel(kThreads, [&](int i) {
    for (int n = 0; n < 500; ++n) {
      const std::string key = absl::StrCat(i, "-", n % 40);
      cache.Put(key, key, now + absl::Minutes(1), now);
      if (const auto found = cache.Find(key, now)) EXPECT_EQ(*found, key);
    }
  });
}

// Keys are rotated, grow old and the issuer goes away, while all threads look for them.
TEST(JwksCacheThreads, ServesWhileKeysAreFetched) {
  InitLog("test", Severity::kError);
  SharedClock clock;
  json key = NewSigningKey("");
  key["kid"] = "k";
  const std::string jwks = json{{"keys", {PublicPart(key)}}}.dump();
  std::atomic<bool> down = false;
  std::atomic<int> fetches = 0, fetching = 0;
  JwksCache keys(
      kIssuer,
      [&](const std::string& url) -> absl::StatusOr<HttpAnswer> {
        EXPECT_EQ(++fetching, 1) << "one fetches, for all";
        ++fetches;
        --fetching;
        if (down) return absl::UnavailableError("down");
        if (url == absl::StrCat(kIssuer, "/jwks")) return HttpAnswer{200, jwks, absl::Minutes(1)};
        return HttpAnswer{
            200, json{{"issuer", kIssuer}, {"jwks_uri", absl::StrCat(kIssuer, "/jwks")}}.dump(),
            absl::ZeroDuration()};
      },
      clock);
  ip::testing::InParallel(kThreads, [&](int i) {
    for (int n = 0; n < 300; ++n) {
      const auto found = keys.Find("k");
      ASSERT_TRUE(found.ok()) << found.status();
      EXPECT_EQ(found->kid(), "k");
      if (n % 3 == 0) EXPECT_FALSE(keys.Find("unknown").ok());
      if (n % 10 == 0) EXPECT_TRUE(keys.Metadata().ok());
      if (i == 0) {
        clock.seconds += 20;
        down = n % 7 == 0 && n > 10;
      }
    }
  });
  EXPECT_GT(fetches, 20);
  EXPECT_LT(fetches, kThreads * 300);
}

TEST(InternalTokenThreads, AreSignedAndVerifiedAtOnce) {
  const std::string dir = ::testing::TempDir() + "threads-" + NewToken(8);
  std::filesystem::create_directories(dir);
  const json key = NewSigningKey("gateway");
  const auto write = [&](const char* name, const json& value) {
    const std::string path = absl::StrCat(dir, "/", name);
    std::ofstream(path) << value;
    chmod(path.c_str(), 0600);
    return path;
  };
  const auto signer = *TokenSigner::Load(write("gateway.jwk", key));
  const auto verifier = *TokenVerifier::Load(write("jwks.json", json{{"keys", {PublicPart(key)}}}));
  ip::testing::InParallel(kThreads, [&](int i) {
    for (int n = 0; n < 100; ++n) {
      Caller caller;
      caller.role = individuellplan::type::v1::CITIZEN;
      caller.person = absl::StrCat("persons/", n % 2 == 0 ? 0 : i);
      const auto token = signer->Sign(caller, "plan-service");
      ASSERT_TRUE(token.ok()) << token.status();
      const auto read = verifier->Verify(*token, "plan-service");
      ASSERT_TRUE(read.ok()) << read.status();
      EXPECT_EQ(read->person, caller.person);
    }
  });
  std::filesystem::remove_all(dir);
}

}  // namespace
}  // namespace ip::auth
