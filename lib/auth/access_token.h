// Tokens from outside: the access tokens that systems send, and the id tokens of a login.
#ifndef LIB_AUTH_ACCESS_TOKEN_H_
#define LIB_AUTH_ACCESS_TOKEN_H_

#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "lib/auth/dpop.h"
#include "lib/auth/expiring_cache.h"
#include "lib/auth/jwks_cache.h"
#include "lib/base/clock.h"

namespace ip::auth {

// What a verified token says. `claims` holds everything, also national identity numbers: never log
// it.
struct TokenClaims {
  std::string issuer;
  std::string subject;
  std::string client_id;
  std::vector<std::string> scopes;
  absl::Time expires;
  absl::Time auth_time = absl::InfinitePast();
  std::string acr;
  // The thumbprint of the key the token is bound to, "" for bearer tokens.
  std::string dpop_thumbprint;
  nlohmann::json claims;

  bool HasScope(std::string_view scope) const;
};

// An issuer whose access tokens are taken.
struct TrustedIssuer {
  std::shared_ptr<JwksCache> keys;
  // What must stand in "aud".
  std::string audience;
  // HelseID demands it in production.
  bool dpop_required = false;
};

// Checks access tokens (RFC 9068, DPoP by RFC 9449). Thread-safe; blocks when keys must be fetched.
class AccessTokenVerifier {
 public:
  explicit AccessTokenVerifier(std::vector<TrustedIssuer> issuers,
                               const Clock& clock = SystemClock());

  // The claims of the token that the request brings: of a listed issuer, for our audience, in its
  // time (30 s leeway), bound to the sender where it has cnf.jkt. Errors: UNAUTHENTICATED /
  // TOKEN_MISSING, TOKEN_EXPIRED, TOKEN_WRONG_AUDIENCE, TOKEN_INVALID, DPOP_INVALID or
  // DPOP_REPLAYED; UNAVAILABLE / ISSUER_UNAVAILABLE.
  absl::StatusOr<TokenClaims> Verify(const PresentedToken& request);

 private:
  absl::StatusOr<TokenClaims> Check(std::string_view token, absl::Time now) const;
  const TrustedIssuer* FindIssuer(const std::string& name) const;

  const std::vector<TrustedIssuer> issuers_;
  const Clock& clock_;
  ExpiringCache<TokenClaims> cache_;
  DpopVerifier dpop_;
};

// What the login asked for, and so what its id token must answer.
struct ExpectedLogin {
  std::string client_id;
  std::string nonce;
  // Accepted values of "acr"; empty when the issuer gives none (HelseID says security_level
  // instead).
  std::vector<std::string> acr_values;
};

// The claims of an id token (OpenID Connect Core § 3.1.3.7), with auth_time.
// Errors: as above, and UNAUTHENTICATED / LOGIN_LEVEL_TOO_LOW for another acr.
absl::StatusOr<TokenClaims> VerifyIdToken(JwksCache& issuer, std::string_view token,
                                          const ExpectedLogin& expected,
                                          const Clock& clock = SystemClock());

// Whom a logout token logs out (OpenID Connect Back-Channel Logout 1.0 § 2.6): `subject`, or "sid"
// among the claims, or both. Errors: as above, without the last.
absl::StatusOr<TokenClaims> VerifyLogoutToken(JwksCache& issuer, std::string_view token,
                                              const std::string& client_id,
                                              const Clock& clock = SystemClock());

}  // namespace ip::auth

#endif  // LIB_AUTH_ACCESS_TOKEN_H_
