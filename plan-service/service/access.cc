// Who sees what: "see as".
#include "lib/base/errors.h"
#include "plan-service/domain/facts.h"
#include "plan-service/domain/view.h"
#include "plan-service/service/handlers.h"

namespace ip::plan {
namespace {

// The explanation of "see as", in plain words.
void Explain(const authz::Facts& facts, const authz::Decision& decision,
             type::LocalizedText& text) {
  if (facts.blocked) {
    text.set_nb("Eieren har stengt denne deltakeren ute.");
    text.set_nn("Eigaren har stengt denne deltakaren ute.");
  } else if (!decision.allowed) {
    text.set_nb("Ingenting er delt med denne deltakeren. Hen ser ikke at planen finnes.");
    text.set_nn("Ingenting er delt med denne deltakaren. Vedkomande ser ikkje at planen finst.");
  } else if (decision.reason == "COORDINATOR") {
    text.set_nb("Koordinatoren ser hele planen.");
    text.set_nn("Koordinatoren ser heile planen.");
  } else {
    text.set_nb("Deltakeren ser de delene eieren har samtykket til å dele.");
    text.set_nn("Deltakaren ser dei delane eigaren har samtykt til å dele.");
  }
}

absl::StatusOr<pb::PreviewAccessResponse> Preview(const Desk& desk, rpc::CallContext& call,
                                                  const pb::PreviewAccessRequest& request) {
  auto opened = desk.Open(call, request.plan());
  if (!opened.ok()) return opened.status();
  if (!SeesProtected(opened->decision)) {
    return PermissionDenied("NOT_ALLOWED_IN_PLAN",
                            "What others see is shown to the owner and the coordinator.");
  }
  const auto* participant = FindByName(opened->plan.participants(), request.participant());
  if (participant == nullptr) return NotFound("participant");
  const authz::Facts facts = FactsOfParticipant(
      opened->plan, *participant,
      request.has_hypothetical_consent() ? &request.hypothetical_consent() : nullptr,
      request.purpose_of_use(), desk.parts().clock->Now());
  const authz::Decision decision = authz::Decide(type::READ_PLAN, facts);
  desk.LogRead(call, opened->plan, opened->decision);
  pb::PreviewAccessResponse response;
  Explain(facts, decision, *response.mutable_explanation());
  if (!decision.allowed) return response;
  for (const auto section : decision.sections) response.add_sections(section);
  MakeView(opened->plan, decision, desk.Today(), desk.Rules());
  *response.mutable_plan() = std::move(opened->plan);
  return response;
}

}  // namespace

void ServeAccess(rpc::Router& router, const Desk& desk) {
  router.Unary<pb::PreviewAccessRequest, pb::PreviewAccessResponse>(
      kAccessService, "PreviewAccess",
      [&desk](rpc::CallContext& call, const pb::PreviewAccessRequest& request) {
        return Preview(desk, call, request);
      });
}

}  // namespace ip::plan
