#include "plan-service/service/desk.h"

#include <algorithm>

#include "lib/base/errors.h"
#include "plan-service/domain/dates.h"
#include "plan-service/domain/facts.h"
#include "plan-service/domain/mandate.h"
#include "plan-service/domain/view.h"

namespace ip::plan {
namespace {

authz::Facts Gather(const Desk& desk, const rpc::CallContext& call, const CarePlan& plan) {
  return GatherFacts(plan, call.caller(), desk.UnitOf(call.caller()), desk.parts().clock->Now());
}

absl::Status ShareMissing() {
  return Error(absl::StatusCode::kFailedPrecondition, "SHARE_CONSENT_MISSING",
               "You are asked to be responsible, but the owner has not yet consented that you see "
               "the plan (§ 19 h). Ask the coordinator to get that consent.");
}

absl::Status NotAllowed() {
  return PermissionDenied("NOT_ALLOWED_IN_PLAN",
                          "You may see this plan but not do this in it. Ask the coordinator, or "
                          "write a comment.");
}

// What is shared, and what a mandate covers, is also what may be written in.
absl::Status CheckSections(const authz::Decision& decision, type::Action action,
                           const authz::Sections& sections) {
  const bool mandated = decision.reason == "REPRESENTATIVE";
  if (decision.reason != "CONSENT" && !mandated) return absl::OkStatus();
  if (sections.empty() && mandated && decision.sections != authz::AllSections()) {
    // Consents and blocks are weighed against the mandate by their own rules.
    if (action == type::GIVE_CONSENT || action == type::WITHDRAW_CONSENT) return absl::OkStatus();
    return PermissionDenied("NOT_ALLOWED_IN_PLAN",
                            "A mandate for parts of the plan is none for the plan as a whole.");
  }
  if (std::includes(decision.sections.begin(), decision.sections.end(), sections.begin(),
                    sections.end())) {
    return absl::OkStatus();
  }
  return PermissionDenied("SECTION_NOT_SHARED",
                          "This part of the plan is not shared with you, or your mandate does not "
                          "cover it.");
}

}  // namespace

absl::Status SeesAll(const authz::Decision& decision) {
  if (decision.sections == authz::AllSections()) return absl::OkStatus();
  return PermissionDenied("NOT_ALLOWED_IN_PLAN",
                          "This shows the plan as a whole; the owner and the coordinator see it.");
}

std::string Desk::UnitOf(const Caller& caller) const {
  const auto* unit = parts_.reference->UnitOfOrganization(caller.organization);
  return unit == nullptr ? "" : unit->name();
}

absl::StatusOr<authz::Decision> Desk::Decide(const rpc::CallContext& call,
                                             const CarePlan& plan) const {
  const authz::Facts facts = Gather(*this, call, plan);
  authz::Decision decision = authz::Decide(call.action(), facts);
  if (decision.allowed) return decision;
  if (authz::Decide(type::READ_PLAN, facts).allowed) return NotAllowed();
  if (WaitsForShare(plan, call.caller(), Today())) return ShareMissing();
  return NotFound("plan");
}

absl::StatusOr<Opened> Desk::Open(const rpc::CallContext& call, const std::string& name) const {
  const std::string plan = PlanOf(name);
  if (plan.empty()) return NotFound("plan");
  auto found = parts_.plans->Get(call.deadline(), plan);
  if (!found.ok()) return found.status();
  auto decision = Decide(call, *found);
  if (!decision.ok()) return decision.status();
  return Opened{*std::move(found), *std::move(decision)};
}

CarePlan Desk::View(const rpc::CallContext& call, CarePlan plan) const {
  const authz::Facts facts = Gather(*this, call, plan);
  Show(call, authz::Decide(type::READ_PLAN, facts), plan);
  return plan;
}

void Desk::Show(const rpc::CallContext& call, const authz::Decision& decision,
                CarePlan& plan) const {
  auto mandate = OwnMandateIn(plan, call.caller(), parts_.clock->Now());
  MakeView(plan, decision, Today(), Rules());
  plan.clear_own_mandate();
  if (mandate) *plan.mutable_own_mandate() = *std::move(mandate);
}

AccessLogRow Desk::LogRow(const rpc::CallContext& call, const CarePlan& plan,
                          const authz::Decision& decision) const {
  const Caller& caller = call.caller();
  AccessLogRow row;
  row.plan = plan.name();
  *row.entry.mutable_access_time() = ToTimestamp(parts_.clock->Now());
  row.entry.set_accessor(caller.Subject());
  row.entry.set_accessor_display_name(caller.display_name);
  row.entry.set_role(caller.role);
  row.entry.set_organization(caller.organization);
  row.entry.set_method(call.method());
  for (const auto section : decision.sections) row.entry.add_sections(section);
  row.entry.set_basis(decision.reason);
  row.entry.set_consent(decision.consent);
  row.entry.set_purpose_of_use(caller.purpose_of_use);
  row.entry.set_revision(plan.revision());
  return row;
}

void Desk::LogReads(rpc::CallContext& call, std::vector<AccessLogRow> rows) const {
  if (rows.empty()) return;
  call.AnswerAfter([log = parts_.access_log, deadline = call.deadline(),
                    rows = std::move(rows)](rpc::CallContext::Done done) mutable {
    log->Write(deadline, std::move(rows), std::move(done));
  });
}

absl::StatusOr<Identified> Desk::Identify(std::string_view field,
                                          const type::PersonIdentity& identity) const {
  if (identity.national_id().empty()) {
    return InvalidField(std::string(field) + ".national_id", "is required: eleven digits.");
  }
  auto number = auth::NationalId::Parse(identity.national_id(), parts_.accepted);
  if (!number.ok()) return number.status();
  return Identified{parts_.ids->PersonName(*number), *number};
}

document::Context Desk::ContextOf(rpc::CallContext& call, const std::string& request_id,
                                  const std::string& reason) const {
  return {call.caller().Subject(), call.method(),  reason, request_id,
          call.payload_hash(),     call.deadline()};
}

Act Desk::ActOf(const rpc::CallContext& call, const CarePlan& plan) const {
  Act act{call.caller().Subject(), false, false, parts_.clock->Now()};
  for (const auto& basis : Gather(*this, call, plan).bases) {
    act.as_owner |= basis.relation == authz::Relation::kOwner ||
                    basis.relation == authz::Relation::kRepresentative;
    act.as_coordinator |= basis.relation == authz::Relation::kCoordinator;
  }
  return act;
}

absl::StatusOr<PlanRepository::Changed> Desk::Create(rpc::CallContext& call,
                                                     const std::string& request_id,
                                                     const CarePlan& plan, const Identified& owner,
                                                     const std::string& bundle) const {
  document::Context context = ContextOf(call, request_id, "");
  context.also = [&](sql::Session& session) {
    absl::Status status = parts_.access_log->Begin(session, plan.name());
    return status.ok() ? parts_.numbers->Remember(session, owner.person, owner.number) : status;
  };
  return parts_.plans->Create(context, plan, bundle);
}

absl::StatusOr<PlanRepository::Changed> Desk::Change(
    rpc::CallContext& call, const std::string& name, const std::string& request_id,
    const std::string& reason, const authz::Sections& sections, const Rule& rule,
    const std::optional<Identified>& who) const {
  const std::string plan_name = PlanOf(name);
  if (plan_name.empty()) return NotFound("plan");
  const auto authorise = [&](const CarePlan& plan) -> absl::Status {
    auto decision = Decide(call, plan);
    return decision.ok() ? CheckSections(*decision, call.action(), sections) : decision.status();
  };
  document::Context context = ContextOf(call, request_id, reason);
  if (who) {
    context.also = [&](sql::Session& session) {
      return parts_.numbers->Remember(session, who->person, who->number);
    };
  }
  auto changed =
      parts_.plans->Mutate(context, plan_name, [&](CarePlan& plan) -> absl::StatusOr<std::string> {
        if (absl::Status status = authorise(plan); !status.ok()) return status;
        const CarePlan before = plan;
        auto result = rule(plan, ActOf(call, plan));
        if (result.ok()) Stamp(before, plan, parts_.clock->Now());
        return result;
      });
  if (!changed.ok() || !changed->replayed) return changed;
  // The answer of the first call was stored; whether the caller may still have it was not. Who has
  // answered a nomination may see no more than that answer, which is their own.
  if (call.action() == type::ANSWER_NOMINATION) return changed;
  auto now = parts_.plans->Get(call.deadline(), plan_name);
  if (!now.ok()) return now.status();
  if (!authz::Decide(type::READ_PLAN, Gather(*this, call, *now)).allowed) return NotFound("plan");
  return changed;
}

}  // namespace ip::plan
