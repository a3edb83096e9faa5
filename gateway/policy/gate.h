// Who are you? Every door asks the gate before it forwards anything.
#ifndef GATEWAY_POLICY_GATE_H_
#define GATEWAY_POLICY_GATE_H_

#include <functional>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "gateway/policy/methods.h"
#include "lib/auth/caller.h"
#include "lib/auth/internal_token.h"

namespace ip::gateway {

// What a client shows of itself. Nothing here is believed before it is verified.
struct Credentials {
  std::string authorization;   // the whole header, e.g. "Bearer …"
  std::string session;         // the value of the session cookie
  std::string role;            // x-role: which of their roles they act in, "" for the first
  std::string purpose_of_use;  // x-purpose-of-use
  // For proofs of possession (DPoP): the proof, and the request that it must be made for.
  std::string dpop;
  std::string http_method;
  std::string path;
};

// Turns credentials into a caller. Thread-safe.
class Identities {
 public:
  virtual ~Identities() = default;
  // Calls `done` exactly once: at once when the answer is known, otherwise from another thread.
  // Errors: UNAUTHENTICATED with the way out; UNAVAILABLE when it cannot be found out now.
  using Done = std::function<void(absl::StatusOr<Caller>)>;
  virtual void Identify(Credentials credentials, Done done) = 0;
};

// What a call carries to a service instead of the client's credentials.
struct Pass {
  Caller caller;
  std::string token;  // internal, for the service that answers the method
};

class Gate {
 public:
  // All must outlive the gate.
  Gate(Identities* identities, auth::TokenSigner* signer, const std::vector<Route>* routes)
      : identities_(*identities), signer_(*signer), routes_(*routes) {}

  // As Identities::Identify; `done` gets the pass for `method`.
  using Done = std::function<void(absl::StatusOr<Pass>)>;
  void Admit(const Method& method, Credentials credentials, Done done);

 private:
  Identities& identities_;
  auth::TokenSigner& signer_;
  const std::vector<Route>& routes_;
};

}  // namespace ip::gateway

#endif  // GATEWAY_POLICY_GATE_H_
