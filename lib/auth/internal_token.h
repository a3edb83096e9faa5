// The short token by which one process of the suite tells another who is calling: an ES256 JWT of
// type "ip-internal+jwt" that lives 60 seconds and is good for one audience.
#ifndef LIB_AUTH_INTERNAL_TOKEN_H_
#define LIB_AUTH_INTERNAL_TOKEN_H_

#include <memory>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "lib/auth/caller.h"
#include "lib/base/clock.h"

namespace ip::auth {

// Makes tokens. Thread-safe.
class TokenSigner {
 public:
  // `key_file` is a private JWK (made by `ip-keys init`) with "kid" and "iss"; "iss" is the issuer.
  // Errors: those of ReadSecretFile; INVALID_ARGUMENT when it is no such key.
  static absl::StatusOr<std::unique_ptr<TokenSigner>> Load(const std::string& key_file,
                                                           const Clock& clock = SystemClock());
  virtual ~TokenSigner() = default;

  // "gateway", "referral-service" or "notification-service".
  virtual const std::string& issuer() const = 0;

  // A token that says all of `caller`, with this signer as issuer whatever caller.issuer is.
  // `audience` is the called service's name, e.g. "plan-service". A token for the same caller and
  // audience is used again while it has at least 30 s to live.
  virtual absl::StatusOr<std::string> Sign(const Caller& caller, std::string_view audience) = 0;

  // A token for the process itself: role SERVICE, no person.
  absl::StatusOr<std::string> SignAsService(std::string_view audience);
};

// Checks tokens. Thread-safe.
class TokenVerifier {
 public:
  // `jwks_file` holds the public keys of all issuers, each with "kid" and "iss". A key speaks for
  // its own issuer only: "gateway" may assert every role but SERVICE, any other issuer only
  // SERVICE.
  static absl::StatusOr<std::unique_ptr<TokenVerifier>> Load(const std::string& jwks_file,
                                                             const Clock& clock = SystemClock());
  virtual ~TokenVerifier() = default;

  // Who calls, when the token is genuine, meant for `audience` and in its time (iat may lie 30 s in
  // the future). Verified tokens are remembered until they expire. Errors: UNAUTHENTICATED /
  // TOKEN_EXPIRED, TOKEN_WRONG_AUDIENCE or TOKEN_INVALID.
  virtual absl::StatusOr<Caller> Verify(std::string_view token, std::string_view audience) = 0;
};

}  // namespace ip::auth

#endif  // LIB_AUTH_INTERNAL_TOKEN_H_
