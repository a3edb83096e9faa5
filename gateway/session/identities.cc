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

using individuellplan::type::v1::Role_Name;

constexpr absl::Duration kKnownFor = absl::Minutes(1);

std::vector<auth::TrustedIssuer> IssuersOf(const std::vector<Provider>& providers,
                                           const std::string& audience) {
  std::vector<auth::TrustedIssuer> issuers;
  issuers.reserve(providers.size());
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
                                       const std::string& audience, std::string public_url,
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
    if (auto known = known_.Find(CacheKey(credentials), SystemClock().Now())) {
      return done(Complete(*std::move(known), credentials));
    }
  }
  // Keys may have to be fetched, a session has to be read.
  const bool taken = workers_.Submit([this, credentials = std::move(credentials), done] {
    auto found = credentials.authorization.empty() ? BySession(credentials) : ByToken(credentials);
    done(Complete(std::move(found), credentials));
  });
  if (!taken) {
    done(Error(absl::StatusCode::kResourceExhausted, "GATEWAY_BUSY",
               "Too many are logging in at once. Try again in a second."));
  }
}

absl::StatusOr<Identity> VerifiedIdentities::Complete(absl::StatusOr<Identity> found,
                                                      const Credentials& credentials) {
  if (!found.ok()) return found;
  Caller& caller = found->caller;
  if (auto status = CheckActingFor(credentials.acting_for, caller.role); !status.ok()) {
    return status;
  }
  caller.acting_for = credentials.acting_for;
  caller.purpose_of_use = credentials.purpose_of_use;
  return found;
}

absl::StatusOr<Identity> VerifiedIdentities::ByToken(const Credentials& credentials) {
  const auto claims =
      verifier_.Verify({credentials.authorization, credentials.dpop, credentials.http_method,
                        absl::StrCat(public_url_, credentials.path)});
  if (!claims.ok()) return claims.status();
  const auto provider =
      std::find_if(providers_.begin(), providers_.end(),
                   [&](const Provider& each) { return each.keys->issuer() == claims->issuer; });
  const auto profile = ProfileOf(*claims, *provider, persons_);
  if (!profile.ok()) return profile.status();
  auto caller = ActAs(*profile, credentials.role);
  if (!caller.ok()) return caller.status();
  Identity identity{*std::move(caller), claims->scopes};
  if (claims->dpop_thumbprint.empty()) {
    const absl::Time now = SystemClock().Now();
    known_.Put(CacheKey(credentials), identity, std::min(claims->expires, now + kKnownFor), now);
  }
  return identity;
}

absl::StatusOr<Identity> VerifiedIdentities::BySession(const Credentials& credentials) {
  if (sessions_ == nullptr) return LoginRequired();
  const auto session = sessions_->Find(credentials.session);
  if (!session.ok()) return session.status();
  auto caller = ActAs(session->profile,
                      credentials.role.empty() ? Role_Name(session->role) : credentials.role);
  if (!caller.ok()) return caller.status();
  return Identity{*std::move(caller), std::nullopt};
}

}  // namespace ip::gateway
