// The identity providers, and what their tokens make of somebody.
#ifndef GATEWAY_SESSION_PROVIDER_H_
#define GATEWAY_SESSION_PROVIDER_H_

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "individuellplan/type/v1/access.pb.h"
#include "lib/auth/access_token.h"
#include "lib/auth/caller.h"
#include "lib/auth/jose.h"
#include "lib/auth/jwks_cache.h"
#include "lib/auth/person_id.h"

namespace ip::gateway {

using individuellplan::type::v1::Role;

struct Provider {
  std::string id;  // "idporten" or "helseid"
  std::shared_ptr<auth::JwksCache> keys;
  std::string client_id;
  std::string client_secret;
  // ID-porten vouches for citizens, HelseID for professionals and systems.
  bool professionals = false;
  // Accepted levels of assurance; HelseID has a claim of its own instead.
  std::vector<std::string> acr_values = {};
  // Our key there (private_key_jwt), instead of the secret; may be null.
  std::shared_ptr<const auth::Jwk> client_key = nullptr;
  // Tokens must be bound to a key: those of systems, and we bind our own.
  bool dpop = false;
};

// Somebody whom a provider vouches for, before they have chosen a role.
struct Profile {
  std::vector<Role> roles;  // at least one; the first is the default
  Caller caller;            // all but the role
};

// The national identity number in the claims becomes a person's name here and goes no further.
// Errors: UNAUTHENTICATED / IDENTITY_INCOMPLETE or LOGIN_LEVEL_TOO_LOW.
absl::StatusOr<Profile> ProfileOf(const auth::TokenClaims& claims, const Provider& provider,
                                  const auth::PersonIds& persons);

// The caller in one of their roles, "" for the first.
// Errors: PERMISSION_DENIED / ROLE_NOT_YOURS.
absl::StatusOr<Caller> ActAs(const Profile& profile, std::string_view role);

// INVALID_ARGUMENT / PURPOSE_INVALID for a purpose of use that is no short plain text.
absl::Status CheckPurpose(std::string_view purpose);

// INVALID_ARGUMENT / ACTING_FOR_INVALID for what is no person's name, or said by somebody who does
// not call as a citizen. Whether they may is for the services to say, from the person's plan.
absl::Status CheckActingFor(std::string_view person, Role role);

}  // namespace ip::gateway

#endif  // GATEWAY_SESSION_PROVIDER_H_
