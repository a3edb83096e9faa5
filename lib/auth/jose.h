// Signed tokens (JWS compact form). libjose does the signatures; what may be in a token is checked
// here.
#ifndef LIB_AUTH_JOSE_H_
#define LIB_AUTH_JOSE_H_

#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

struct json_t;  // jansson's

namespace ip::auth {

// Nobody sends longer tokens; longer ones are refused unread.
inline constexpr size_t kMaxTokenBytes = size_t{8} * 1024;

// UNAUTHENTICATED / `reason`.
absl::Status TokenRefused(std::string_view reason, std::string_view message);

// A JSON object without duplicate names, at most 16 levels deep, with nothing after it.
// Errors: INVALID_ARGUMENT.
absl::StatusOr<nlohmann::json> ParseStrictJson(std::string_view text);

// A token's parts. Nothing is verified yet.
struct TokenParts {
  nlohmann::json header;
  nlohmann::json claims;
};
// Errors: UNAUTHENTICATED / TOKEN_INVALID when it is too long, not three strict base64url parts of
// strict JSON, or has a header that demands more than we know ("crit", "b64", "zip").
absl::StatusOr<TokenParts> SplitToken(std::string_view token);

// The header of a detached signature. Nothing is verified yet. Errors: as SplitToken.
absl::StatusOr<nlohmann::json> HeaderOfDetached(std::string_view signature);

// Claims by type; "" or `absent` when missing or of another type.
std::string StringOf(const nlohmann::json& object, const char* name);
int64_t IntOf(const nlohmann::json& object, const char* name, int64_t absent = 0);

// One public or private signature key with its algorithm fixed. Immutable, thread-safe.
class Jwk {
 public:
  // EC P-256/P-384 or RSA of at least 2048 bits; symmetric keys are refused. When the JWK names no
  // "alg", P-256 means ES256, P-384 ES384 and RSA `rsa_alg`.
  // Errors: INVALID_ARGUMENT; the text holds nothing of the key.
  static absl::StatusOr<Jwk> Parse(const nlohmann::json& jwk, const std::string& rsa_alg = "RS256");

  const std::string& kid() const { return kid_; }
  const std::string& alg() const { return alg_; }
  // The suite's own member "iss": who signs with this key, "" in keys of others.
  const std::string& issuer() const { return issuer_; }
  // RFC 7638, SHA-256, base64url.
  const std::string& thumbprint() const { return thumbprint_; }

  // Whether the token was signed with this key and its algorithm.
  bool Verifies(std::string_view token) const;

  // The token in compact form; `alg` and `kid` are put into the header.
  // Errors: INTERNAL when this is no private key.
  absl::StatusOr<std::string> Sign(nlohmann::json header, const nlohmann::json& claims) const;

  // A detached signature ("header..signature", RFC 7515 appendix F) over bytes of any kind.
  // Errors: INTERNAL when this is no private key.
  absl::StatusOr<std::string> SignDetached(nlohmann::json header, std::string_view payload) const;
  bool VerifiesDetached(std::string_view signature, std::string_view payload) const;

 private:
  struct Signed {
    std::string header, payload, signature;  // in base64url
  };
  absl::StatusOr<Signed> SignBytes(nlohmann::json header, std::string_view payload) const;
  bool VerifiesParts(std::string_view header, std::string_view payload,
                     std::string_view signature) const;

  std::shared_ptr<json_t> key_;
  std::string kid_, alg_, issuer_, thumbprint_;
};

// The usable keys of a JWK set; keys for other uses or of unknown kinds are left out, as RFC 7517
// asks. Errors: INVALID_ARGUMENT when it is no JWK set.
absl::StatusOr<std::vector<Jwk>> ParseJwks(std::string_view text,
                                           const std::string& rsa_alg = "RS256");

// A new ES256 key: the private JWK with "kid", "use", "alg" and, unless empty, "iss".
nlohmann::json NewSigningKey(const std::string& issuer);
// The same without its private part.
nlohmann::json PublicPart(const nlohmann::json& jwk);

}  // namespace ip::auth

#endif  // LIB_AUTH_JOSE_H_
