#include "lib/auth/internal_token.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <functional>

#include "lib/auth/jose.h"
#include "lib/base/errors.h"
#include "lib/base/id.h"
#include "lib/crypto/base64url.h"
#include "lib/crypto/hmac.h"

namespace ip::auth {
namespace {

using individuellplan::type::v1::CASE_WORKER;
using individuellplan::type::v1::CITIZEN;
using individuellplan::type::v1::SERVICE;
using nlohmann::json;

constexpr int64_t kNow = 1'800'000'000;
constexpr char kAudience[] = "plan-service";

class FixedClock final : public Clock {
 public:
  absl::Time Now() const override { return absl::FromUnixSeconds(seconds); }
  int64_t seconds = kNow;
};

class InternalToken : public testing::Test {
 protected:
  InternalToken() {
    std::filesystem::create_directories(dir_);
    json set{{"keys", {PublicPart(gateway_), PublicPart(referral_)}}};
    verifier_ = *TokenVerifier::Load(Write("jwks.json", set), clock_);
    signer_ = *TokenSigner::Load(Write("gateway.jwk", gateway_), clock_);
  }
  ~InternalToken() override { std::filesystem::remove_all(dir_); }

  std::string Write(const std::string& name, const json& value) const {
    const std::string path = dir_ + "/" + name;
    std::ofstream(path) << value;
    chmod(path.c_str(), 0600);
    return path;
  }

  std::string Sign(const json& jwk, const json& header, const json& claims) const {
    return *Jwk::Parse(jwk)->Sign(header, claims);
  }

  std::string Reason(const std::string& token) {
    return ReasonOf(verifier_->Verify(token, kAudience).status());
  }

