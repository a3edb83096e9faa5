// Who are you, and is there room? Every door asks the gate before it forwards anything.
#ifndef GATEWAY_POLICY_GATE_H_
#define GATEWAY_POLICY_GATE_H_

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "gateway/policy/circuit.h"
#include "gateway/policy/methods.h"
#include "gateway/policy/rate_limiter.h"
#include "lib/auth/caller.h"
#include "lib/auth/internal_token.h"

namespace ip::gateway {

// What a client shows of itself. Nothing here is believed before it is verified.
struct Credentials {
  std::string authorization;   // the whole header, e.g. "Bearer …"
  std::string session;         // the value of the session cookie
  std::string role;            // x-role: which of their roles they act in, "" for the first
  std::string purpose_of_use;  // x-purpose-of-use
  std::string acting_for;  // x-acting-for: whom they represent in this call; the services check it
  // For proofs of possession (DPoP): the proof, and the request that it must be made for.
  std::string dpop;
  std::string http_method;
  std::string path;
  // Where it comes from: an address, or a peer as gRPC writes them. For limits alone.
  std::string address;
};

// Who calls, and what their credentials open.
struct Identity {
  Caller caller;
  // What an access token allows. Absent for a session: it opens all that the role may do.
  std::optional<std::vector<std::string>> scopes;
};

// Turns credentials into an identity. Thread-safe.
class Identities {
 public:
  virtual ~Identities() = default;
  // Calls `done` exactly once: at once when the answer is known, otherwise from another thread.
  // Errors: UNAUTHENTICATED with the way out; UNAVAILABLE when it cannot be found out now.
  using Done = std::function<void(absl::StatusOr<Identity>)>;
  virtual void Identify(Credentials credentials, Done done) = 0;
};

// What a call carries to a service instead of the client's credentials.
struct Pass {
  Caller caller;
  std::string token;                        // internal, for the service that answers the method
  std::shared_ptr<Circuit::Ticket> ticket;  // to be kept while the call is in flight
};

struct GateLimits {
  // Many clients may share an address (a hospital's network), so that one gets more.
  Rate per_address = {2000, 4000};
  Rate per_subject = {200, 1000};
  CircuitLimits per_backend;
};

class Gate {
 public:
  // All must outlive the gate.
  Gate(Identities* identities, auth::TokenSigner* signer, const std::vector<Route>* routes,
       const GateLimits& limits = {});

  // RESOURCE_EXHAUSTED / TOO_MANY_REQUESTS with RetryInfo when an address asks too often.
  absl::Status CheckAddress(std::string_view address);

  // As Identities::Identify; `done` gets the pass for `method`. Errors besides: those of
  // CheckAddress, also for the subject; PERMISSION_DENIED / SCOPE_MISSING when the access token
  // does not allow the method; those of Circuit::Enter.
  using Done = std::function<void(absl::StatusOr<Pass>)>;
  void Admit(const Method& method, Credentials credentials, Done done);

 private:
  absl::StatusOr<Pass> PassFor(const Method& method, Identity identity);

  Identities& identities_;
  auth::TokenSigner& signer_;
  const std::vector<Route>& routes_;
  RateLimiter addresses_;
  RateLimiter subjects_;
  std::vector<std::unique_ptr<Circuit>> circuits_;  // one per route
};

}  // namespace ip::gateway

#endif  // GATEWAY_POLICY_GATE_H_
