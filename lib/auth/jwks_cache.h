// What an identity provider publishes: its metadata and its signing keys.
#ifndef LIB_AUTH_JWKS_CACHE_H_
#define LIB_AUTH_JWKS_CACHE_H_

#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "absl/status/statusor.h"
#include "lib/auth/http_get.h"
#include "lib/auth/jose.h"
#include "lib/base/clock.h"

namespace ip::auth {

// Keys and metadata of one configured issuer, fetched when first needed and again when they are old
// (Cache-Control, kept between 1 min and 24 h, 1 h when it says nothing). While the issuer does not
// answer, old keys serve for another 24 h. An unknown kid leads to one new fetch, at most every 30
// s, so that keys may be rotated at any time and nobody can make us hammer the issuer. Thread-safe.
// Calls block up to some seconds when they must fetch; nobody waits for a refresh while known keys
// still serve.
class JwksCache {
 public:
  // `issuer` is the exact "iss"; <issuer>/.well-known/openid-configuration must exist. `rsa_alg` is
  // the algorithm of RSA keys that name none.
  JwksCache(std::string issuer, HttpGet get, const Clock& clock = SystemClock(),
            std::string rsa_alg = "RS256");

  const std::string& issuer() const { return issuer_; }

  // The metadata document (authorization_endpoint, token_endpoint, end_session_endpoint, ...).
  // Errors: UNAVAILABLE / ISSUER_UNAVAILABLE.
  absl::StatusOr<nlohmann::json> Metadata();

  // The signing key with this kid.
  // Errors: UNAUTHENTICATED / TOKEN_INVALID when the issuer has none; UNAVAILABLE /
  // ISSUER_UNAVAILABLE when it does not answer and no keys are known.
  absl::StatusOr<Jwk> Find(const std::string& kid);

 private:
  struct Published {
    nlohmann::json metadata;
    std::map<std::string, Jwk> keys;
    absl::Time fetched, fresh_until;
  };
  using Snapshot = std::shared_ptr<const Published>;

  // What is known, refreshed first if it is too old or older than `not_before`.
  absl::StatusOr<Snapshot> Current(absl::Time not_before);
  absl::StatusOr<Snapshot> Fetch() const;
  absl::StatusOr<HttpAnswer> GetOk(const std::string& url) const;

  const std::string issuer_;
  const HttpGet get_;
  const Clock& clock_;
  const std::string rsa_alg_;

  std::mutex fetching_;  // held by the one who fetches
  std::mutex mutex_;     // guards the members below
  Snapshot known_;
  absl::Time last_attempt_ = absl::InfinitePast();
};

}  // namespace ip::auth

#endif  // LIB_AUTH_JWKS_CACHE_H_
