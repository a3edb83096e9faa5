#include "lib/auth/access_token.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <jansson.h>
extern "C" {
#include <jose/jose.h>
}

#include <map>

#include "lib/auth/jose.h"
#include "lib/base/errors.h"
#include "lib/base/id.h"
#include "lib/crypto/base64url.h"

namespace ip::auth {
namespace {

using nlohmann::json;

constexpr int64_t kNow = 1'800'000'000;
constexpr char kIssuer[] = "https://idp.example";
constexpr char kAudience[] = "urn:individuellplan";
constexpr char kUrl[] = "https://ip.example/individuellplan.plan.v1.PlanService/GetPlan";

class FixedClock final : public Clock {
 public:
  absl::Time Now() const override { return time; }
  absl::Time time = absl::FromUnixSeconds(kNow);
};

json NewRsaKey(const char* kid) {
  json_t* jwk = json_pack("{s:s,s:i}", "kty", "RSA", "bits", 2048);
  EXPECT_TRUE(jose_jwk_gen(nullptr, jwk));
  char* text = json_dumps(jwk, 0);
  json out = json::parse(text);
  free(text);
  json_decref(jwk);
  out["kid"] = kid;
  return out;
}

json With(json base, const char* name, const json& value) {
  value.is_null() ? void(base.erase(name)) : void(base[name] = value);
  return base;
}

// An issuer whose answers a test can change.
class FakeIssuer {
 public:
  void Publish(const std::vector<json>& private_keys) {
    json set{{"keys", json::array()}};
    for (const json& key : private_keys) set["keys"].push_back(PublicPart(key));
    jwks = set.dump();
  }

  HttpGet Get() {
    return [this](const std::string& url) -> absl::StatusOr<HttpAnswer> {
      if (down) return absl::UnavailableError("down");
      if (url == std::string(kIssuer) + "/.well-known/openid-configuration") {
        return HttpAnswer{200, metadata.dump(), absl::ZeroDuration()};
      }
      if (url != "https://idp.example/jwks") return HttpAnswer{404, "", absl::ZeroDuration()};
      ++fetches;
      return HttpAnswer{status, jwks, max_age};
    };
  }

  json metadata{{"issuer", kIssuer}, {"jwks_uri", "https://idp.example/jwks"}};
  std::string jwks;
  absl::Duration max_age = absl::Minutes(10);
  int status = 200;
  bool down = false;
  int fetches = 0;
};

class OutsideToken : public testing::Test {
 protected:
  OutsideToken() {
    key_["kid"] = "k1";
    key_.erase("iss");
    issuer_.Publish({key_});
    keys_ = std::make_shared<JwksCache>(kIssuer, issuer_.Get(), clock_);
    verifier_ = std::make_unique<AccessTokenVerifier>(
        std::vector<TrustedIssuer>{{keys_, kAudience, false}}, clock_);
  }

  static std::string Sign(const json& key, const json& header, const json& claims,
                          const std::string& rsa_alg = "RS256") {
    return *Jwk::Parse(key, rsa_alg)->Sign(header, claims);
  }
  std::string Token(const json& claims) const { return Sign(key_, {{"typ", "at+jwt"}}, claims); }

  absl::StatusOr<TokenClaims> Verify(const std::string& token) {
    return verifier_->Verify({"Bearer " + token, "", "POST", kUrl});
  }
  std::string Reason(const std::string& token) { return ReasonOf(Verify(token).status()); }

