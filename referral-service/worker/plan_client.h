// What this service needs of plan-service. All changes are idempotent by their request id.
#ifndef REFERRAL_SERVICE_WORKER_PLAN_CLIENT_H_
#define REFERRAL_SERVICE_WORKER_PLAN_CLIENT_H_

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "grpcpp/channel.h"
#include "individuellplan/referral/v1/referral_service.pb.h"
#include "lib/auth/internal_token.h"
#include "referral-service/domain/types.h"

namespace ip::referral {

enum class CoordinatorAnswer { kNone, kAccepted, kDeclined };

// The plan a person has open; both empty when they have none.
struct ExistingPlan {
  std::string plan;  // "plans/{plan}"
  std::string unit;  // "units/{unit}" that answers for it
};

class PlanClient {
 public:
  virtual ~PlanClient() = default;

  // Of "persons/{person}". Nobody but that unit is to be told of it.
  virtual absl::StatusOr<ExistingPlan> FindOpenPlan(const std::string& person) = 0;

  // Opens the plan record of the person a notice is about, and answers "plans/{plan}"; the one that
  // is open already when there is one.
  virtual absl::StatusOr<std::string> OpenPlan(const pb::NeedNotice& notice,
                                               const std::string& national_id,
                                               const std::string& request_id) = 0;
  // Asks the candidate, and answers "plans/{plan}/coordinatorAppointments/{appointment}".
  virtual absl::StatusOr<std::string> Nominate(const pb::NeedNotice& notice,
                                               const pb::CoordinatorCandidate& candidate,
                                               absl::CivilDay today,
                                               const std::string& request_id) = 0;
  // What the nominated one has said.
  virtual absl::StatusOr<CoordinatorAnswer> AnswerOf(const pb::NeedNotice& notice) = 0;
};

// Over gRPC, as role SERVICE. The channel and signer must outlive it; `signer` may be shared.
std::unique_ptr<PlanClient> MakeRpcPlanClient(const std::shared_ptr<grpc::Channel>& channel,
                                              auth::TokenSigner* signer);

}  // namespace ip::referral

#endif  // REFERRAL_SERVICE_WORKER_PLAN_CLIENT_H_
