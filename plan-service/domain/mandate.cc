#include "plan-service/domain/mandate.h"

#include "plan-service/domain/facts.h"

namespace ip::plan {
namespace {

namespace pb = individuellplan::plan::v1;
namespace type = individuellplan::type::v1;

bool IsOpen(const pb::CarePlan& plan) {
  return plan.state() == pb::CarePlan::DRAFT || plan.state() == pb::CarePlan::ACTIVE ||
         plan.state() == pb::CarePlan::ON_HOLD;
}

}  // namespace

pb::Mandate MandateIn(const pb::CarePlan& plan, const std::string& representative, absl::Time now) {
  pb::Mandate mandate;
  if (!IsOpen(plan) || representative.empty() || plan.subject().person().empty()) return mandate;
  Caller caller;
  caller.role = type::CITIZEN;
  caller.person = representative;
  caller.acting_for = plan.subject().person();
  const authz::Facts facts = GatherFacts(plan, caller, "", now);
  for (const auto section : authz::Decide(type::READ_PLAN, facts).sections) {
    mandate.add_read_sections(section);
  }
  // The owner's own, and theirs who may act for the owner: of the two only these are left here.
  for (const auto section : authz::Decide(type::WRITE_OWN_WORDS, facts).sections) {
    mandate.add_act_sections(section);
  }
  return mandate;
}

std::optional<pb::OwnMandate> OwnMandateIn(const pb::CarePlan& plan, const Caller& caller,
                                           absl::Time now) {
  const pb::Subject& owner = plan.subject();
  if (caller.role != type::CITIZEN || caller.person == owner.person()) return std::nullopt;
  const pb::Mandate mandate = MandateIn(plan, caller.person, now);
  if (mandate.read_sections().empty()) return std::nullopt;
  pb::OwnMandate own;
  own.set_represented(owner.person());
  own.set_represented_display_name(owner.display_name());
  *own.mutable_read_sections() = mandate.read_sections();
  *own.mutable_act_sections() = mandate.act_sections();
  return own;
}

}  // namespace ip::plan