  FixedClock clock_;
  FakeIssuer issuer_;
  json key_ = NewSigningKey("");
  std::shared_ptr<JwksCache> keys_;
  std::unique_ptr<AccessTokenVerifier> verifier_;
  const json claims_{{"iss", kIssuer},
                     {"aud", kAudience},
                     {"sub", "fjordvik-journal"},
                     {"iat", kNow - 10},
                     {"exp", kNow + 600},
                     {"client_id", "fjordvik-journal"},
                     {"scope", "individuellplan/notices.write other"}};
};

TEST_F(OutsideToken, SaysWhatItClaims) {
  const auto got = Verify(Token(claims_));
  ASSERT_TRUE(got.ok()) << got.status();
  EXPECT_EQ(got->issuer, kIssuer);
  EXPECT_EQ(got->client_id, "fjordvik-journal");
  EXPECT_EQ(got->expires, absl::FromUnixSeconds(kNow + 600));
  EXPECT_TRUE(got->HasScope("individuellplan/notices.write"));
  EXPECT_FALSE(got->HasScope("individuellplan/notices"));
  EXPECT_EQ(got->claims["sub"], "fjordvik-journal");
  const auto list = Verify(Token(With(claims_, "scope", json::array({"a", 1, "b"}))));
  EXPECT_THAT(list->scopes, testing::ElementsAre("a", "b"));
  EXPECT_TRUE(Verify(Token(With(claims_, "aud", json::array({"other", kAudience})))).ok());
}

TEST_F(OutsideToken, HostileOnesAreRefused) {
  json stranger = NewSigningKey("");
  stranger["kid"] = "k1";
  json unknown = NewSigningKey("");
  const struct {
    const char* what;
    std::string token;
    const char* reason;
  } cases[] = {
      {"nothing", "", "TOKEN_MISSING"},
      {"garbage", "garbage", "TOKEN_INVALID"},
      {"huge", std::string(9000, 'x'), "TOKEN_INVALID"},
      {"id token as access token", Sign(key_, {{"typ", "JWT"}}, claims_), "TOKEN_INVALID"},
      {"no typ", Sign(key_, json::object(), claims_), "TOKEN_INVALID"},
      {"crit", Sign(key_, {{"typ", "at+jwt"}, {"crit", {"x"}}}, claims_), "TOKEN_INVALID"},
      {"stranger's key, sent along",
       Sign(stranger, {{"typ", "at+jwt"}, {"jwk", PublicPart(stranger)}}, claims_),
       "TOKEN_INVALID"},
      {"unknown kid", Sign(unknown, {{"typ", "at+jwt"}}, claims_), "TOKEN_INVALID"},
      {"no kid", Sign(With(key_, "kid", nullptr), {{"typ", "at+jwt"}}, claims_), "TOKEN_INVALID"},
      {"issuer not trusted", Token(With(claims_, "iss", "https://evil.example")), "TOKEN_INVALID"},
      {"no issuer", Token(With(claims_, "iss", nullptr)), "TOKEN_INVALID"},
      {"other audience", Token(With(claims_, "aud", "other")), "TOKEN_WRONG_AUDIENCE"},
      {"no audience", Token(With(claims_, "aud", nullptr)), "TOKEN_WRONG_AUDIENCE"},
      {"expired", Token(With(claims_, "exp", kNow - 30)), "TOKEN_EXPIRED"},
      {"no exp", Token(With(claims_, "exp", nullptr)), "TOKEN_EXPIRED"},
      {"future", Token(With(claims_, "iat", kNow + 31)), "TOKEN_INVALID"},
      {"no iat", Token(With(claims_, "iat", nullptr)), "TOKEN_INVALID"},
      {"not yet", Token(With(claims_, "nbf", kNow + 31)), "TOKEN_INVALID"},
      {"bound by mTLS", Token(With(claims_, "cnf", {{"x5t#S256", "abc"}})), "TOKEN_INVALID"},
      {"bound by DPoP, sent as bearer", Token(With(claims_, "cnf", {{"jkt", "abc"}})),
       "DPOP_INVALID"},
  };
  for (const auto& c : cases) EXPECT_EQ(Reason(c.token), c.reason) << c.what;
  EXPECT_EQ(ReasonOf(verifier_->Verify({"Basic abc", "", "POST", kUrl}).status()), "TOKEN_MISSING");
  EXPECT_TRUE(Verify(Token(With(claims_, "exp", kNow - 29))).ok()) << "30 s leeway";
}

TEST_F(OutsideToken, RsaKeysKeepTheirAlgorithm) {
  const json rsa = NewRsaKey("rsa");
  issuer_.Publish({rsa});
  EXPECT_EQ(Reason(Sign(rsa, {{"typ", "at+jwt"}}, claims_, "RS256")), "");
  EXPECT_EQ(Reason(Sign(rsa, {{"typ", "at+jwt"}}, claims_, "PS256")), "TOKEN_INVALID");
  JwksCache ps(kIssuer, issuer_.Get(), clock_, "PS256");
  EXPECT_EQ(ps.Find("rsa")->alg(), "PS256");
}

TEST_F(OutsideToken, IsRememberedUntilItExpires) {
  const std::string token = Token(With(claims_, "exp", kNow + 100));
  EXPECT_EQ(Reason(token), "");
  issuer_.down = true;
  clock_.time += absl::Seconds(99);
  EXPECT_EQ(Reason(token), "");
  clock_.time += absl::Seconds(31);
  EXPECT_EQ(Reason(token), "TOKEN_EXPIRED");
}

TEST_F(OutsideToken, KeysMayBeRotatedAtAnyTimeButTheIssuerIsNotHammered) {
  EXPECT_EQ(Reason(Token(claims_)), "");
  EXPECT_EQ(issuer_.fetches, 1);
  json next = NewSigningKey("");
  next["kid"] = "k2";
  const std::string token = Sign(next, {{"typ", "at+jwt"}}, claims_);
  clock_.time += absl::Seconds(29);
  EXPECT_EQ(Reason(token), "TOKEN_INVALID");
  EXPECT_EQ(issuer_.fetches, 1) << "the last fetch was a moment ago";
  issuer_.Publish({key_, next});
  clock_.time += absl::Seconds(1);
  EXPECT_EQ(Reason(token), "");
  EXPECT_EQ(issuer_.fetches, 2);
  for (int i = 0; i < 20; ++i) Reason(Sign(NewSigningKey("x"), {{"typ", "at+jwt"}}, claims_));
  EXPECT_EQ(issuer_.fetches, 2);
}

TEST_F(OutsideToken, OldKeysServeWhileTheIssuerIsAway) {
  EXPECT_TRUE(keys_->Find("k1").ok());
  issuer_.down = true;
  clock_.time += absl::Hours(24);
  EXPECT_TRUE(keys_->Find("k1").ok());
  clock_.time += absl::Minutes(11);
  EXPECT_EQ(ReasonOf(keys_->Find("k1").status()), "ISSUER_UNAVAILABLE");
  issuer_.down = false;
  clock_.time += absl::Seconds(30);
  EXPECT_TRUE(keys_->Find("k1").ok());
}

TEST_F(OutsideToken, KeysAreFetchedAgainWhenOldAndTakenBackKeysAreForgotten) {
  EXPECT_TRUE(keys_->Find("k1").ok());
  clock_.time += absl::Minutes(10) - absl::Seconds(1);
  EXPECT_TRUE(keys_->Find("k1").ok());
  EXPECT_EQ(issuer_.fetches, 1);
  json next = NewSigningKey("");
  next["kid"] = "k2";
  issuer_.Publish({next});
  clock_.time += absl::Seconds(1);
  EXPECT_FALSE(keys_->Find("k1").ok());
  EXPECT_TRUE(keys_->Find("k2").ok());
  EXPECT_EQ(issuer_.fetches, 2);
}

TEST_F(OutsideToken, BadDocumentsAreNoKeys) {
  const auto reason = [&] {
    return ReasonOf(JwksCache(kIssuer, issuer_.Get(), clock_).Find("k1").status());
  };
  const std::string good = issuer_.jwks;
  ASSERT_EQ(reason(), "");
  for (const char* bad :
       {"", "[]", "{}", R"({"keys":[]})", R"({"keys":[{"kty":"oct","k":"AA","kid":"k1"}]})"}) {
    issuer_.jwks = bad;
    EXPECT_EQ(reason(), "ISSUER_UNAVAILABLE") << bad;
  }
  issuer_.jwks = good;
  issuer_.status = 500;
  EXPECT_EQ(reason(), "ISSUER_UNAVAILABLE");
  issuer_.status = 200;
  issuer_.metadata["issuer"] = "https://other.example";
  EXPECT_EQ(reason(), "ISSUER_UNAVAILABLE");
}

class Dpop : public OutsideToken {
 protected:
  Dpop() { token_ = Token(With(claims_, "cnf", {{"jkt", Jwk::Parse(client_)->thumbprint()}})); }

