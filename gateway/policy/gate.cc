#include "gateway/policy/gate.h"

#include <utility>

namespace ip::gateway {

void Gate::Admit(const Method& method, Credentials credentials, Done done) {
  identities_.Identify(std::move(credentials),
                       [this, &method, done = std::move(done)](absl::StatusOr<Caller> caller) {
                         if (!caller.ok()) return done(caller.status());
                         auto token = signer_.Sign(*caller, routes_[method.route].backend);
                         if (!token.ok()) return done(token.status());
                         done(Pass{*std::move(caller), *std::move(token)});
                       });
}

}  // namespace ip::gateway
