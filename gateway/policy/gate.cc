#include "gateway/policy/gate.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "gateway/policy/retry.h"
#include "lib/base/errors.h"

namespace ip::gateway {
namespace {

absl::Status TooMany(std::string_view who, absl::Duration wait) {
  if (wait == absl::ZeroDuration()) return absl::OkStatus();
  return RetryAfter(Error(absl::StatusCode::kResourceExhausted, "TOO_MANY_REQUESTS", who), wait);
}

absl::Status CheckScope(const Method& method, const Identity& identity) {
  if (!identity.scopes) return absl::OkStatus();
  const auto& scopes = *identity.scopes;
  if (method.scope.empty()) {
    return Error(absl::StatusCode::kPermissionDenied, "SCOPE_MISSING",
                 "No access token opens this; log in with a browser.");
  }
  if (std::find(scopes.begin(), scopes.end(), method.scope) != scopes.end()) {
    return absl::OkStatus();
  }
  return Error(absl::StatusCode::kPermissionDenied, "SCOPE_MISSING",
               absl::StrCat("The access token lacks the scope ", method.scope,
                            ". Ask the issuer for it when you fetch the token."),
               {{"scope", method.scope}});
}

}  // namespace

Gate::Gate(Identities* identities, auth::TokenSigner* signer, const std::vector<Route>* routes,
           const GateLimits& limits)
    : identities_(*identities),
      signer_(*signer),
      routes_(*routes),
      addresses_(limits.per_address),
      subjects_(limits.per_subject) {
  for (const Route& route : routes_) {
    circuits_.push_back(std::make_unique<Circuit>(route.backend, limits.per_backend));
  }
}

absl::Status Gate::CheckAddress(std::string_view address) {
  return TooMany("Too many requests come from your address. Wait a moment, then go on more slowly.",
                 addresses_.Take(LimitKeyOfAddress(address)));
}

void Gate::Admit(const Method& method, Credentials credentials, Done done) {
  if (auto status = CheckAddress(credentials.address); !status.ok()) return done(status);
  identities_.Identify(std::move(credentials),
                       [this, &method, done = std::move(done)](absl::StatusOr<Identity> identity) {
                         if (!identity.ok()) return done(identity.status());
                         done(PassFor(method, *std::move(identity)));
                       });
}

absl::StatusOr<Pass> Gate::PassFor(const Method& method, Identity identity) {
  Caller& caller = identity.caller;
  const std::string& subject = caller.person.empty() ? caller.organization : caller.person;
  if (auto status = TooMany("You call too often. Wait a moment, then go on more slowly.",
                            subjects_.Take(subject));
      !status.ok()) {
    return status;
  }
  if (auto status = CheckScope(method, identity); !status.ok()) return status;
  auto ticket = circuits_[method.route]->Enter(!method.unary);
  if (!ticket.ok()) return ticket.status();
  auto token = signer_.Sign(caller, routes_[method.route].backend);
  if (!token.ok()) return token.status();
  return Pass{std::move(caller), *std::move(token), *std::move(ticket)};
}

}  // namespace ip::gateway