  json Header() const { return {{"typ", "dpop+jwt"}, {"jwk", PublicPart(client_)}}; }
  json Proof() const {
    return {{"htm", "POST"},
            {"htu", kUrl},
            {"iat", absl::ToUnixSeconds(clock_.time)},
            {"jti", NewToken()},
            {"ath", crypto::ToBase64Url(Sha256(token_))}};
  }
  std::string Send(const json& header, const json& proof) {
    return SendRaw(Sign(client_, header, proof));
  }
  std::string SendRaw(const std::string& proof) {
    return ReasonOf(verifier_->Verify({"DPoP " + token_, proof, "POST", kUrl}).status());
  }

  const json client_ = NewSigningKey("");
  std::string token_;
};

TEST_F(Dpop, ProofIsTakenOnce) {
  const std::string proof = Sign(client_, Header(), Proof());
  EXPECT_EQ(SendRaw(proof), "");
  EXPECT_EQ(SendRaw(proof), "DPOP_REPLAYED");
  EXPECT_EQ(Send(Header(), Proof()), "");
  EXPECT_EQ(Send(Header(), With(Proof(), "htu", std::string(kUrl) + "?x=1")), "");
}

TEST_F(Dpop, FalseProofsAreRefused) {
  const json other = NewSigningKey("");
  const json rsa = NewRsaKey("x");
  const struct {
    const char* what;
    std::string proof;
  } cases[] = {
      {"none", ""},
      {"the token itself", token_},
      {"another key", Sign(other, With(Header(), "jwk", PublicPart(other)), Proof())},
      {"another key behind the right one", Sign(other, Header(), Proof())},
      {"RSA key", Sign(rsa, With(Header(), "jwk", PublicPart(rsa)), Proof())},
      {"private key sent along", Sign(client_, With(Header(), "jwk", client_), Proof())},
      {"no key", Sign(client_, With(Header(), "jwk", nullptr), Proof())},
      {"typ", Sign(client_, With(Header(), "typ", "JWT"), Proof())},
      {"method", Sign(client_, Header(), With(Proof(), "htm", "GET"))},
      {"url", Sign(client_, Header(), With(Proof(), "htu", "https://ip.example/other"))},
      {"token", Sign(client_, Header(), With(Proof(), "ath", "abc"))},
      {"no ath", Sign(client_, Header(), With(Proof(), "ath", nullptr))},
      {"no jti", Sign(client_, Header(), With(Proof(), "jti", nullptr))},
      {"long jti", Sign(client_, Header(), With(Proof(), "jti", std::string(300, 'x')))},
      {"old", Sign(client_, Header(), With(Proof(), "iat", kNow - 61))},
      {"future", Sign(client_, Header(), With(Proof(), "iat", kNow + 31))},
      {"no iat", Sign(client_, Header(), With(Proof(), "iat", nullptr))},
  };
  for (const auto& c : cases) EXPECT_EQ(SendRaw(c.proof), "DPOP_INVALID") << c.what;
}

TEST_F(Dpop, SchemeMustFitTheToken) {
  EXPECT_EQ(Reason(token_), "DPOP_INVALID");
  const auto unbound =
      verifier_->Verify({"DPoP " + Token(claims_), Sign(client_, Header(), Proof()), "POST", kUrl});
  EXPECT_EQ(ReasonOf(unbound.status()), "DPOP_INVALID");
  AccessTokenVerifier strict({{keys_, kAudience, true}}, clock_);
  EXPECT_EQ(ReasonOf(strict.Verify({"Bearer " + Token(claims_), "", "POST", kUrl}).status()),
            "DPOP_INVALID");
}

TEST_F(OutsideToken, IdTokenAnswersTheLogin) {
  const ExpectedLogin expected{"individuellplan-gateway", "n0nce", {"idporten-loa-high"}};
  const json good{{"iss", kIssuer},
                  {"aud", "individuellplan-gateway"},
                  {"sub", "x"},
                  {"iat", kNow},
                  {"exp", kNow + 60},
                  {"nonce", "n0nce"},
                  {"auth_time", kNow - 5},
                  {"acr", "idporten-loa-high"}};
  const auto reason = [&](const json& claims, const json& header = json::object()) {
    return ReasonOf(VerifyIdToken(*keys_, Sign(key_, header, claims), expected, clock_).status());
  };
  ASSERT_EQ(reason(good), "");
  EXPECT_EQ(reason(good, {{"typ", "JWT"}}), "");
  EXPECT_EQ(VerifyIdToken(*keys_, Sign(key_, {}, good), expected, clock_)->auth_time,
            absl::FromUnixSeconds(kNow - 5));
  EXPECT_EQ(reason(good, {{"typ", "at+jwt"}}), "TOKEN_INVALID");
  EXPECT_EQ(reason(With(good, "nonce", "other")), "TOKEN_INVALID");
  EXPECT_EQ(reason(With(good, "nonce", nullptr)), "TOKEN_INVALID");
  EXPECT_EQ(reason(With(good, "aud", kAudience)), "TOKEN_WRONG_AUDIENCE");
  EXPECT_EQ(reason(With(good, "aud", {"individuellplan-gateway", "other"})), "TOKEN_INVALID");
  EXPECT_EQ(reason(With(good, "azp", "other")), "TOKEN_INVALID");
  EXPECT_EQ(reason(With(good, "iss", "https://evil.example")), "TOKEN_INVALID");
  EXPECT_EQ(reason(With(good, "exp", kNow - 31)), "TOKEN_EXPIRED");
  EXPECT_EQ(reason(With(good, "auth_time", nullptr)), "TOKEN_INVALID");
  EXPECT_EQ(reason(With(good, "sub", nullptr)), "TOKEN_INVALID");
  EXPECT_EQ(reason(With(good, "acr", "idporten-loa-substantial")), "LOGIN_LEVEL_TOO_LOW");
  EXPECT_EQ(reason(With(good, "acr", nullptr)), "LOGIN_LEVEL_TOO_LOW");
}

TEST_F(OutsideToken, LogoutTokenAnnouncesALogoutAndIsNoOther) {
  const json event{{"http://schemas.openid.net/event/backchannel-logout", json::object()}};
  const json good{{"iss", kIssuer}, {"aud", "gateway"}, {"iat", kNow},    {"exp", kNow + 60},
                  {"sub", "x"},     {"jti", "1"},       {"events", event}};
  const auto reason = [&](const json& claims, const json& header = {{"typ", "logout+jwt"}}) {
    return ReasonOf(
        VerifyLogoutToken(*keys_, Sign(key_, header, claims), "gateway", clock_).status());
  };
  EXPECT_EQ(reason(good), "");
  EXPECT_EQ(reason(With(With(good, "sub", nullptr), "sid", "s")), "");
  EXPECT_EQ(reason(With(good, "sub", nullptr)), "TOKEN_INVALID");
  EXPECT_EQ(reason(With(good, "nonce", "n")), "TOKEN_INVALID");
  EXPECT_EQ(reason(With(good, "events", nullptr)), "TOKEN_INVALID");
  EXPECT_EQ(reason(With(good, "events", {{"other", 1}})), "TOKEN_INVALID");
  EXPECT_EQ(reason(With(good, "aud", "other")), "TOKEN_WRONG_AUDIENCE");
  EXPECT_EQ(reason(With(good, "iss", "https://evil.example")), "TOKEN_INVALID");
  EXPECT_EQ(reason(With(good, "exp", kNow - 31)), "TOKEN_EXPIRED");
  EXPECT_EQ(reason(good, {{"typ", "at+jwt"}}), "TOKEN_INVALID");
}

TEST(CacheControl, IsRead) {
  EXPECT_EQ(MaxAge("public, Max-Age=300"), absl::Seconds(300));
  EXPECT_EQ(MaxAge("max-age=300, no-store"), absl::ZeroDuration());
  EXPECT_EQ(MaxAge("max-age=-1"), absl::ZeroDuration());
  EXPECT_EQ(MaxAge(""), absl::ZeroDuration());
}

}  // namespace
}  // namespace ip::auth
