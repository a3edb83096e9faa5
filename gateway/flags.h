// What the gateway's own flags say, made into what it needs.
#ifndef GATEWAY_FLAGS_H_
#define GATEWAY_FLAGS_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "gateway/gateway.h"
#include "gateway/session/login_pages.h"
#include "gateway/session/opt_out.h"
#include "gateway/session/provider.h"
#include "lib/auth/internal_token.h"
#include "lib/auth/person_id.h"
#include "lib/crypto/key_ring.h"
#include "lib/reference/reference.h"

namespace ip::gateway {

// INVALID_ARGUMENT naming what a gateway in production must not do: show itself or call the
// services over a network without TLS.
absl::Status CheckProduction();

// Everything but `pages` and `ready`.
GatewayOptions OptionsFromFlags();
LoginOptions LoginOptionsFromFlags();
std::string AudienceFromFlags();
// Empty when no file is given. Errors: those of Reference::Load.
absl::StatusOr<Reference> ReferenceFromFlags();

// The providers that are configured, citizens' first. Errors: those of ReadSecretFile.
absl::StatusOr<std::vector<Provider>> ProvidersFromFlags();
absl::StatusOr<std::unique_ptr<auth::TokenSigner>> SignerFromFlags();
absl::StatusOr<auth::PersonIds> PersonIdsFromFlags();
// Errors: those of KeyRing::Load.
absl::StatusOr<std::unique_ptr<crypto::KeyRing>> SessionKeysFromFlags();

// Those of MakeOptOut.
absl::StatusOr<OptOut> OptOutFromFlags(auth::TokenSigner* signer);

}  // namespace ip::gateway

#endif  // GATEWAY_FLAGS_H_
