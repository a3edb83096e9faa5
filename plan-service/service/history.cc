// What a plan was, and what has changed since.
#include <limits>

#include "lib/base/errors.h"
#include "lib/base/paging.h"
#include "plan-service/domain/diff.h"
#include "plan-service/domain/view.h"
#include "plan-service/service/handlers.h"

namespace ip::plan {
namespace {

absl::StatusOr<pb::ListPlanRevisionsResponse> ListRevisions(
    const Desk& desk, rpc::CallContext& call, const pb::ListPlanRevisionsRequest& request) {
  auto opened = desk.Open(call, request.name());
  if (!opened.ok()) return opened.status();
  if (absl::Status status = SeesAll(opened->decision); !status.ok()) return status;
  const std::string arguments = request.name() + "|" + call.caller().Subject();
  auto after = ReadPageToken(request.page_token(), arguments);
  if (!after.ok()) return after.status();
  const int64_t before =
      after->empty() ? std::numeric_limits<int64_t>::max() : EntryNumber(after->front());
  const size_t page = static_cast<size_t>(PageSize(request.page_size()));
  auto infos = desk.parts().plans->ListRevisions(call.deadline(), opened->plan.name(),
                                                 static_cast<int>(page) + 1, before);
  if (!infos.ok()) return infos.status();
  absl::Status logged = desk.LogRead(call, opened->plan, opened->decision);
  if (!logged.ok()) return logged;
  pb::ListPlanRevisionsResponse response;
  if (infos->size() > page) {
    infos->resize(page);
    response.set_next_page_token(
        MakePageToken({std::to_string(infos->back().revision)}, arguments));
  }
  for (const auto& info : *infos) {
    Describe(info, *response.add_revisions());
  }
  return response;
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
  absl::Status logged = desk.LogRead(call, opened->plan, opened->decision);
  if (!logged.ok()) return logged;
  pb::DiffPlanRevisionsResponse response;
  for (auto& change : Diff(*before, *after)) *response.add_changes() = std::move(change);
  return response;
}

}  // namespace

void ServeHistory(rpc::Router& router, const Desk& desk) {
  Serve(router, desk, kPlanService, "ListPlanRevisions", ListRevisions);
  Serve(router, desk, kPlanService, "DiffPlanRevisions", DiffRevisions);
}

}  // namespace ip::plan
