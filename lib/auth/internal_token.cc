#include "lib/auth/internal_token.h"

#include <cstdint>
#include <fstream>
#include <map>
#include <sstream>
#include <utility>

#include "absl/strings/str_cat.h"
#include "lib/auth/expiring_cache.h"
#include "lib/auth/jose.h"
#include "lib/crypto/secret_file.h"

namespace ip::auth {
namespace {

using individuellplan::type::v1::Role;
using individuellplan::type::v1::Role_Name;
using individuellplan::type::v1::Role_Parse;
using nlohmann::json;

constexpr char kType[] = "ip-internal+jwt";
constexpr char kGateway[] = "gateway";
constexpr int64_t kLifetime = 60;  // seconds
constexpr absl::Duration kReuse = absl::Seconds(30);
constexpr int64_t kLeeway = 30;
constexpr size_t kMaxCached = 4096;

void SetUnlessEmpty(json& claims, const char* name, const std::string& value) {
  if (!value.empty()) claims[name] = value;
}

json ToClaims(const Caller& caller, const std::string& issuer, std::string_view audience) {
  json claims{{"iss", issuer}, {"aud", audience}, {"role", Role_Name(caller.role)}};
  SetUnlessEmpty(claims, "sub", caller.person);
  SetUnlessEmpty(claims, "org", caller.organization);
  SetUnlessEmpty(claims, "municipality", caller.municipality_code);
  SetUnlessEmpty(claims, "hpr", caller.hpr_number);
  SetUnlessEmpty(claims, "name", caller.display_name);
  SetUnlessEmpty(claims, "acting_for", caller.acting_for);
  SetUnlessEmpty(claims, "purpose", caller.purpose_of_use);
  if (caller.auth_time != absl::InfinitePast()) {
    claims["auth_time"] = absl::ToUnixSeconds(caller.auth_time);
  }
  return claims;
}

Caller FromClaims(const json& claims) {
  Caller caller;
  caller.issuer = StringOf(claims, "iss");
  Role_Parse(StringOf(claims, "role"), &caller.role);
  caller.person = StringOf(claims, "sub");
  caller.organization = StringOf(claims, "org");
  caller.municipality_code = StringOf(claims, "municipality");
  caller.hpr_number = StringOf(claims, "hpr");
  caller.display_name = StringOf(claims, "name");
  caller.acting_for = StringOf(claims, "acting_for");
  caller.purpose_of_use = StringOf(claims, "purpose");
  if (claims.contains("auth_time")) {
    caller.auth_time = absl::FromUnixSeconds(IntOf(claims, "auth_time"));
  }
  return caller;
}

bool IsHuman(Role role) {
  using namespace individuellplan::type::v1;  // NOLINT
  return role == CITIZEN || role == PRACTITIONER || role == CASE_WORKER || role == UNIT_LEADER;
}

// Whether an issuer may say this of a caller.
bool MayAssert(const Caller& caller) {
  if (caller.role == Role::ROLE_UNSPECIFIED) return false;
  if (caller.issuer != kGateway) {
    return caller.role == Role::SERVICE && caller.person.empty() && caller.acting_for.empty();
  }
  const bool named = caller.person.rfind("persons/", 0) == 0;
  return caller.role != Role::SERVICE &&
         (named || (caller.person.empty() && !IsHuman(caller.role)));
}

class Signer final : public TokenSigner {
 public:
  Signer(Jwk key, const Clock& clock) : key_(std::move(key)), clock_(clock) {}

  const std::string& issuer() const override { return key_.issuer(); }

  absl::StatusOr<std::string> Sign(const Caller& caller, std::string_view audience) override {
    json claims = ToClaims(caller, issuer(), audience);
    const std::string key = claims.dump(-1, ' ', false, json::error_handler_t::replace);
    const absl::Time now = clock_.Now();
    if (auto token = cache_.Find(key, now)) return *std::move(token);
    const int64_t seconds = absl::ToUnixSeconds(now);
    claims["iat"] = seconds;
    claims["exp"] = seconds + kLifetime;
    auto token = key_.Sign({{"typ", kType}}, claims);
    if (token.ok()) cache_.Put(key, *token, now + kReuse, now);
    return token;
  }

 private:
  const Jwk key_;
  const Clock& clock_;
  ExpiringCache<std::string> cache_{kMaxCached};
};

class Verifier final : public TokenVerifier {
 public:
  Verifier(std::map<std::string, Jwk> keys, const Clock& clock)
      : keys_(std::move(keys)), clock_(clock) {}

