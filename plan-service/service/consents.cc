#include "plan-service/domain/consents.h"

#include "lib/base/errors.h"
#include "plan-service/service/handlers.h"

namespace ip::plan {
namespace {

absl::StatusOr<std::string> Give(CarePlan& plan, const Act& act,
                                 const pb::CreateConsentRequest& request) {
  pb::Consent consent = request.consent();
  if (consent.form() == pb::Consent::FORM_UNSPECIFIED) consent.set_form(pb::Consent::ELECTRONIC);
  if (consent.form() != pb::Consent::ELECTRONIC) {
    return InvalidField(
        "consent.form",
        "is ELECTRONIC when given here; paper and oral consents are registered with "
        "RecordConsent.");
  }
  return AddConsent(plan, act, consent, "");
}

absl::StatusOr<std::string> Record(CarePlan& plan, const Act& act,
                                   const pb::CreateConsentRequest& request) {
  if (request.consent().form() == pb::Consent::ELECTRONIC) {
    return InvalidField("consent.form",
                        "is PAPER or ORAL here; an electronic consent is given by the grantor with "
                        "GiveConsent.");
  }
  return AddConsent(plan, act, request.consent(), act.actor);
}

absl::StatusOr<pb::Representative> Appoint(const Desk& desk, rpc::CallContext& call,
                                           const pb::CreateRepresentativeRequest& request) {
  auto who = desk.Identify("identity", request.identity());
  if (!who.ok()) return who.status();
  return Answer<pb::Representative>(desk, call,
                                    desk.Change(
                                        call, request.parent(), request.request_id(), "", {},
                                        [&](CarePlan& plan, const Act& act) {
                                          return CreateRepresentative(
                                              plan, act, request.representative(), who->person);
                                        },
                                        *who));
}

}  // namespace

void ServeConsents(rpc::Router& router, const Desk& desk) {
  ServeChange<pb::CreateConsentRequest, pb::Consent>(router, desk, kAccessService, "GiveConsent",
                                                     {}, Give);
  ServeChange<pb::CreateConsentRequest, pb::Consent>(router, desk, kAccessService, "RecordConsent",
                                                     {}, Record);
  ServeChange<pb::ActionRequest, pb::Consent>(router, desk, kAccessService, "WithdrawConsent", {},
                                              WithdrawConsent);
  ServeChange<pb::ActionRequest, pb::Consent>(router, desk, kAccessService, "RefuseConsent", {},
                                              RefuseConsent);
  ServeChange<pb::BlockAccessRequest, pb::AccessBlock>(
      router, desk, kAccessService, "BlockAccess", {},
      [](CarePlan& plan, const Act& act, const pb::BlockAccessRequest& request) {
        return BlockAccess(plan, act, request.access_block());
      });
  ServeChange<pb::ActionRequest, pb::AccessBlock>(router, desk, kAccessService, "LiftAccessBlock",
                                                  {}, LiftAccessBlock);
  router.Unary<pb::CreateRepresentativeRequest, pb::Representative>(
      kAccessService, "CreateRepresentative",
      [&desk](rpc::CallContext& call, const pb::CreateRepresentativeRequest& request) {
        return Appoint(desk, call, request);
      });
  ServeChange<pb::ActionRequest, pb::Representative>(router, desk, kAccessService,
                                                     "EndRepresentation", {}, EndRepresentation);
}

}  // namespace ip::plan
