// Proof of possession (RFC 9449): who sends a bound token must hold the key it is bound to.
#ifndef LIB_AUTH_DPOP_H_
#define LIB_AUTH_DPOP_H_

#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "lib/auth/expiring_cache.h"

namespace ip::auth {

// What a request brings to prove itself.
struct PresentedToken {
  // The Authorization header: "Bearer <token>" or "DPoP <token>".
  std::string authorization;
  // The DPoP header, "" when there was none or more than one.
  std::string dpop;
  // The request as the client sees it, e.g. "POST" and
  // "https://ip.example.no/individuellplan.plan.v1.PlanService/GetPlan"; a query is ignored.
  std::string method;
  std::string url;
};

// Checks proofs and remembers them, so that none is taken twice by this process. Thread-safe.
class DpopVerifier {
 public:
  DpopVerifier();

  // OK when `request.dpop` was made for this request and token, at most 60 s ago, by the key with
  // `thumbprint`.
  // Errors: UNAUTHENTICATED / DPOP_INVALID or DPOP_REPLAYED; RESOURCE_EXHAUSTED when too many
  // proofs must be remembered.
  absl::Status Verify(const PresentedToken& request, std::string_view token,
                      std::string_view thumbprint, absl::Time now);

 private:
  ExpiringCache<char> seen_;
};

}  // namespace ip::auth

#endif  // LIB_AUTH_DPOP_H_