  absl::StatusOr<Caller> Verify(std::string_view token, std::string_view audience) override {
    if (token.size() > kMaxTokenBytes) return Invalid("The token is longer than 8 KiB.");
    const absl::Time now = clock_.Now();
    const std::string key = absl::StrCat(absl::string_view(audience.data(), audience.size()), " ",
                                         absl::string_view(token.data(), token.size()));
    if (auto caller = cache_.Find(key, now)) return *std::move(caller);
    auto entry = Check(token, audience, absl::ToUnixSeconds(now));
    if (!entry.ok()) return entry.status();
    cache_.Put(key, entry->caller, entry->expires, now);
    return entry->caller;
  }

 private:
  struct Entry {
    Caller caller;
    absl::Time expires;
  };

  static absl::Status Invalid(std::string_view why) { return TokenRefused("TOKEN_INVALID", why); }

  absl::StatusOr<Entry> Check(std::string_view token, std::string_view audience,
                              int64_t now) const {
    const auto parts = SplitToken(token);
    if (!parts.ok()) return parts.status();
    const json& claims = parts->claims;
    if (StringOf(parts->header, "typ") != kType) return Invalid("Not an internal token.");
    const auto key = keys_.find(StringOf(parts->header, "kid"));
    if (key == keys_.end()) return Invalid("The token names a key that is not known here.");
    if (StringOf(parts->header, "alg") != key->second.alg()) return Invalid("Wrong algorithm.");
    if (!key->second.Verifies(token)) return Invalid("The signature is wrong.");
    if (StringOf(claims, "iss") != key->second.issuer()) {
      return Invalid("The key belongs to another issuer.");
    }
    if (StringOf(claims, "aud") != audience) {
      return TokenRefused("TOKEN_WRONG_AUDIENCE", "The token is meant for another service.");
    }
    const int64_t issued = IntOf(claims, "iat", INT64_MAX);
    const int64_t expires = IntOf(claims, "exp", 0);
    if (issued < 0 || issued > now + kLeeway || expires < issued || expires - issued > kLifetime ||
        IntOf(claims, "nbf", 0) > now + kLeeway) {
      return Invalid("iat, nbf and exp do not fit together or lie in the future.");
    }
    if (expires <= now) return TokenRefused("TOKEN_EXPIRED", "The token has expired.");
    Entry entry{FromClaims(claims), absl::FromUnixSeconds(expires)};
    if (!MayAssert(entry.caller)) return Invalid("The issuer may not speak for such a caller.");
    return entry;
  }

  const std::map<std::string, Jwk> keys_;
  const Clock& clock_;
  ExpiringCache<Caller> cache_{kMaxCached};
};

}  // namespace

absl::StatusOr<std::string> TokenSigner::SignAsService(std::string_view audience) {
  Caller self;
  self.role = Role::SERVICE;
  return Sign(self, audience);
}

absl::StatusOr<std::unique_ptr<TokenSigner>> TokenSigner::Load(const std::string& key_file,
                                                               const Clock& clock) {
  const auto text = crypto::ReadSecretFile(key_file);
  if (!text.ok()) return text.status();
  const auto jwk = ParseStrictJson(*text);
  if (!jwk.ok()) return absl::InvalidArgumentError(absl::StrCat(key_file, " is not a JWK"));
  auto key = Jwk::Parse(*jwk);
  if (!key.ok())
    return absl::InvalidArgumentError(absl::StrCat(key_file, ": ", key.status().message()));
  if (key->alg() != "ES256" || key->kid().empty() || key->issuer().empty() || !jwk->contains("d")) {
    return absl::InvalidArgumentError(
        absl::StrCat(key_file, " must be a private ES256 key with kid and iss"));
  }
  return std::make_unique<Signer>(*std::move(key), clock);
}

absl::StatusOr<std::unique_ptr<TokenVerifier>> TokenVerifier::Load(const std::string& jwks_file,
                                                                   const Clock& clock) {
  std::ifstream file(jwks_file);
  std::stringstream text;
  text << file.rdbuf();
  if (!file) return absl::NotFoundError(absl::StrCat("cannot read ", jwks_file));
  auto keys = ParseJwks(text.str());
  if (!keys.ok()) return absl::InvalidArgumentError(absl::StrCat(jwks_file, " is not a JWK set"));
  std::map<std::string, Jwk> by_kid;
  for (Jwk& key : *keys) {
    if (key.alg() != "ES256" || key.kid().empty() || key.issuer().empty() ||
        !by_kid.emplace(key.kid(), key).second) {
      return absl::InvalidArgumentError(
          absl::StrCat(jwks_file, ": every key must be ES256 with iss and a kid of its own"));
    }
  }
  if (by_kid.empty())
    return absl::InvalidArgumentError(absl::StrCat(jwks_file, " has no usable key"));
  return std::make_unique<Verifier>(std::move(by_kid), clock);
}

}  // namespace ip::auth
