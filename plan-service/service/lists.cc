// Lists: found by projections, decided from the plans themselves.
#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "lib/base/errors.h"
#include "lib/base/paging.h"
#include "plan-service/domain/dates.h"
#include "plan-service/domain/facts.h"
#include "plan-service/domain/view.h"
#include "plan-service/service/handlers.h"

namespace ip::plan {
namespace {

constexpr int kMostPlansOfAPerson = 1000;

bool IsUnitRole(const Caller& caller) {
  return caller.role == type::CASE_WORKER || caller.role == type::UNIT_LEADER;
}

template <class Enum, class Parse>
absl::Status ReadEnum(const std::map<std::string, std::string>& terms, const char* field,
                      Parse parse, std::optional<Enum>& out) {
  const auto term = terms.find(field);
  if (term == terms.end()) return absl::OkStatus();
  Enum value;
  if (!parse(term->second, &value)) {
    return InvalidField("filter", absl::StrCat("\"", term->second, "\" is no ", field, "."));
  }
  out = value;
  return absl::OkStatus();
}

absl::Status ReadOrder(const std::string& text, PlanQuery& query) {
  if (text.empty() || text == "next_evaluation_date") {
    query.order = PlanQuery::Order::kNextEvaluation;
  } else if (text == "create_time desc") {
    query.order = PlanQuery::Order::kNewestFirst;
  } else if (text == "attention") {
    query.order = PlanQuery::Order::kAttention;
  } else {
    return InvalidField("order_by",
                        "must be \"next_evaluation_date\", \"create_time desc\" or \"attention\".");
  }
  return absl::OkStatus();
}

absl::Status ReadRole(const std::map<std::string, std::string>& terms, PlanQuery& query) {
  const auto role = terms.find("role");
  if (role == terms.end()) return absl::OkStatus();
  if (role->second == "COORDINATOR") {
    query.roles = {"COORDINATOR", "NOMINEE"};
  } else if (role->second == "PARTICIPANT" || role->second == "OWNER") {
    query.roles = {role->second};
  } else {
    return InvalidField("filter", "role must be \"COORDINATOR\", \"PARTICIPANT\" or \"OWNER\".");
  }
  return absl::OkStatus();
}

absl::StatusOr<PlanQuery> ReadQuery(const Desk& desk, const rpc::CallContext& call,
                                    const pb::ListPlansRequest& request) {
  PlanQuery query;
  auto terms = ParseFilter(request.filter(), {"state", "alarm", "unit", "role"});
  if (!terms.ok()) return terms.status();
  absl::Status status = ReadEnum(*terms, "state", CarePlan::State_Parse, query.state);
  if (status.ok()) status = ReadEnum(*terms, "alarm", CarePlan::Alarm_Parse, query.alarm);
  if (status.ok()) status = ReadRole(*terms, query);
  if (status.ok()) status = ReadOrder(request.order_by(), query);
  if (!status.ok()) return status;
  query.today = desk.Today();
  query.limit = PageSize(request.page_size());
  if (IsUnitRole(call.caller())) {
    query.unit = desk.UnitOf(call.caller());
  } else {
    query.person = call.caller().person;
  }
  const auto unit = terms->find("unit");
  if (unit != terms->end() && !query.unit.empty() && unit->second != query.unit) query.unit.clear();
  return query;
}

// Everything a page token is bound to.
std::string Arguments(const rpc::CallContext& call, std::initializer_list<std::string> parts) {
  return absl::StrCat(call.method(), "|", call.caller().Subject(), "|",
                      static_cast<int>(call.caller().role), "|", call.caller().organization, "|",
                      call.caller().acting_for, "|", absl::StrJoin(parts, "|"));
}

// A line of the list before it is written.
struct Line {
  Opened opened;
  std::vector<std::string> key;
};

// The caller may not see it, against: it could not be read.
bool IsRefusal(const absl::Status& status) {
  return absl::IsNotFound(status) || absl::IsPermissionDenied(status) ||
         absl::IsFailedPrecondition(status);
}

// The next `count` plans that the caller may see, or as many as there are. What one may not see
// does not stand in the list, and nothing tells that it was left out: neither a short page, nor a
// token that leads to an empty one.
absl::StatusOr<std::vector<Line>> NextLines(const Desk& desk, const rpc::CallContext& call,
                                            PlanQuery query, const std::string* unit,
                                            size_t count) {
  std::vector<Line> lines;
  query.limit = static_cast<int>(count);
  while (true) {
    auto rows = desk.parts().plans->FindPlans(call.deadline(), query);
    if (!rows.ok()) return rows.status();
    for (PlanRow& row : *rows) {
      query.after = row.key;
      auto opened = desk.Open(call, row.plan);
      if (!opened.ok() && !IsRefusal(opened.status())) return opened.status();
      if (!opened.ok() || (unit != nullptr && opened->plan.unit() != *unit)) continue;
      lines.push_back({*std::move(opened), std::move(row.key)});
      if (lines.size() == count) return lines;
    }
    if (rows->size() < static_cast<size_t>(query.limit)) return lines;
  }
}

absl::StatusOr<pb::ListPlansResponse> ListPlans(const Desk& desk, rpc::CallContext& call,
                                                const pb::ListPlansRequest& request) {
  auto query = ReadQuery(desk, call, request);
  if (!query.ok()) return query.status();
  const std::string arguments = Arguments(call, {request.filter(), request.order_by()});
  auto after = ReadPageToken(request.page_token(), arguments);
  if (!after.ok()) return after.status();
  query->after = *std::move(after);
  pb::ListPlansResponse response;
  if (query->person.empty() && query->unit.empty()) return response;
  const size_t page = static_cast<size_t>(query->limit);
  const auto terms = *ParseFilter(request.filter(), {"state", "alarm", "unit", "role"});
  const auto unit = terms.find("unit");
  auto lines =
      NextLines(desk, call, *query, unit == terms.end() ? nullptr : &unit->second, page + 1);
  if (!lines.ok()) return lines.status();
  if (lines->size() > page) {
    lines->pop_back();
    response.set_next_page_token(MakePageToken(lines->back().key, arguments));
  }
  std::vector<AccessLogRow> looked;
  for (Line& line : *lines) {
    auto& [plan, decision] = line.opened;
    *response.add_plans() = Summarize(plan, decision, desk.Today(), desk.Rules());
    if (decision.reason != "OWNER") {
      decision.sections = {type::OVERVIEW};
      looked.push_back(desk.LogRow(call, plan, decision));
    }
  }
  desk.LogReads(call, std::move(looked));
  return response;
}

using Item = pb::ListMyActivitiesResponse::Item;

// Those without an end date last; the name breaks ties.
std::vector<std::string> KeyOf(const Item& item) {
  const auto& period = item.activity().period();
  return {period.has_end_date() ? absl::FormatCivilTime(ToDay(period.end_date())) : "9999-12-31",
          item.activity().name()};
}

bool TakesPart(const CarePlan& plan, const pb::Activity& activity, const Caller& caller) {
  const auto mine = [&](const std::string& name) {
    const auto* participant = FindByName(plan.participants(), name);
    return participant != nullptr && participant->person() == caller.person;
  };
  return mine(activity.responsible()) ||
         std::any_of(activity.contributors().begin(), activity.contributors().end(), mine);
}

absl::StatusOr<pb::ListMyActivitiesResponse> ListMyActivities(
    const Desk& desk, rpc::CallContext& call, const pb::ListMyActivitiesRequest& request) {
  auto terms = ParseFilter(request.filter(), {"commitment", "execution"});
  if (!terms.ok()) return terms.status();
  std::optional<pb::Activity::Commitment> commitment;
  std::optional<pb::Activity::Execution> execution;
  absl::Status status = ReadEnum(*terms, "commitment", pb::Activity::Commitment_Parse, commitment);
  if (status.ok()) status = ReadEnum(*terms, "execution", pb::Activity::Execution_Parse, execution);
  if (!status.ok()) return status;
  const std::string arguments = Arguments(call, {request.filter()});
  auto after = ReadPageToken(request.page_token(), arguments);
  if (!after.ok()) return after.status();

  PlanQuery query;
  query.person = call.caller().person;
  query.today = desk.Today();
  query.limit = kMostPlansOfAPerson;
  auto rows = desk.parts().plans->FindPlans(call.deadline(), query);
  if (!rows.ok()) return rows.status();
  std::vector<Item> items;
  std::map<std::string, AccessLogRow> looked;
  for (const PlanRow& row : *rows) {
    auto opened = desk.Open(call, row.plan);
    if (!opened.ok() && !IsRefusal(opened.status())) return opened.status();
    if (!opened.ok() || !opened->decision.sections.contains(type::ACTIVITIES)) continue;
    for (const pb::Activity& activity : opened->plan.activities()) {
      if (!TakesPart(opened->plan, activity, call.caller()) ||
          (commitment && activity.commitment() != *commitment) ||
          (execution && activity.execution() != *execution)) {
        continue;
      }
      Item& item = items.emplace_back();
      *item.mutable_activity() = activity;
      item.set_plan(row.plan);
      if (opened->decision.sections.contains(type::OVERVIEW)) {
        item.set_subject_display_name(opened->plan.subject().display_name());
      }
      auto seen = opened->decision;
      seen.sections = {type::ACTIVITIES};
      looked[row.plan] = desk.LogRow(call, opened->plan, seen);
    }
  }
  std::sort(items.begin(), items.end(),
            [](const Item& a, const Item& b) { return KeyOf(a) < KeyOf(b); });
  pb::ListMyActivitiesResponse response;
  std::vector<AccessLogRow> log;
  for (Item& item : items) {
    if (!after->empty() && KeyOf(item) <= *after) continue;
    if (response.items_size() == PageSize(request.page_size())) {
      response.set_next_page_token(
          MakePageToken(KeyOf(response.items(response.items_size() - 1)), arguments));
      break;
    }
    if (auto row = looked.extract(item.plan()); !row.empty()) {
      log.push_back(std::move(row.mapped()));
    }
    *response.add_items() = std::move(item);
  }
  desk.LogReads(call, std::move(log));
  return response;
}

absl::StatusOr<pb::ListUnitAlertsResponse> ListUnitAlerts(
    const Desk& desk, rpc::CallContext& call, const pb::ListUnitAlertsRequest& request) {
  if (request.unit().empty() || desk.UnitOf(call.caller()) != request.unit()) {
    return NotFound("unit");
  }
  const std::string arguments = Arguments(call, {request.unit()});
  auto after = ReadPageToken(request.page_token(), arguments);
  if (!after.ok()) return after.status();
  const size_t page = static_cast<size_t>(PageSize(request.page_size()));
  auto rows = desk.parts().plans->ListAlerts(call.deadline(), request.unit(), desk.Today(), *after,
                                             static_cast<int>(page) + 1);
  if (!rows.ok()) return rows.status();
  pb::ListUnitAlertsResponse response;
  if (rows->size() > page) {
    rows->resize(page);
    response.set_next_page_token(MakePageToken(rows->back().key, arguments));
  }
  for (const AlertRow& row : *rows) {
    auto& alert = *response.add_alerts();
    alert.set_plan(row.plan);
    alert.set_alarm(row.alarm);
    *alert.mutable_since_date() = ToDate(row.from);
  }
  return response;
}

}  // namespace

void ServePlanLists(rpc::Router& router, const Desk& desk) {
  Serve(router, desk, kPlanService, "ListPlans", ListPlans);
  Serve(router, desk, kPlanService, "ListMyActivities", ListMyActivities);
  Serve(router, desk, kPlanService, "ListUnitAlerts", ListUnitAlerts);
}

}  // namespace ip::plan
