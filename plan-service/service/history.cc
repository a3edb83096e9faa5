// What a plan was, and what has changed since.
#include <limits>

#include "lib/base/errors.h"
#include "lib/base/paging.h"
#include "plan-service/domain/diff.h"
#include "plan-service/domain/view.h"
#include "plan-service/service/handlers.h"

namespace ip::plan {
namespace {

using Listed = pb::ListPlanRevisionsResponse;

// Revisions below `before`, newest first, at most `limit`.
absl::StatusOr<Listed> OwnRevisions(const Desk& desk, const rpc::CallContext& call,
                                    const CarePlan& plan, int64_t before, int limit) {
  auto infos = desk.parts().plans->ListRevisions(call.deadline(), plan.name(), limit, before);
  if (!infos.ok()) return infos.status();
  Listed listed;
  for (const auto& info : *infos) Describe(info, *listed.add_revisions());
  return listed;
}

absl::StatusOr<Listed> ImportedRevisions(const Desk& desk, const rpc::CallContext& call,
                                         const CarePlan& plan, int64_t before, int limit) {
  auto portable = desk.parts().questions->ImportedFrom(call.deadline(), plan.name());
  if (!portable.ok()) return portable.status();
  Listed listed;
  *listed.mutable_provenance() = plan.provenance();
  for (const auto& revision : portable->revisions()) {
    if (revision.revision() >= before || listed.revisions_size() == limit) continue;
    auto& line = *listed.add_revisions();
    line.set_revision(revision.revision());
    *line.mutable_create_time() = revision.create_time();
    // The owner is known here; everybody else only there, and by name in the plan.
    const bool owner = revision.actor() == portable->plan().subject().person();
    line.set_actor(owner ? plan.subject().person() : revision.actor());
    line.set_action(revision.action());
    line.set_reason(revision.reason());
    line.set_without_plan(!revision.has_plan());
  }
  return listed;
}

absl::StatusOr<Listed> ListRevisions(const Desk& desk, rpc::CallContext& call,
                                     const pb::ListPlanRevisionsRequest& request) {
  auto opened = desk.Open(call, request.name());
  if (!opened.ok()) return opened.status();
  if (absl::Status status = SeesAll(opened->decision); !status.ok()) return status;
  const std::string arguments =
      request.name() + "|" + call.caller().Subject() + (request.imported() ? "|imported" : "");
  auto after = ReadPageToken(request.page_token(), arguments);
  if (!after.ok()) return after.status();
  const int64_t before =
      after->empty() ? std::numeric_limits<int64_t>::max() : EntryNumber(after->front());
  const int page = PageSize(request.page_size());
  auto listed = (request.imported() ? ImportedRevisions : OwnRevisions)(desk, call, opened->plan,
                                                                        before, page + 1);
  if (!listed.ok()) return listed.status();
  desk.LogRead(call, opened->plan, opened->decision);
  if (listed->revisions_size() > page) {
    listed->mutable_revisions()->RemoveLast();
    listed->set_next_page_token(
        MakePageToken({std::to_string(listed->revisions(page - 1).revision())}, arguments));
  }
  return listed;
}

// One revision as the caller may see it today.
absl::StatusOr<CarePlan> Revision(const Desk& desk, const rpc::CallContext& call,
                                  const Opened& opened, const char* field, int64_t revision) {
  if (revision < 1 || revision > opened.plan.revision()) {
    return InvalidField(field, "must be a revision of this plan; ListPlanRevisions shows them.");
  }
  auto plan = desk.parts().plans->GetRevision(call.deadline(), opened.plan.name(), revision);
  if (plan.ok()) MakeView(*plan, opened.decision, desk.Today(), desk.Rules());
  return plan;
}

absl::StatusOr<pb::DiffPlanRevisionsResponse> DiffRevisions(
    const Desk& desk, rpc::CallContext& call, const pb::DiffPlanRevisionsRequest& request) {
  auto opened = desk.Open(call, request.name());
  if (!opened.ok()) return opened.status();
  const int64_t to = request.to_revision() == 0 ? opened->plan.revision() : request.to_revision();
  auto before = Revision(desk, call, *opened, "from_revision", request.from_revision());
  if (!before.ok()) return before.status();
  auto after = Revision(desk, call, *opened, "to_revision", to);
  if (!after.ok()) return after.status();
  desk.LogRead(call, opened->plan, opened->decision);
  pb::DiffPlanRevisionsResponse response;
  for (auto& change : Diff(*before, *after)) *response.add_changes() = std::move(change);
  return response;
}

}  // namespace

absl::StatusOr<CarePlan> ImportedRevision(const Desk& desk, const rpc::CallContext& call,
                                          const CarePlan& plan, int64_t revision) {
  auto portable = desk.parts().questions->ImportedFrom(call.deadline(), plan.name());
  if (!portable.ok()) return portable.status();
  for (auto& imported : *portable->mutable_revisions()) {
    if (imported.revision() == revision && imported.has_plan()) {
      return std::move(*imported.mutable_plan());
    }
  }
  return NotFound("imported revision");
}

void ServeHistory(rpc::Router& router, const Desk& desk) {
  Serve(router, desk, kPlanService, "ListPlanRevisions", ListRevisions);
  Serve(router, desk, kPlanService, "DiffPlanRevisions", DiffRevisions);
}

}  // namespace ip::plan