  const std::string dir_ = testing::TempDir() + "token-" + NewToken(8);
  const json gateway_ = NewSigningKey("gateway");
  const json referral_ = NewSigningKey("referral-service");
  const json header_{{"typ", "ip-internal+jwt"}};
  const json claims_{{"iss", "gateway"},   {"aud", kAudience}, {"role", "CITIZEN"},
                     {"sub", "persons/a"}, {"iat", kNow},      {"exp", kNow + 60}};
  FixedClock clock_;
  std::unique_ptr<TokenVerifier> verifier_;
  std::unique_ptr<TokenSigner> signer_;
};

TEST_F(InternalToken, CarriesEveryFieldOfTheCaller) {
  Caller caller;
  caller.person = "persons/abc";
  caller.role = CASE_WORKER;
  caller.organization = "organizations/999990001";
  caller.municipality_code = "4699";
  caller.hpr_number = "1234567";
  caller.display_name = "Åse Ødegård \"x\"";
  caller.acting_for = "persons/child";
  caller.purpose_of_use = "TREATMENT";
  caller.auth_time = absl::FromUnixSeconds(kNow - 100);
  const auto got = verifier_->Verify(*signer_->Sign(caller, kAudience), kAudience);
  ASSERT_TRUE(got.ok()) << got.status();
  EXPECT_EQ(got->person, caller.person);
  EXPECT_EQ(got->role, caller.role);
  EXPECT_EQ(got->organization, caller.organization);
  EXPECT_EQ(got->municipality_code, caller.municipality_code);
  EXPECT_EQ(got->hpr_number, caller.hpr_number);
  EXPECT_EQ(got->display_name, caller.display_name);
  EXPECT_EQ(got->acting_for, caller.acting_for);
  EXPECT_EQ(got->purpose_of_use, caller.purpose_of_use);
  EXPECT_EQ(got->auth_time, caller.auth_time);
  EXPECT_EQ(got->issuer, "gateway");
}

TEST_F(InternalToken, IsUsedAgainForThirtySecondsAndOnlyForTheSameCallerAndAudience) {
  Caller caller;
  caller.person = "persons/abc";
  caller.role = CITIZEN;
  const std::string first = *signer_->Sign(caller, kAudience);
  clock_.seconds += 29;
  EXPECT_EQ(*signer_->Sign(caller, kAudience), first);
  EXPECT_NE(*signer_->Sign(caller, "referral-service"), first);
  clock_.seconds += 1;
  EXPECT_NE(*signer_->Sign(caller, kAudience), first);
  caller.acting_for = "persons/child";
  const auto other = verifier_->Verify(*signer_->Sign(caller, kAudience), kAudience);
  EXPECT_EQ(other->acting_for, "persons/child");
}

TEST_F(InternalToken, OfAServiceSpeaksForTheServiceAlone) {
  const auto referral = *TokenSigner::Load(Write("referral.jwk", referral_), clock_);
  const auto got = verifier_->Verify(*referral->SignAsService(kAudience), kAudience);
  ASSERT_TRUE(got.ok()) << got.status();
  EXPECT_EQ(got->role, SERVICE);
  EXPECT_EQ(got->Subject(), "referral-service");
  EXPECT_EQ(Reason(*signer_->SignAsService(kAudience)), "TOKEN_INVALID")
      << "the gateway is no service";
  Caller person;
  person.role = CITIZEN;
  person.person = "persons/abc";
  EXPECT_EQ(Reason(*referral->Sign(person, kAudience)), "TOKEN_INVALID");
}

TEST_F(InternalToken, IsRememberedButNotBeyondItsEnd) {
  const std::string token = Sign(gateway_, header_, claims_);
  EXPECT_TRUE(verifier_->Verify(token, kAudience).ok());
  clock_.seconds = kNow + 59;
  EXPECT_TRUE(verifier_->Verify(token, kAudience).ok());
  clock_.seconds = kNow + 60;
  EXPECT_EQ(Reason(token), "TOKEN_EXPIRED");
  clock_.seconds = kNow;
  EXPECT_EQ(ReasonOf(verifier_->Verify(token, "referral-service").status()),
            "TOKEN_WRONG_AUDIENCE");
}

TEST_F(InternalToken, HostileOnesAreRefused) {
  const auto with = [](json base, const char* name, const json& value) {
    value.is_null() ? void(base.erase(name)) : void(base[name] = value);
    return base;
  };
  const auto claim = [&](const char* name, const json& value) {
    return Sign(gateway_, header_, with(claims_, name, value));
  };
  const auto head = [&](const char* name, const json& value) {
    return Sign(gateway_, with(header_, name, value), claims_);
  };
  const std::string good = Sign(gateway_, header_, claims_);
  ASSERT_EQ(Reason(good), "");
  const size_t dot1 = good.find('.'), dot2 = good.rfind('.');
  const std::string head_part = good.substr(0, dot1), body = good.substr(dot1 + 1, dot2 - dot1 - 1),
                    signature = good.substr(dot2 + 1);
  const auto raw = [&](const std::string& header_text, const std::string& claims_text) {
    return crypto::ToBase64Url(header_text) + "." + crypto::ToBase64Url(claims_text);
  };
  const std::string kid = gateway_["kid"];
  const std::string hs_input =
      raw(R"({"alg":"HS256","typ":"ip-internal+jwt","kid":")" + kid + "\"}", claims_.dump());
  json stranger = NewSigningKey("gateway");
  stranger["kid"] = kid;

