// What all handlers share: open a plan for a caller, change it, show it.
//
// Whoever may not see a plan gets NOT_FOUND, as if it did not exist; whoever sees it but may not do
// this gets PERMISSION_DENIED / NOT_ALLOWED_IN_PLAN. Decisions are made from the plan as it is in
// the transaction that changes it, so a withdrawn consent counts from the next call on.
#ifndef PLAN_SERVICE_SERVICE_DESK_H_
#define PLAN_SERVICE_SERVICE_DESK_H_

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "individuellplan/plan/v1/plan_service.pb.h"
#include "lib/auth/person_id.h"
#include "lib/authz/decide.h"
#include "lib/outbox/feed.h"
#include "lib/reference/reference.h"
#include "lib/rpc/router.h"
#include "plan-service/contact/krr.h"
#include "plan-service/domain/act.h"
#include "plan-service/domain/dates.h"
#include "plan-service/domain/names.h"
#include "plan-service/service/bundle.h"
#include "plan-service/storage/access_log.h"
#include "plan-service/storage/person_numbers.h"
#include "plan-service/storage/plan_questions.h"
#include "plan-service/storage/plan_repository.h"

namespace ip::plan {

namespace pb = individuellplan::plan::v1;
namespace type = individuellplan::type::v1;

inline constexpr std::string_view kPlanService = "individuellplan.plan.v1.PlanService";
inline constexpr std::string_view kAccessService = "individuellplan.plan.v1.AccessService";
inline constexpr std::string_view kFeedService = "individuellplan.plan.v1.PlanFeedService";

// What the service is made of; all of it outlives the server.
struct Parts {
  const PlanRepository* plans;
  AccessLog* access_log;
  const PersonNumbers* numbers;
  const auth::PersonIds* ids;
  auth::Numbers accepted;  // whose identity numbers this installation takes
  const Reference* reference;
  const RuleBook* rules;
  const Krr* krr;
  outbox::Feed* feed;
  const Clock* clock;
  const PlanQuestions* questions = nullptr;
  const Bundles* bundles = nullptr;
};

// A plan that the caller may do this with.
struct Opened {
  CarePlan plan;
  authz::Decision decision;
};

// PERMISSION_DENIED / NOT_ALLOWED_IN_PLAN unless all sections are open.
absl::Status SeesAll(const authz::Decision& decision);

// Somebody named by identity number.
struct Identified {
  std::string person;
  auth::NationalId number;
};

class Desk {
 public:
  // A rule of the domain: changes the plan and answers the name of what it changed.
  using Rule = std::function<absl::StatusOr<std::string>(CarePlan&, const Act&)>;

  explicit Desk(const Parts& parts) : parts_(parts) {}

  const Parts& parts() const { return parts_; }
  absl::CivilDay Today() const { return OsloDay(parts_.clock->Now()); }
  const RuleSet& Rules() const { return parts_.rules->On(Today()); }
  // "units/{unit}" the caller's organization runs, "" when it runs none.
  std::string UnitOf(const Caller& caller) const;

  // Whether the caller may do this with the plan; see above for the errors.
  absl::StatusOr<authz::Decision> Decide(const rpc::CallContext& call, const CarePlan& plan) const;
  // Reads a plan named by itself or by something in it, and decides.
  absl::StatusOr<Opened> Open(const rpc::CallContext& call, const std::string& name) const;

  // The plan as the caller sees it.
  CarePlan View(const rpc::CallContext& call, CarePlan plan) const;
  // Makes of the whole plan what the caller sees, as `decision` has it.
  void Show(const rpc::CallContext& call, const authz::Decision& decision, CarePlan& plan) const;

  // What stands in the access log about this look-up.
  AccessLogRow LogRow(const rpc::CallContext& call, const CarePlan& plan,
                      const authz::Decision& decision) const;
  // Has rows written before the call is answered; nothing is shown when that fails.
  void LogReads(rpc::CallContext& call, std::vector<AccessLogRow> rows) const;
  void LogRead(rpc::CallContext& call, const CarePlan& plan,
               const authz::Decision& decision) const {
    LogReads(call, {LogRow(call, plan, decision)});
  }

  absl::StatusOr<Identified> Identify(std::string_view field,
                                      const type::PersonIdentity& identity) const;

  // Keeps a new plan, its owner's number and the bundle it came in, and begins its access log.
  absl::StatusOr<PlanRepository::Changed> Create(rpc::CallContext& call,
                                                 const std::string& request_id,
                                                 const CarePlan& plan, const Identified& owner,
                                                 const std::string& bundle = "") const;

  // Authorises and applies a rule in one transaction. All of `sections` must be shared with callers
  // who have nothing but a consent, and covered by the mandate of who represents the owner; without
  // sections it is about the plan as a whole. Keeps the number of `who`, whom the change brings in.
  absl::StatusOr<PlanRepository::Changed> Change(
      rpc::CallContext& call, const std::string& name, const std::string& request_id,
      const std::string& reason, const authz::Sections& sections, const Rule& rule,
      const std::optional<Identified>& who = std::nullopt) const;

