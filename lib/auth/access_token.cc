#include "lib/auth/access_token.h"

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_split.h"
#include "lib/auth/jose.h"
#include "lib/base/errors.h"

namespace ip::auth {
namespace {

using nlohmann::json;

constexpr size_t kMaxCached = 4096;
constexpr int64_t kLeeway = 30;
// A key that its issuer has taken back serves no longer than this for tokens seen before.
constexpr absl::Duration kMaxRemembered = absl::Minutes(5);

absl::Status Invalid(std::string_view why) { return TokenRefused("TOKEN_INVALID", why); }

// "aud" is a string or a list of strings.
bool IsFor(const json& claims, const std::string& audience) {
  const auto it = claims.find("aud");
  if (it == claims.end()) return false;
  if (it->is_string()) return *it == audience;
  return it->is_array() && std::find(it->begin(), it->end(), json(audience)) != it->end();
}

// "scope" is words in a string by the standard, a list from HelseID.
std::vector<std::string> Scopes(const json& claims) {
  const auto it = claims.find("scope");
  if (it == claims.end()) return {};
  if (it->is_string()) return absl::StrSplit(it->get<std::string>(), ' ', absl::SkipEmpty());
  std::vector<std::string> out;
  if (it->is_array()) {
    for (const json& item : *it) {
      if (item.is_string()) out.push_back(item.get<std::string>());
    }
  }
  return out;
}

// Everything that holds for every token from outside: key, signature, issuer, audience, time.
absl::StatusOr<TokenClaims> CheckCommon(const TokenParts& parts, std::string_view token,
                                        JwksCache& keys, const std::string& audience,
                                        absl::Time now) {
  const json& claims = parts.claims;
  const auto key = keys.Find(StringOf(parts.header, "kid"));
  if (!key.ok()) return key.status();
  if (StringOf(parts.header, "alg") != key->alg()) {
    return Invalid("The token's algorithm is not its key's.");
  }
  if (!key->Verifies(token)) return Invalid("The signature is wrong.");
  if (StringOf(claims, "iss") != keys.issuer()) return Invalid("The token is of another issuer.");
  if (!IsFor(claims, audience)) {
    return TokenRefused("TOKEN_WRONG_AUDIENCE", "The token is meant for somebody else.");
  }
  const int64_t seconds = absl::ToUnixSeconds(now);
  if (IntOf(claims, "exp") <= seconds - kLeeway) {
    return TokenRefused("TOKEN_EXPIRED", "The token has expired. Fetch a new one.");
  }
  if (IntOf(claims, "nbf") > seconds + kLeeway ||
      IntOf(claims, "iat", INT64_MAX) > seconds + kLeeway) {
    return Invalid("The token is from the future, or does not say from when.");
  }
  TokenClaims out;
  out.issuer = keys.issuer();
  out.subject = StringOf(claims, "sub");
  out.client_id = StringOf(claims, "client_id");
  out.scopes = Scopes(claims);
  out.expires = absl::FromUnixSeconds(IntOf(claims, "exp"));
  if (claims.contains("auth_time")) {
    out.auth_time = absl::FromUnixSeconds(IntOf(claims, "auth_time"));
  }
  out.acr = StringOf(claims, "acr");
  if (const auto cnf = claims.find("cnf"); cnf != claims.end()) {
    out.dpop_thumbprint = cnf->is_object() ? StringOf(*cnf, "jkt") : "";
    // A token bound in a way we cannot check must not pass as a bearer token.
    if (out.dpop_thumbprint.empty())
      return Invalid("The token is bound by another means than DPoP.");
  }
  out.claims = claims;
  return out;
}

}  // namespace

bool TokenClaims::HasScope(std::string_view scope) const {
  return std::find(scopes.begin(), scopes.end(), scope) != scopes.end();
}

AccessTokenVerifier::AccessTokenVerifier(std::vector<TrustedIssuer> issuers, const Clock& clock)
    : issuers_(std::move(issuers)), clock_(clock), cache_(kMaxCached) {}

const TrustedIssuer* AccessTokenVerifier::FindIssuer(const std::string& name) const {
  for (const TrustedIssuer& issuer : issuers_) {
    if (issuer.keys->issuer() == name) return &issuer;
  }
  return nullptr;
}

absl::StatusOr<TokenClaims> AccessTokenVerifier::Verify(const PresentedToken& request) {
  const std::pair<absl::string_view, absl::string_view> words =
      absl::StrSplit(absl::string_view(request.authorization), absl::MaxSplits(' ', 1));
  const bool dpop = absl::EqualsIgnoreCase(words.first, "DPoP");
  if (words.second.empty() || (!dpop && !absl::EqualsIgnoreCase(words.first, "Bearer"))) {
    return TokenRefused("TOKEN_MISSING",
                        "authorization: send \"Bearer\" or \"DPoP\" and an access token.");
  }
  if (words.second.size() > kMaxTokenBytes) return Invalid("The token is longer than 8 KiB.");
  const std::string token(words.second);
  const absl::Time now = clock_.Now();
  auto known = cache_.Find(token, now);
  if (!known) {
    auto checked = Check(token, now);
    if (!checked.ok()) return checked.status();
    cache_.Put(token, *checked, std::min(checked->expires, now + kMaxRemembered), now);
    known = *std::move(checked);
  }
  if (dpop != !known->dpop_thumbprint.empty()) {
    return TokenRefused("DPOP_INVALID",
                        dpop ? "The token is not bound to a DPoP key; send it as Bearer."
                             : "The token is bound to a DPoP key; send it as DPoP with a "
                               "proof.");
  }
  if (dpop) {
    const auto proof = dpop_.Verify(request, token, known->dpop_thumbprint, now);
    if (!proof.ok()) return proof;
  }
  return *std::move(known);
}

absl::StatusOr<TokenClaims> AccessTokenVerifier::Check(std::string_view token,
                                                       absl::Time now) const {
  const auto parts = SplitToken(token);
  if (!parts.ok()) return parts.status();
  const std::string type = absl::AsciiStrToLower(StringOf(parts->header, "typ"));
  if (type != "at+jwt" && type != "application/at+jwt") return Invalid("Not an access token.");
  const TrustedIssuer* issuer = FindIssuer(StringOf(parts->claims, "iss"));
  if (issuer == nullptr) return Invalid("The token's issuer is not one we trust.");
  auto claims = CheckCommon(*parts, token, *issuer->keys, issuer->audience, now);
  if (claims.ok() && issuer->dpop_required && claims->dpop_thumbprint.empty()) {
    return TokenRefused("DPOP_INVALID", "Tokens of this issuer must be bound to a DPoP key.");
  }
  return claims;
}

absl::StatusOr<TokenClaims> VerifyIdToken(JwksCache& issuer, std::string_view token,
                                          const ExpectedLogin& expected, const Clock& clock) {
  const auto parts = SplitToken(token);
  if (!parts.ok()) return parts.status();
  if (parts->header.contains("typ") && StringOf(parts->header, "typ") != "JWT") {
    return Invalid("Not an id token.");
  }
  auto claims = CheckCommon(*parts, token, issuer, expected.client_id, clock.Now());
  if (!claims.ok()) return claims;
  const json& all = claims->claims;
  if ((all["aud"].is_array() && all["aud"].size() > 1) || all.contains("azp")) {
    if (StringOf(all, "azp") != expected.client_id)
      return Invalid("The token is another client's.");
  }
  if (expected.nonce.empty() || StringOf(all, "nonce") != expected.nonce) {
    return Invalid("The token does not belong to this login (nonce).");
  }
  if (claims->subject.empty() || claims->auth_time == absl::InfinitePast()) {
    return Invalid("The token lacks sub or auth_time.");
  }
  const auto& levels = expected.acr_values;
  if (!levels.empty() && std::find(levels.begin(), levels.end(), claims->acr) == levels.end()) {
    return TokenRefused("LOGIN_LEVEL_TOO_LOW", "Log in again at the highest level of assurance.");
  }
  return claims;
}

absl::StatusOr<TokenClaims> VerifyLogoutToken(JwksCache& issuer, std::string_view token,
                                              const std::string& client_id, const Clock& clock) {
  const auto parts = SplitToken(token);
  if (!parts.ok()) return parts.status();
  const std::string type = absl::AsciiStrToLower(StringOf(parts->header, "typ"));
  if (!type.empty() && type != "jwt" && type != "logout+jwt") return Invalid("Not a logout token.");
  auto claims = CheckCommon(*parts, token, issuer, client_id, clock.Now());
  if (!claims.ok()) return claims;
  const json& all = claims->claims;
  const auto events = all.find("events");
  if (events == all.end() || !events->is_object() ||
      !events->contains("http://schemas.openid.net/event/backchannel-logout")) {
    return Invalid("The token announces no logout.");
  }
  // An id token must never pass as one.
  if (all.contains("nonce")) return Invalid("A logout token has no nonce.");
  if (claims->subject.empty() && StringOf(all, "sid").empty()) {
    return Invalid("The token does not say who is logged out.");
  }
  return claims;
}

}  // namespace ip::auth