  const struct {
    const char* what;
    std::string token;
    const char* reason;
  } cases[] = {
      {"empty", "", "TOKEN_INVALID"},
      {"no dots", "abc", "TOKEN_INVALID"},
      {"five parts", good + ".x.y", "TOKEN_INVALID"},
      {"no signature", head_part + "." + body + ".", "TOKEN_INVALID"},
      {"alg none",
       raw(R"({"alg":"none","typ":"ip-internal+jwt","kid":")" + kid + "\"}", claims_.dump()) + ".",
       "TOKEN_INVALID"},
      {"alg none with the signature",
       raw(R"({"alg":"none","typ":"ip-internal+jwt","kid":")" + kid + "\"}", claims_.dump()) + "." +
           signature,
       "TOKEN_INVALID"},
      {"HS256 with the public key",
       hs_input + "." +
           crypto::ToBase64Url(crypto::HmacSha256(PublicPart(gateway_).dump(), hs_input)),
       "TOKEN_INVALID"},
      {"unknown kid", Sign(NewSigningKey("gateway"), header_, claims_), "TOKEN_INVALID"},
      {"stranger's key under a known kid", Sign(stranger, header_, claims_), "TOKEN_INVALID"},
      {"key of another issuer", Sign(referral_, header_, claims_), "TOKEN_INVALID"},
      {"other body",
       head_part + "." + crypto::ToBase64Url(with(claims_, "sub", "persons/b").dump()) + "." +
           signature,
       "TOKEN_INVALID"},
      {"padded", good + "=", "TOKEN_INVALID"},
      {"line break", good + "\n", "TOKEN_INVALID"},
      {"duplicate claim",
       raw(header_.dump(), R"({"role":"CITIZEN","role":"CASE_WORKER"})") + "." + signature,
       "TOKEN_INVALID"},
      {"deep",
       raw(header_.dump(), R"({"a":)" + std::string(40, '[') + std::string(40, ']') + "}") + "." +
           signature,
       "TOKEN_INVALID"},
      {"claims not an object", raw(header_.dump(), "[]") + "." + signature, "TOKEN_INVALID"},
      {"huge", claim("name", std::string(9000, 'x')), "TOKEN_INVALID"},
      {"crit", head("crit", json::array({"exp"})), "TOKEN_INVALID"},
      {"unencoded payload", head("b64", false), "TOKEN_INVALID"},
      {"wrong typ", head("typ", "JWT"), "TOKEN_INVALID"},
      {"access token's typ", head("typ", "at+jwt"), "TOKEN_INVALID"},
      {"no typ", head("typ", nullptr), "TOKEN_INVALID"},
      {"other audience", claim("aud", "referral-service"), "TOKEN_WRONG_AUDIENCE"},
      {"audience list", claim("aud", json::array({kAudience})), "TOKEN_WRONG_AUDIENCE"},
      {"no audience", claim("aud", nullptr), "TOKEN_WRONG_AUDIENCE"},
      {"no issuer", claim("iss", nullptr), "TOKEN_INVALID"},
      {"expired", Sign(gateway_, header_, with(with(claims_, "iat", kNow - 60), "exp", kNow)),
       "TOKEN_EXPIRED"},
      {"lives too long", claim("exp", kNow + 61), "TOKEN_INVALID"},
      {"no exp", claim("exp", nullptr), "TOKEN_INVALID"},
      {"exp as text", claim("exp", "1900000000"), "TOKEN_INVALID"},
      {"exp beyond int64", claim("exp", UINT64_MAX), "TOKEN_INVALID"},
      {"no iat", claim("iat", nullptr), "TOKEN_INVALID"},
      {"from the future",
       Sign(gateway_, header_, with(with(claims_, "iat", kNow + 31), "exp", kNow + 91)),
       "TOKEN_INVALID"},
      {"not yet", claim("nbf", kNow + 31), "TOKEN_INVALID"},
      {"no role", claim("role", nullptr), "TOKEN_INVALID"},
      {"unknown role", claim("role", "KING"), "TOKEN_INVALID"},
      {"unspecified role", claim("role", "ROLE_UNSPECIFIED"), "TOKEN_INVALID"},
      {"gateway as service", claim("role", "SERVICE"), "TOKEN_INVALID"},
      {"citizen without a person", claim("sub", nullptr), "TOKEN_INVALID"},
      {"person of another kind", claim("sub", "plans/a"), "TOKEN_INVALID"},
  };
  for (const auto& c : cases) EXPECT_EQ(Reason(c.token), c.reason) << c.what;
}

TEST_F(InternalToken, KeyFilesAreChecked) {
  EXPECT_FALSE(TokenSigner::Load(Write("public.jwk", PublicPart(gateway_)), clock_).ok());
  EXPECT_FALSE(TokenSigner::Load(Write("nobody.jwk", NewSigningKey("")), clock_).ok());
  EXPECT_FALSE(TokenSigner::Load(Write("text.jwk", "hello"), clock_).ok());
  EXPECT_FALSE(TokenVerifier::Load(Write("empty.json", {{"keys", json::array()}}), clock_).ok());
  EXPECT_FALSE(TokenVerifier::Load(dir_ + "/missing.json", clock_).ok());
  const json twice{{"keys", {PublicPart(gateway_), PublicPart(gateway_)}}};
  EXPECT_FALSE(TokenVerifier::Load(Write("twice.json", twice), clock_).ok());
  EXPECT_FALSE(PublicPart(gateway_).contains("d"));
}

}  // namespace
}  // namespace ip::auth