  document::Context ContextOf(rpc::CallContext& call, const std::string& request_id,
                              const std::string& reason) const;
  Act ActOf(const rpc::CallContext& call, const CarePlan& plan) const;

 private:
  const Parts parts_;
};

// The element of a changed plan that a method answers with.
inline const auto& ListOf(const CarePlan& plan, const pb::Goal*) { return plan.goals(); }
inline const auto& ListOf(const CarePlan& plan, const pb::Activity*) { return plan.activities(); }
inline const auto& ListOf(const CarePlan& plan, const pb::Participant*) {
  return plan.participants();
}
inline const auto& ListOf(const CarePlan& plan, const pb::CoordinatorAppointment*) {
  return plan.coordinator_appointments();
}
inline const auto& ListOf(const CarePlan& plan, const pb::Evaluation*) {
  return plan.evaluations();
}
inline const auto& ListOf(const CarePlan& plan, const pb::Comment*) { return plan.comments(); }
inline const auto& ListOf(const CarePlan& plan, const pb::Objection*) { return plan.objections(); }
inline const auto& ListOf(const CarePlan& plan, const pb::Complaint*) { return plan.complaints(); }
inline const auto& ListOf(const CarePlan& plan, const pb::TransitionTask*) {
  return plan.transition_tasks();
}
inline const auto& ListOf(const CarePlan& plan, const pb::Consent*) { return plan.consents(); }
inline const auto& ListOf(const CarePlan& plan, const pb::AccessBlock*) {
  return plan.access_blocks();
}
inline const auto& ListOf(const CarePlan& plan, const pb::Representative*) {
  return plan.representatives();
}
inline const auto& ListOf(const CarePlan& plan, const pb::EmergencyAccess*) {
  return plan.emergency_accesses();
}

template <class Element>
absl::StatusOr<Element> Answer(const Desk& desk, const rpc::CallContext& call,
                               absl::StatusOr<PlanRepository::Changed> changed) {
  if (!changed.ok()) return changed.status();
  if constexpr (std::is_same_v<Element, CarePlan>) {
    return desk.View(call, std::move(changed->message));
  } else {
    const auto* element =
        FindByName(ListOf(changed->message, static_cast<Element*>(nullptr)), changed->result);
    if (element == nullptr) return absl::InternalError("the changed element is not there");
    return *element;
  }
}

// Who changed what, when and why, in a message that has fields for it.
template <class Message>
void Describe(const document::RevisionInfo& info, Message& revision) {
  revision.set_revision(info.revision);
  *revision.mutable_create_time() = ToTimestamp(info.create_time);
  revision.set_actor(info.actor);
  revision.set_action(info.action);
  revision.set_reason(info.reason);
}

// The resource a request is about, whichever of the API's shapes it has.
template <class Request>
std::string TargetOf(const Request& request) {
  if constexpr (requires { request.name(); }) {
    return request.name();
  } else if constexpr (requires { request.parent(); }) {
    return request.parent();
  } else if constexpr (requires { request.plan().name(); }) {
    return request.plan().name();
  } else if constexpr (requires { request.plan(); }) {
    return request.plan();
  } else if constexpr (requires { request.goal(); }) {
    return request.goal().name();
  } else if constexpr (requires { request.activity(); }) {
    return request.activity().name();
  } else if constexpr (requires { request.participant(); }) {
    return request.participant().name();
  } else {
    return request.evaluation().name();
  }
}

template <class Request>
std::string ReasonIn(const Request& request) {
  if constexpr (requires { request.reason(); }) return request.reason();
  return "";
}

// Serves a method with a handler of its own.
template <class Request, class Response>
void Serve(rpc::Router& router, const Desk& desk, std::string_view service, std::string_view method,
           absl::StatusOr<Response> (*handler)(const Desk&, rpc::CallContext&, const Request&)) {
  router.Unary<Request, Response>(service, method,
                                  [&desk, handler](rpc::CallContext& call, const Request& request) {
                                    return handler(desk, call, request);
                                  });
}

// Serves a method that is nothing but a rule: `rule(plan, act, request)`.
template <class Request, class Element, class Rule>
void ServeChange(rpc::Router& router, const Desk& desk, std::string_view service,
                 std::string_view method, const authz::Sections& sections, Rule rule) {
  router.Unary<Request, Element>(
      service, method,
      [&desk, sections, rule](rpc::CallContext& call,
                              const Request& request) -> absl::StatusOr<Element> {
        return Answer<Element>(
            desk, call,
            desk.Change(call, TargetOf(request), request.request_id(), ReasonIn(request), sections,
                        [&](CarePlan& plan, const Act& act) { return rule(plan, act, request); }));
      });
}

}  // namespace ip::plan

#endif  // PLAN_SERVICE_SERVICE_DESK_H_
