// The services whose duties are reminded of.
#ifndef NOTIFICATION_SERVICE_WORKER_SOURCES_H_
#define NOTIFICATION_SERVICE_WORKER_SOURCES_H_

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "individuellplan/type/v1/obligation.pb.h"
#include "lib/auth/internal_token.h"
#include "lib/rpc/client.h"

namespace ip::notification {

// One service with a change feed. Thread-safe.
class Source {
 public:
  using Event = individuellplan::type::v1::ObligationEvent;
  using ResolveContactRequest = individuellplan::type::v1::ResolveContactRequest;
  using ResolveContactResponse = individuellplan::type::v1::ResolveContactResponse;

  virtual ~Source() = default;
  // A word for the stored cursor, logs and metrics: "plan" or "referral".
  virtual const std::string& name() const = 0;
  // Whether an aggregate ("plans/…") is this service's.
  virtual bool Owns(const std::string& aggregate) const = 0;
  // Reads events after a cursor until `take` answers false, the stream ends, or Cancel() is called.
  // `heard` is called once the service has answered, though it may have nothing to tell.
  virtual absl::Status Watch(const std::string& after, const std::function<void()>& heard,
                             const std::function<bool(const Event&)>& take) = 0;
  virtual void Cancel() = 0;
  // All open duties of an aggregate at this moment. Errors: NOT_FOUND.
  virtual absl::StatusOr<Event> Obligations(const std::string& aggregate) = 0;
  virtual absl::StatusOr<ResolveContactResponse> Resolve(const ResolveContactRequest& request) = 0;
};

using Sources = std::vector<std::unique_ptr<Source>>;

// plan-service and referral-service. Errors: those of rpc::MakeChannel. `signer` must outlive them.
absl::StatusOr<Sources> MakeSources(const std::string& plan_service,
                                    const std::string& referral_service, auth::TokenSigner* signer,
                                    const rpc::TlsFiles& tls);

}  // namespace ip::notification

#endif  // NOTIFICATION_SERVICE_WORKER_SOURCES_H_
