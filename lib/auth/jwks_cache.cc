#include "lib/auth/jwks_cache.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "lib/base/errors.h"
#include "lib/base/log.h"

namespace ip::auth {
namespace {

constexpr absl::Duration kDefaultAge = absl::Hours(1);
constexpr absl::Duration kMinAge = absl::Minutes(1);
constexpr absl::Duration kMaxAge = absl::Hours(24);
constexpr absl::Duration kStaleAge = absl::Hours(24);
constexpr absl::Duration kBetweenAttempts = absl::Seconds(30);
constexpr absl::Duration kBetweenFirstAttempts = absl::Seconds(1);

absl::Status IssuerUnavailable() {
  return Error(absl::StatusCode::kUnavailable, "ISSUER_UNAVAILABLE",
               "The identity provider does not answer. Try again in a moment.");
}

}  // namespace

JwksCache::JwksCache(std::string issuer, HttpGet get, const Clock& clock, std::string rsa_alg)
    : issuer_(std::move(issuer)),
      get_(std::move(get)),
      clock_(clock),
      rsa_alg_(std::move(rsa_alg)) {}

absl::StatusOr<nlohmann::json> JwksCache::Metadata() {
  const auto known = Current(absl::InfinitePast());
  if (!known.ok()) return known.status();
  return (*known)->metadata;
}

absl::StatusOr<Jwk> JwksCache::Find(const std::string& kid) {
  auto known = Current(absl::InfinitePast());
  if (!known.ok()) return known.status();
  if (const auto key = (*known)->keys.find(kid); key != (*known)->keys.end()) return key->second;
  known = Current(clock_.Now());
  if (!known.ok()) return known.status();
  if (const auto key = (*known)->keys.find(kid); key != (*known)->keys.end()) return key->second;
  return TokenRefused("TOKEN_INVALID", "The issuer has no key of that id.");
}

absl::StatusOr<JwksCache::Snapshot> JwksCache::Current(absl::Time not_before) {
  const auto look = [&](bool& must_fetch) {
    const std::lock_guard lock(mutex_);
    const absl::Time now = clock_.Now();
    const bool wanted =
        known_ == nullptr || now >= known_->fresh_until || known_->fetched < not_before;
    const auto pause = known_ == nullptr ? kBetweenFirstAttempts : kBetweenAttempts;
    must_fetch = wanted && now >= last_attempt_ + pause;
    const bool usable = known_ != nullptr && now < known_->fresh_until + kStaleAge;
    return usable ? known_ : nullptr;
  };
  bool must_fetch = false;
  Snapshot known = look(must_fetch);
  if (must_fetch) {
    // Whoever has nothing, or looks for a new key, waits; others go on with what is known.
    const bool can_wait = known != nullptr && not_before == absl::InfinitePast();
    std::unique_lock fetching(fetching_, std::defer_lock);
    if (can_wait ? fetching.try_lock() : (fetching.lock(), true)) {
      known = look(must_fetch);
      if (must_fetch) {
        auto fetched = Fetch();
        const std::lock_guard lock(mutex_);
        last_attempt_ = clock_.Now();
        if (fetched.ok()) {
          known = known_ = *std::move(fetched);
        } else {
          Log(Severity::kWarning, "issuer_unavailable",
              {{"issuer", issuer_}, {"error", std::string(fetched.status().message())}});
        }
      }
    }
  }
  if (known == nullptr) return IssuerUnavailable();
  return known;
}

absl::StatusOr<HttpAnswer> JwksCache::GetOk(const std::string& url) const {
  auto answer = get_(url);
  if (answer.ok() && answer->status != 200) {
    return absl::UnavailableError(absl::StrCat("GET ", url, ": HTTP ", answer->status));
  }
  return answer;
}

absl::StatusOr<JwksCache::Snapshot> JwksCache::Fetch() const {
  const auto metadata_answer =
      GetOk(issuer_ + (issuer_.back() == '/' ? "" : "/") + ".well-known/openid-configuration");
  if (!metadata_answer.ok()) return metadata_answer.status();
  auto metadata = ParseStrictJson(metadata_answer->body);
  if (!metadata.ok() || StringOf(*metadata, "issuer") != issuer_) {
    return absl::UnavailableError("the metadata is not this issuer's");
  }
  const auto keys_answer = GetOk(StringOf(*metadata, "jwks_uri"));
  if (!keys_answer.ok()) return keys_answer.status();
  auto keys = ParseJwks(keys_answer->body, rsa_alg_);
  if (!keys.ok() || keys->empty()) return absl::UnavailableError("no usable key at jwks_uri");

  auto out = std::make_shared<Published>();
  out->metadata = *std::move(metadata);
  for (Jwk& key : *keys) {
    if (!key.kid().empty()) out->keys.emplace(key.kid(), key);
  }
  const absl::Duration age =
      keys_answer->max_age == absl::ZeroDuration() ? kDefaultAge : keys_answer->max_age;
  out->fetched = clock_.Now();
  out->fresh_until = out->fetched + std::clamp(age, kMinAge, kMaxAge);
  return out;
}

}  // namespace ip::auth
