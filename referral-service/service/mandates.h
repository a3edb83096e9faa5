// Acting for somebody else: what the caller says is believed when the represented person's plan
// says so too.
#ifndef REFERRAL_SERVICE_SERVICE_MANDATES_H_
#define REFERRAL_SERVICE_SERVICE_MANDATES_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "grpcpp/channel.h"
#include "individuellplan/plan/v1/plan_feed_service.pb.h"
#include "lib/auth/internal_token.h"
#include "lib/rpc/call_context.h"

namespace ip::referral {

// Knows what people may do for each other. Thread-safe.
class Mandates {
 public:
  virtual ~Mandates() = default;
  // What the caller may do for `caller.acting_for` now. Errors: UNAVAILABLE / BACKEND_UNAVAILABLE.
  virtual absl::StatusOr<individuellplan::plan::v1::Mandate> Find(const rpc::CallContext& ctx) = 0;
};

// Asks plan-service each time: a mandate that was taken back counts no more from the next call on.
// The signer must outlive it.
std::unique_ptr<Mandates> MakeRpcMandates(std::shared_ptr<grpc::Channel> channel,
                                          auth::TokenSigner* signer);

// OK when the caller acts for nobody, or for somebody whose notices they may read (where that is
// all the RPC does) or answer for. Notices, letters and complaints are what a plan knows as
// DECISIONS. Errors: PERMISSION_DENIED / REPRESENTATION_MISSING; those of Find.
absl::Status CheckActingFor(const rpc::CallContext& ctx, Mandates& mandates);

}  // namespace ip::referral

#endif  // REFERRAL_SERVICE_SERVICE_MANDATES_H_
