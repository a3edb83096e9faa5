#include <google/rpc/error_details.pb.h>

#include "absl/strings/str_cat.h"
#include "individuellplan/plan/v1/plan_feed_service.grpc.pb.h"
#include "individuellplan/plan/v1/plan_service.grpc.pb.h"
#include "lib/base/clock.h"
#include "lib/rpc/client.h"
#include "referral-service/worker/plan_client.h"

namespace ip::referral {
namespace {

namespace plan = individuellplan::plan::v1;
constexpr absl::Duration kBudget = absl::Seconds(5);
constexpr absl::Duration kLookUpBudget = absl::Milliseconds(500);  // somebody waits for it
constexpr char kErrorInfo[] = "type.googleapis.com/google.rpc.ErrorInfo";

// The plan that OPEN_PLAN_EXISTS speaks of, "" when the error does not say.
std::string PlanIn(const absl::Status& status) {
  google::rpc::ErrorInfo info;
  const auto payload = status.GetPayload(kErrorInfo);
  if (!payload || !info.ParseFromString(std::string(*payload))) return "";
  if (info.reason() != "OPEN_PLAN_EXISTS") return "";
  const auto found = info.metadata().find("plan");
  return found == info.metadata().end() ? "" : found->second;
}

// Whoever consented for the person; how they may stands in the notice, which the consent refers to.
plan::Representative::Kind RepresentativeOf(const pb::NeedNotice& notice, absl::CivilDay today) {
  const auto& birth = notice.subject().birth_date();
  const bool minor = IsValid(birth) && Birthday(birth, 18) > today;
  return minor ? plan::Representative::PARENT : plan::Representative::GUARDIAN;
}

plan::Consent ConsentOf(const pb::NeedNotice& notice) {
  plan::Consent consent;
  consent.set_kind(plan::Consent::CREATE_PLAN);
  consent.set_informed(true);  // a precondition of the notice, or of the case worker's yes
  const bool own = notice.consent_basis().kind() == pb::ConsentBasis::OWN_REQUEST;
  if (own && !notice.notifier().recorded_by_unit()) {
    consent.set_form(plan::Consent::ELECTRONIC);
  } else {
    consent.set_form(plan::Consent::ORAL);
    consent.set_form_reference(notice.name());
  }
  if (notice.consent_basis().kind() == pb::ConsentBasis::CONSENT_BY_REPRESENTATIVE) {
    consent.set_grantor_basis(
        RepresentativeOf(notice, OsloDay(TimeOf(notice.decision().decide_time()))));
  }
  return consent;
}

plan::CarePlan PlanOf(const pb::NeedNotice& notice) {
  plan::CarePlan opened;
  opened.mutable_subject()->set_display_name(notice.subject().display_name());
  opened.mutable_subject()->set_language(notice.subject().language());
  if (notice.subject().has_birth_date()) {
    *opened.mutable_subject()->mutable_birth_date() = notice.subject().birth_date();
  }
  opened.set_municipality_code(notice.subject().municipality_code());
  opened.set_unit(notice.unit());
  opened.set_notice(notice.name());
  *opened.mutable_legal_bases() = notice.decision().legal_bases();
  auto* languages = opened.mutable_adaptation()->mutable_interpreter_languages();
  *languages = notice.subject().interpreter_languages();
  if (languages->empty()) opened.clear_adaptation();
  return opened;
}

class RpcPlanClient final : public PlanClient {
 public:
  RpcPlanClient(const std::shared_ptr<grpc::Channel>& channel, auth::TokenSigner* signer)
      : signer_(*signer),
        plans_(plan::PlanService::NewStub(channel)),
        feed_(plan::PlanFeedService::NewStub(channel)) {}

  absl::StatusOr<ExistingPlan> FindOpenPlan(const std::string& person) override {
    plan::FindOpenPlanRequest request;
    request.set_person(person);
    rpc::CallOptions options = Options();
    options.budget = kLookUpBudget;
    auto found = rpc::Invoke(*feed_, &plan::PlanFeedService::Stub::FindOpenPlan, request, options);
    if (!found.ok()) return found.status();
    return ExistingPlan{found->plan(), found->unit()};
  }

  absl::StatusOr<std::string> OpenPlan(const pb::NeedNotice& notice, const std::string& national_id,
                                       const std::string& request_id) override {
    plan::CreatePlanRequest request;
    *request.mutable_plan() = PlanOf(notice);
    *request.mutable_consent() = ConsentOf(notice);
    request.mutable_subject_identity()->set_national_id(national_id);
    request.set_request_id(request_id);
    auto opened = rpc::Invoke(*plans_, &plan::PlanService::Stub::CreatePlan, request, Options());
    if (opened.ok()) return opened->name();
    const std::string existing = PlanIn(opened.status());
    if (!existing.empty()) return existing;
    return opened.status();
  }

  absl::StatusOr<std::string> Nominate(const pb::NeedNotice& notice,
                                       const pb::CoordinatorCandidate& candidate,
                                       absl::CivilDay today,
                                       const std::string& request_id) override {
    plan::NominateCoordinatorRequest request;
    request.set_plan(notice.acceptance().plan());
    request.set_request_id(request_id);
    request.set_kind(notice.decision().outcome() == pb::NeedNotice::CHILD_COORDINATOR
                         ? plan::CoordinatorAppointment::CHILD_COORDINATOR
                         : plan::CoordinatorAppointment::COORDINATOR);
    *request.mutable_candidate_identity() = candidate.identity();
    auto* participant = request.mutable_candidate();
    participant->set_kind(plan::Participant::PROFESSIONAL);
    participant->set_display_name(candidate.display_name());
    participant->set_organization(candidate.organization());
    participant->set_organization_display_name(candidate.organization_display_name());
    participant->set_work_email(candidate.work_email());
    participant->set_phone(candidate.phone());
    *participant->mutable_period()->mutable_start_date() = DateOf(today);
    auto asked =
        rpc::Invoke(*plans_, &plan::PlanService::Stub::NominateCoordinator, request, Options());
    if (!asked.ok()) return asked.status();
    return asked->name();
  }

  absl::StatusOr<CoordinatorAnswer> AnswerOf(const pb::NeedNotice& notice) override {
    plan::GetCoordinatorAppointmentRequest request;
    request.set_name(notice.acceptance().appointment());
    auto found = rpc::Invoke(*feed_, &plan::PlanFeedService::Stub::GetCoordinatorAppointment,
                             request, Options());
    if (!found.ok()) return found.status();
    if (found->state() == plan::CoordinatorAppointment::NOMINATED) return CoordinatorAnswer::kNone;
    return found->has_accept_time() ? CoordinatorAnswer::kAccepted : CoordinatorAnswer::kDeclined;
  }

 private:
  rpc::CallOptions Options() {
    rpc::CallOptions options;
    options.budget = kBudget;
    // Without a token the call is refused and tried again: nothing is lost.
    options.identity = [this] { return signer_.SignAsService("plan-service").value_or(""); };
    return options;
  }

  auth::TokenSigner& signer_;
  const std::unique_ptr<plan::PlanService::Stub> plans_;
  const std::unique_ptr<plan::PlanFeedService::Stub> feed_;
};

}  // namespace

std::unique_ptr<PlanClient> MakeRpcPlanClient(const std::shared_ptr<grpc::Channel>& channel,
                                              auth::TokenSigner* signer) {
  return std::make_unique<RpcPlanClient>(channel, signer);
}

}  // namespace ip::referral
