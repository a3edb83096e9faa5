// The door for FHIR R4: GET and POST below /fhir/R4/. Every answer is made from calls to
// plan-service as the caller themself, so that rights, blocks and the access log hold here as
// everywhere.
#ifndef GATEWAY_FHIR_DOOR_H_
#define GATEWAY_FHIR_DOOR_H_

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/doors/http_server.h"
#include "gateway/fhir/call.h"

namespace ip::gateway {

class FhirDoor {
 public:
  // All must outlive the door. `base` is the address of /fhir/R4/ as clients see it, with its last
  // slash.
  FhirDoor(const Methods* methods, const std::vector<Backend>* backends, Gate* gate,
           std::string session_cookie, std::string base)
      : parts_{*methods, *backends, *gate, std::move(session_cookie), std::move(base)} {}

  static bool Serves(std::string_view path);
  void Handle(std::shared_ptr<Exchange> exchange);

 private:
  const FhirParts parts_;
};

}  // namespace ip::gateway

#endif  // GATEWAY_FHIR_DOOR_H_
