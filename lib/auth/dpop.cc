#include "lib/auth/dpop.h"

#include "lib/auth/jose.h"
#include "lib/base/errors.h"
#include "lib/base/id.h"
#include "lib/crypto/base64url.h"

namespace ip::auth {
namespace {

constexpr size_t kMaxRemembered = 200'000;
constexpr size_t kMaxJti = 256;
constexpr absl::Duration kMaxAge = absl::Seconds(60);
constexpr absl::Duration kLeeway = absl::Seconds(30);

absl::Status Invalid(std::string_view why) { return TokenRefused("DPOP_INVALID", why); }

std::string_view WithoutQuery(std::string_view url) {
  return url.substr(0, url.find_first_of("?#"));
}

}  // namespace

DpopVerifier::DpopVerifier() : seen_(kMaxRemembered) {}

absl::Status DpopVerifier::Verify(const PresentedToken& request, std::string_view token,
                                  std::string_view thumbprint, absl::Time now) {
  if (request.dpop.empty()) return Invalid("Send exactly one DPoP header with a proof.");
  const auto parts = SplitToken(request.dpop);
  if (!parts.ok() || StringOf(parts->header, "typ") != "dpop+jwt" ||
      !parts->header.contains("jwk")) {
    return Invalid("The DPoP header is not a proof.");
  }
  const std::string alg = StringOf(parts->header, "alg");
  const nlohmann::json& jwk = parts->header["jwk"];
  const auto key = Jwk::Parse(jwk, /*rsa_alg=*/alg);
  if (!key.ok() || key->alg() != alg || jwk.contains("d")) {
    return Invalid("The proof's key must be a public EC or RSA key that fits its algorithm.");
  }
  if (key->thumbprint() != thumbprint) return Invalid("The token is bound to another key.");
  if (!key->Verifies(request.dpop)) return Invalid("The proof's signature is wrong.");

  const nlohmann::json& claims = parts->claims;
  if (StringOf(claims, "htm") != request.method ||
      WithoutQuery(StringOf(claims, "htu")) != WithoutQuery(request.url)) {
    return Invalid("The proof was made for another request (htm, htu).");
  }
  if (StringOf(claims, "ath") != crypto::ToBase64Url(Sha256(token))) {
    return Invalid("The proof was made for another token (ath).");
  }
  const absl::Time made = absl::FromUnixSeconds(IntOf(claims, "iat"));
  if (made < now - kMaxAge || made > now + kLeeway) {
    return Invalid("The proof is too old or from the future (iat); look at the clock.");
  }
  const std::string jti = StringOf(claims, "jti");
  if (jti.empty() || jti.size() > kMaxJti) return Invalid("The proof needs a jti of its own.");
  using Seen = ExpiringCache<char>;
  switch (seen_.Add(key->thumbprint() + jti, 0, made + kMaxAge + kLeeway, now)) {
    case Seen::Added::kNew:
      return absl::OkStatus();
    case Seen::Added::kKnown:
      return TokenRefused("DPOP_REPLAYED",
                          "The proof was used before. Make a new one per request.");
    case Seen::Added::kFull:
      break;
  }
  return Error(absl::StatusCode::kResourceExhausted, "TOO_MANY_REQUESTS",
               "Too many requests at the moment. Try again in a minute.");
}

}  // namespace ip::auth
