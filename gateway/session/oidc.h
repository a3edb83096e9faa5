// The two steps of an OpenID Connect login (authorization code with PKCE).
#ifndef GATEWAY_SESSION_OIDC_H_
#define GATEWAY_SESSION_OIDC_H_

#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "gateway/session/provider.h"

namespace ip::gateway {

struct LoginStep {
  std::string state;
  std::string nonce;
  std::string code_verifier;
  std::string redirect_uri;
  bool fresh = false;  // ask again even if the provider still knows the person (step-up)
};

// Where the browser goes to log in; where the provider takes them, the parameters are pushed there
// first (PAR). Blocks.
// Errors: UNAVAILABLE / ISSUER_UNAVAILABLE; UNAUTHENTICATED / LOGIN_REFUSED when it takes no push.
absl::StatusOr<std::string> AuthorizationUrl(const Provider& provider, const LoginStep& step,
                                             bool allow_http);

// Turns the code that came back into verified claims. Blocks.
// Errors: those of auth::VerifyIdToken; UNAUTHENTICATED / LOGIN_REFUSED when the provider does not
// take the code; UNAVAILABLE / ISSUER_UNAVAILABLE.
absl::StatusOr<auth::TokenClaims> RedeemCode(const Provider& provider, const LoginStep& step,
                                             const std::string& code, bool allow_http);

}  // namespace ip::gateway

#endif  // GATEWAY_SESSION_OIDC_H_
