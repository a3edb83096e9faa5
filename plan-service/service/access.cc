// Who may see what, and who has seen it.
#include "lib/base/errors.h"
#include "lib/base/paging.h"
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
      request.has_hypothetical_consent() ? &request.hypothetical_consent() : nullptr, desk.Today());
  const authz::Decision decision = authz::Decide(type::READ_PLAN, facts);
  absl::Status logged = desk.LogRead(call, opened->plan, opened->decision);
  if (!logged.ok()) return logged;
  pb::PreviewAccessResponse response;
  Explain(facts, decision, *response.mutable_explanation());
  if (!decision.allowed) return response;
  for (const auto section : decision.sections) response.add_sections(section);
  MakeView(opened->plan, decision, desk.Today(), desk.Rules());
  *response.mutable_plan() = std::move(opened->plan);
  return response;
}

// Owner, who represents them, and the unit's leader see all rows, others their own.
bool SeesAllRows(const authz::Decision& decision) {
  return decision.reason == "OWNER" || decision.reason == "REPRESENTATIVE" ||
         decision.reason == "UNIT_LEADER";
}

absl::StatusOr<pb::ListAccessLogEntriesResponse> ListEntries(
    const Desk& desk, rpc::CallContext& call, const pb::ListAccessLogEntriesRequest& request) {
  auto opened = desk.Open(call, request.parent());
  if (!opened.ok()) return opened.status();
  const std::string accessor = SeesAllRows(opened->decision) ? "" : call.caller().Subject();
  const std::string arguments = request.parent() + "|" + call.caller().Subject() + "|" + accessor;
  auto after = ReadPageToken(request.page_token(), arguments);
  if (!after.ok()) return after.status();
  const size_t page = static_cast<size_t>(PageSize(request.page_size()));
  auto entries = desk.parts().access_log->List(call.deadline(), opened->plan.name(), accessor,
                                               after->empty() ? 0 : EntryNumber(after->front()),
                                               static_cast<int>(page) + 1);
  if (!entries.ok()) return entries.status();
  // A look at the log is a look-up too, except the owner's own.
  if (opened->decision.reason != "OWNER") {
    opened->decision.sections.clear();
    absl::Status logged = desk.LogRead(call, opened->plan, opened->decision);
    if (!logged.ok()) return logged;
  }
  pb::ListAccessLogEntriesResponse response;
  if (entries->size() > page) {
    entries->resize(page);
    response.set_next_page_token(MakePageToken({entries->back().name()}, arguments));
  }
  for (auto& entry : *entries) *response.add_access_log_entries() = std::move(entry);
  return response;
}

absl::StatusOr<pb::VerifyAccessLogResponse> Verify(const Desk& desk, rpc::CallContext& call,
                                                   const pb::VerifyAccessLogRequest& request) {
  auto opened = desk.Open(call, request.plan());
  if (!opened.ok()) return opened.status();
  return desk.parts().access_log->Verify(call.deadline(), opened->plan.name());
}

}  // namespace

void ServeAccess(rpc::Router& router, const Desk& desk) {
  router.Unary<pb::PreviewAccessRequest, pb::PreviewAccessResponse>(
      kAccessService, "PreviewAccess",
      [&desk](rpc::CallContext& call, const pb::PreviewAccessRequest& request) {
        return Preview(desk, call, request);
      });
  router.Unary<pb::ListAccessLogEntriesRequest, pb::ListAccessLogEntriesResponse>(
      kAccessService, "ListAccessLogEntries",
      [&desk](rpc::CallContext& call, const pb::ListAccessLogEntriesRequest& request) {
        return ListEntries(desk, call, request);
      });
  router.Unary<pb::VerifyAccessLogRequest, pb::VerifyAccessLogResponse>(
      kAccessService, "VerifyAccessLog",
      [&desk](rpc::CallContext& call, const pb::VerifyAccessLogRequest& request) {
        return Verify(desk, call, request);
      });
}

}  // namespace ip::plan
