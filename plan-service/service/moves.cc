// Plans that move: merged into another one, handed over in a bundle, counted where they stand.
#include "plan-service/domain/moves.h"

#include <algorithm>
#include <limits>

#include "lib/base/errors.h"
#include "plan-service/domain/dates.h"
#include "plan-service/domain/gaps.h"
#include "plan-service/service/bundle.h"
#include "plan-service/service/handlers.h"

namespace ip::plan {
namespace {

// A message holds 4 MiB; the rest is for signature, history lines and framing.
constexpr size_t kMostBundleBytes = 3 << 20;
constexpr int kMostRevisions = 5000;

absl::StatusOr<CarePlan> Merge(const Desk& desk, rpc::CallContext& call,
                               const pb::MergePlansRequest& request) {
  auto kept = desk.Open(call, request.name());
  if (!kept.ok()) return kept.status();
  auto duplicate = desk.Open(call, request.duplicate());
  if (!duplicate.ok()) return duplicate.status();
  const auto retire = [&](CarePlan& plan, const Act& act) {
    return RetireDuplicate(plan, kept->plan, act, request);
  };
  const auto take_up = [&](CarePlan& plan, const Act& act) {
    return TakeUpDuplicate(plan, duplicate->plan, act, request);
  };
  // Tried on copies first, so that no duplicate is ended that cannot be taken up. Each half leaves
  // alone what it has done before: a call that broke off is finished by repeating it.
  const Act act = desk.ActOf(call, kept->plan);
  CarePlan tried = duplicate->plan;
  if (auto retired = retire(tried, act); !retired.ok()) return retired.status();
  tried = kept->plan;
  if (auto taken = take_up(tried, act); !taken.ok()) return taken.status();

  if (duplicate->plan.merged_into() != kept->plan.name()) {
    auto retired = desk.Change(call, request.duplicate(), "", request.reason(), {}, retire);
    if (!retired.ok()) return retired.status();
    duplicate->plan = std::move(retired->message);
  }
  return Answer<CarePlan>(
      desk, call,
      desk.Change(call, request.name(), request.request_id(), request.reason(), {}, take_up));
}

absl::StatusOr<pb::GetGapStatisticsResponse> GapStatistics(
    const Desk& desk, rpc::CallContext& call, const pb::GetGapStatisticsRequest& request) {
  if (request.unit().empty() || desk.UnitOf(call.caller()) != request.unit()) {
    return NotFound("unit");
  }
  auto cells = desk.parts().questions->Gaps(call.deadline(), request.unit());
  if (!cells.ok()) return cells.status();
  return Publish(*std::move(cells));
}

// The history with the plan as it stood each time, as far back as a bundle can carry.
absl::Status AddHistory(const Desk& desk, const rpc::CallContext& call,
                        pb::PortablePlan& portable) {
  const std::string& name = portable.plan().name();
  auto infos = desk.parts().plans->ListRevisions(call.deadline(), name, kMostRevisions,
                                                 std::numeric_limits<int64_t>::max());
  if (!infos.ok()) return infos.status();
  bool room = true;
  for (const auto& info : *infos) {
    Describe(info, *portable.add_revisions());
  }
  size_t bytes = portable.ByteSizeLong();
  for (int i = 0; i < portable.revisions_size() && room; ++i) {
    auto& revision = *portable.mutable_revisions(i);
    auto then = desk.parts().plans->GetRevision(call.deadline(), name, revision.revision());
    if (!then.ok()) return then.status();
    bytes += then->ByteSizeLong();
    room = bytes <= kMostBundleBytes;
    if (room) *revision.mutable_plan() = *std::move(then);
  }
  return absl::OkStatus();
}

absl::StatusOr<pb::PlanBundle> Export(const Desk& desk, rpc::CallContext& call,
                                      const pb::ExportPlanRequest& request) {
  if (absl::Status status = RequireReason(request.reason()); !status.ok()) return status;
  auto opened = desk.Open(call, request.name());
  if (!opened.ok()) return opened.status();
  if (absl::Status status = SeesAll(opened->decision); !status.ok()) return status;
  AccessLogRow row = desk.LogRow(call, opened->plan, opened->decision);
  row.entry.set_purpose_of_use(request.reason());
  pb::PortablePlan portable;
  *portable.mutable_plan() = std::move(opened->plan);
  *portable.mutable_export_time() = ToTimestamp(desk.parts().clock->Now());
  portable.set_exporter(call.caller().Subject());
  portable.set_reason(request.reason());
  if (absl::Status status = AddHistory(desk, call, portable); !status.ok()) return status;
  auto bundle = desk.parts().bundles->Seal(portable);
  if (!bundle.ok()) return bundle.status();
  desk.LogReads(call, {std::move(row)});
  return bundle;
}

absl::StatusOr<std::string> MunicipalityOf(const type::Unit& unit,
                                           const pb::ImportPlanRequest& request) {
  const auto& codes = unit.municipality_codes();
  const std::string& wanted = request.municipality_code();
  if (wanted.empty() && !codes.empty()) return codes.Get(0);
  const bool known = codes.empty() ? wanted.size() == 4
                                   : std::find(codes.begin(), codes.end(), wanted) != codes.end();
  if (known) return wanted;
  return InvalidField("municipality_code", "must be one of the unit's municipalities.");
}

absl::StatusOr<CarePlan> Import(const Desk& desk, rpc::CallContext& call,
                                const pb::ImportPlanRequest& request) {
  const auto* unit = desk.parts().reference->FindUnit(request.unit());
  if (unit == nullptr || desk.UnitOf(call.caller()) != request.unit()) {
    return PermissionDenied("NOT_YOUR_UNIT", "A plan is imported by the unit that takes over.");
  }
  auto municipality = MunicipalityOf(*unit, request);
  if (!municipality.ok()) return municipality.status();
  auto owner = desk.Identify("subject_identity", request.subject_identity());
  if (!owner.ok()) return owner.status();
  auto bundle = desk.parts().bundles->Open(request.bundle());
  if (!bundle.ok()) return bundle.status();
  const Act act = desk.ActOf(call, CarePlan());
  Arrival arrival{NewPlanName(act.now), owner->person, request.unit(), *municipality, {}};
  arrival.provenance.set_source_organization(bundle->signer);
  arrival.provenance.set_source_plan(bundle->portable.plan().name());
  *arrival.provenance.mutable_import_time() = ToTimestamp(act.now);
  arrival.provenance.set_bundle_digest(bundle->digest);
  auto plan = Arrive(bundle->portable.plan(), act, arrival);
  if (!plan.ok()) return plan.status();
  auto created = desk.Create(call, request.request_id(), *plan, *owner, request.bundle().content());
  if (!created.ok()) return created.status();
  return desk.View(call, std::move(created->message));
}

}  // namespace

void ServeMoves(rpc::Router& router, const Desk& desk) {
  Serve(router, desk, kPlanService, "MergePlans", Merge);
  Serve(router, desk, kPlanService, "GetGapStatistics", GapStatistics);
  Serve(router, desk, kPlanService, "ExportPlan", Export);
  Serve(router, desk, kPlanService, "ImportPlan", Import);
}

}  // namespace ip::plan
