// What other services may know: dates and duties, and where a mail about one can be sent.
#include "individuellplan/plan/v1/plan_feed_service.pb.h"
#include "lib/base/errors.h"
#include "lib/outbox/outbox.h"
#include "plan-service/domain/mandate.h"
#include "plan-service/domain/obligations.h"
#include "plan-service/domain/team.h"
#include "plan-service/service/handlers.h"

namespace ip::plan {
namespace {

using Contact = type::ResolveContactResponse;

constexpr int kBatch = 200;
constexpr int kMostPlans = 1000;                    // of a person
constexpr absl::Duration kLook = absl::Seconds(1);  // between two looks whether the stream goes on

absl::Status Watch(const Desk& desk, rpc::CallContext& call,
                   const type::WatchEventsRequest& request,
                   rpc::Writer<type::ObligationEvent>& writer) {
  auto at = outbox::DecodeCursor(request.after(), "after");
  if (!at.ok()) return at.status();
  while (!call.cancelled() && !call.stopping()) {
    auto entries = desk.parts().feed->Next(*at, kBatch, SystemClock().Now() + kLook);
    if (!entries.ok()) return entries.status();
    for (const auto& entry : *entries) {
      type::ObligationEvent event;
      if (!event.ParseFromString(entry.payload)) return absl::DataLossError("outbox payload");
      event.set_cursor(outbox::EncodeCursor(entry.seq));
      event.mutable_create_time()->set_seconds(absl::ToUnixSeconds(entry.create_time));
      if (!writer.Write(event)) return absl::OkStatus();
      at = entry.seq;
    }
  }
  return Error(absl::StatusCode::kUnavailable, "STREAM_ENDED",
               "The server ends the stream. Call again with the last cursor.");
}

absl::StatusOr<type::ObligationEvent> GetObligations(const Desk& desk, rpc::CallContext& call,
                                                     const type::GetObligationsRequest& request) {
  if (!IsPlanName(request.aggregate())) return NotFound("plan");
  auto plan = desk.parts().plans->Get(call.deadline(), request.aggregate());
  if (!plan.ok()) return plan.status();
  return ObligationsOf(*plan, desk.Today());
}

absl::StatusOr<pb::FindOpenPlanResponse> FindOpenPlan(const Desk& desk, rpc::CallContext& call,
                                                      const pb::FindOpenPlanRequest& request) {
  auto found = desk.parts().questions->OpenPlanOf(call.deadline(), request.person());
  if (!found.ok()) return found.status();
  pb::FindOpenPlanResponse response;
  if (*found) {
    response.set_plan((*found)->plan);
    response.set_unit((*found)->unit);
  }
  return response;
}

absl::StatusOr<pb::CoordinatorAppointment> GetCoordinatorAppointment(
    const Desk& desk, rpc::CallContext& call, const pb::GetCoordinatorAppointmentRequest& request) {
  const std::string plan_name = PlanOf(request.name());
  if (plan_name.empty()) return NotFound("coordinator appointment");
  auto plan = desk.parts().plans->Get(call.deadline(), plan_name);
  if (!plan.ok()) return plan.status();
  const auto* found = FindByName(plan->coordinator_appointments(), request.name());
  if (found == nullptr) return NotFound("coordinator appointment");
  pb::CoordinatorAppointment appointment = *found;
  appointment.clear_reason();
  return appointment;
}

absl::StatusOr<pb::Mandate> GetMandate(const Desk& desk, rpc::CallContext& call,
                                       const pb::GetMandateRequest& request) {
  if (request.representative().empty()) return InvalidField("representative", "is required.");
  if (request.represented().empty()) return InvalidField("represented", "is required.");
  PlanQuery query;
  query.person = request.represented();
  query.roles = {"OWNER"};
  query.today = desk.Today();
  query.limit = kMostPlans;
  auto rows = desk.parts().plans->FindPlans(call.deadline(), query);
  if (!rows.ok()) return rows.status();
  pb::Mandate mandate;
  for (const PlanRow& row : *rows) {
    auto plan = desk.parts().plans->Get(call.deadline(), row.plan);
    if (!plan.ok()) return plan.status();
    // They may also stand there as somebody else's representative. Nobody has two open plans.
    if (plan->subject().person() != request.represented()) continue;
    mandate.MergeFrom(MandateIn(*plan, request.representative(), desk.parts().clock->Now()));
  }
  return mandate;
}

Contact Unreachable(Contact::Obstacle obstacle) {
  Contact contact;
  contact.set_obstacle(obstacle);
  return contact;
}

Contact AtWork(const std::string& email, type::Language language) {
  Contact contact;
  contact.set_audience(Contact::PROFESSIONAL);
  contact.set_language(language);
  contact.set_email(email);
  if (email.empty()) contact.set_obstacle(Contact::NO_ADDRESS);
  return contact;
}

bool IsStillTheirs(const CarePlan& plan, const type::ResolveContactRequest& request,
                   absl::CivilDay today) {
  if (request.called_off() && request.recipient() == plan.subject().person()) return true;
  const auto event = ObligationsOf(plan, today);
  for (const auto& duty : event.obligations()) {
    // What is called off is told to whom any duty still names.
    if (duty.name() != request.obligation() && !request.called_off()) continue;
    // The unit answers for every open duty in the end, also where the duty does not name it.
    if (request.recipient() == plan.unit()) return true;
    for (const auto& party : duty.parties()) {
      const bool same_capacity = request.capacity() == type::Obligation::CAPACITY_UNSPECIFIED ||
                                 request.capacity() == party.capacity();
      if (party.recipient() == request.recipient() && same_capacity) return true;
    }
  }
  return false;
}

absl::StatusOr<Contact> Citizen(const Desk& desk, const rpc::CallContext& call,
                                const CarePlan& plan, const std::string& person) {
  auto number = desk.parts().numbers->Find(call.deadline(), person);
  if (!number.ok()) return number.status();
  if (!*number) {
    Contact contact = Unreachable(Contact::NO_ADDRESS);
    contact.set_audience(Contact::PRIVATE_PERSON);
    return contact;
  }
  auto contact = desk.parts().krr->LookUp(**number, call.deadline());
  if (!contact.ok()) return contact;
  // What somebody chose in the plan is closer than what the register knows.
  const auto* participant = ParticipantOf(plan, person, desk.Today());
  const type::Language chosen =
      participant != nullptr ? participant->language() : type::LANGUAGE_UNSPECIFIED;
  if (chosen != type::LANGUAGE_UNSPECIFIED) contact->set_language(chosen);
  return contact;
}

absl::StatusOr<Contact> ResolveContact(const Desk& desk, rpc::CallContext& call,
                                       const type::ResolveContactRequest& request) {
  const std::string plan_name = PlanOf(request.obligation());
  if (plan_name.empty()) return NotFound("obligation");
  auto plan = desk.parts().plans->Get(call.deadline(), plan_name);
  if (!plan.ok()) return plan.status();
  if (!IsStillTheirs(*plan, request, desk.Today())) return Unreachable(Contact::NOT_RESPONSIBLE);
  if (const auto* unit = desk.parts().reference->FindUnit(request.recipient())) {
    const bool leader = request.capacity() == type::Obligation::UNIT_LEADER;
    return AtWork(leader ? unit->leader_email() : unit->email(), type::NB);
  }
  for (const auto& participant : plan->participants()) {
    if (participant.person() == request.recipient() &&
        participant.kind() == pb::Participant::PROFESSIONAL) {
      return AtWork(participant.work_email(), participant.language());
    }
  }
  return Citizen(desk, call, *plan, request.recipient());
}

}  // namespace

void ServeFeed(rpc::Router& router, const Desk& desk) {
  router.ServerStream<type::WatchEventsRequest, type::ObligationEvent>(
      kFeedService, "WatchEvents",
      [&desk](rpc::CallContext& call, const type::WatchEventsRequest& request,
              rpc::Writer<type::ObligationEvent>& writer) {
        return Watch(desk, call, request, writer);
      });
  router.Unary<type::GetObligationsRequest, type::ObligationEvent>(
      kFeedService, "GetObligations",
      [&desk](rpc::CallContext& call, const type::GetObligationsRequest& request) {
        return GetObligations(desk, call, request);
      });
  router.Unary<pb::GetCoordinatorAppointmentRequest, pb::CoordinatorAppointment>(
      kFeedService, "GetCoordinatorAppointment",
      [&desk](rpc::CallContext& call, const pb::GetCoordinatorAppointmentRequest& request) {
        return GetCoordinatorAppointment(desk, call, request);
      });
  Serve(router, desk, kFeedService, "FindOpenPlan", FindOpenPlan);
  Serve(router, desk, kFeedService, "GetMandate", GetMandate);
  router.Unary<type::ResolveContactRequest, Contact>(
      kFeedService, "ResolveContact",
      [&desk](rpc::CallContext& call, const type::ResolveContactRequest& request) {
        return ResolveContact(desk, call, request);
      });
}

}  // namespace ip::plan
