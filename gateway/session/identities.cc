#include "gateway/session/identities.h"

#include <algorithm>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "lib/base/clock.h"
#include "lib/base/errors.h"
#include "lib/base/id.h"

namespace ip::gateway {
namespace {

constexpr absl::Duration kKnownFor = absl::Minutes(1);
constexpr char kScopePrefix[] = "individuellplan/";

std::vector<auth::TrustedIssuer> IssuersOf(const std::vector<Provider>& providers,
                                           const std::string& audience) {
  std::vector<auth::TrustedIssuer> issuers;
  for (const Provider& provider : providers) {
    issuers.push_back({provider.keys, audience, provider.dpop});
  }
  return issuers;
}

absl::Status LoginRequired() {
  return Error(absl::StatusCode::kUnauthenticated, "LOGIN_REQUIRED",
               "Log in at /login, or send an access token in the authorization header.");
}

}  // namespace

VerifiedIdentities::VerifiedIdentities(const std::vector<Provider>* providers,
                                       const auth::PersonIds* persons, Sessions* sessions,
                                       std::string audience, std::string public_url,
                                       rpc::WorkerPool* workers)
    : providers_(*providers),
      persons_(*persons),
      sessions_(sessions),
      public_url_(std::move(public_url)),
      workers_(*workers),
      verifier_(IssuersOf(*providers, audience)) {}

std::string VerifiedIdentities::CacheKey(const Credentials& credentials) {
  return Sha256(absl::StrCat(credentials.role, "\n", credentials.authorization));
}

void VerifiedIdentities::Identify(Credentials credentials, Done done) {
  if (credentials.authorization.empty() && credentials.session.empty()) {
    return done(LoginRequired());
  }
  if (auto status = CheckPurpose(credentials.purpose_of_use); !status.ok()) return done(status);
  if (absl::StartsWithIgnoreCase(credentials.authorization, "Bearer ")) {
    if (auto caller = known_.Find(CacheKey(credentials), SystemClock().Now())) {
      caller->purpose_of_use = credentials.purpose_of_use;
      return done(*std::move(caller));
    }
  }
  // Keys may have to be fetched, a session has to be read.
  const bool taken = workers_.Submit([this, credentials = std::move(credentials), done] {
    auto caller = credentials.authorization.empty() ? BySession(credentials) : ByToken(credentials);
    if (caller.ok()) caller->purpose_of_use = credentials.purpose_of_use;
    done(std::move(caller));
  });
  if (!taken) {
    done(Error(absl::StatusCode::kResourceExhausted, "GATEWAY_BUSY",
               "Too many are logging in at once. Try again in a second."));
  }
}

absl::StatusOr<Caller> VerifiedIdentities::ByToken(const Credentials& credentials) {
  const auto claims =
      verifier_.Verify({credentials.authorization, credentials.dpop, credentials.http_method,
                        absl::StrCat(public_url_, credentials.path)});
  if (!claims.ok()) return claims.status();
  const auto& scopes = claims->scopes;
  if (std::none_of(scopes.begin(), scopes.end(), [](const std::string& scope) {
        return absl::StartsWith(scope, kScopePrefix);
      })) {
    return PermissionDenied("SCOPE_MISSING",
                            "The access token has no scope for this API (individuellplan/…).");
  }
  const auto provider =
      std::find_if(providers_.begin(), providers_.end(),
                   [&](const Provider& each) { return each.keys->issuer() == claims->issuer; });
  const auto profile = ProfileOf(*claims, *provider, persons_);
  if (!profile.ok()) return profile.status();
  auto caller = ActAs(*profile, credentials.role);
  if (caller.ok() && claims->dpop_thumbprint.empty()) {
    const absl::Time now = SystemClock().Now();
    known_.Put(CacheKey(credentials), *caller, std::min(claims->expires, now + kKnownFor), now);
  }
  return caller;
}

absl::StatusOr<Caller> VerifiedIdentities::BySession(const Credentials& credentials) {
  if (sessions_ == nullptr) return LoginRequired();
  const auto session = sessions_->Find(credentials.session);
  if (!session.ok()) return session.status();
  if (!credentials.role.empty()) return ActAs(session->profile, credentials.role);
  return ActAs(session->profile, individuellplan::type::v1::Role_Name(session->role));
}

}  // namespace ip::gateway
