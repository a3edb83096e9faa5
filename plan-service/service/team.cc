#include "plan-service/domain/team.h"

#include "lib/base/errors.h"
#include "plan-service/service/handlers.h"

namespace ip::plan {
namespace {

absl::StatusOr<pb::Participant> Invite(const Desk& desk, rpc::CallContext& call,
                                       const pb::CreateParticipantRequest& request) {
  auto who = desk.Identify("identity", request.identity());
  if (!who.ok()) return who.status();
  return Answer<pb::Participant>(desk, call,
                                 desk.Change(
                                     call, request.parent(), request.request_id(), "", {type::TEAM},
                                     [&](CarePlan& plan, const Act& act) {
                                       return CreateParticipant(plan, act, request.participant(),
                                                                who->person);
                                     },
                                     *who));
}

absl::StatusOr<pb::CoordinatorAppointment> Nominate(const Desk& desk, rpc::CallContext& call,
                                                    const pb::NominateCoordinatorRequest& request) {
  std::string person = request.candidate().person();
  std::optional<Identified> who;
  if (request.has_candidate_identity() || person.empty()) {
    auto identified = desk.Identify("candidate_identity", request.candidate_identity());
    if (!identified.ok()) return identified.status();
    who = *std::move(identified);
    person = who->person;
  }
  return Answer<pb::CoordinatorAppointment>(desk, call,
                                            desk.Change(
                                                call, request.plan(), request.request_id(), "", {},
                                                [&](CarePlan& plan, const Act& act) {
                                                  return NominateCoordinator(plan, act, request,
                                                                             person);
                                                },
                                                who));
}

}  // namespace

void ServeTeam(rpc::Router& router, const Desk& desk) {
  const auto serve = [&](std::string_view method, auto rule) {
    ServeChange<pb::ActionRequest, pb::CoordinatorAppointment>(router, desk, kPlanService, method,
                                                               {}, rule);
  };
  Serve(router, desk, kPlanService, "CreateParticipant", Invite);
  ServeChange<pb::UpdateParticipantRequest, pb::Participant>(
      router, desk, kPlanService, "UpdateParticipant", {type::TEAM}, UpdateParticipant);
  ServeChange<pb::ActionRequest, pb::Participant>(router, desk, kPlanService, "EndParticipation",
                                                  {type::TEAM}, EndParticipation);
  Serve(router, desk, kPlanService, "NominateCoordinator", Nominate);
  serve("AcceptCoordinatorAppointment", AcceptAppointment);
  serve("DeclineCoordinatorAppointment", DeclineAppointment);
  serve("RequestCoordinatorHandover", RequestHandover);
  serve("WithdrawCoordinatorHandover", WithdrawHandover);
  serve("EndCoordinatorAppointment", EndAppointment);
}

}  // namespace ip::plan
