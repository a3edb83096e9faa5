#include "plan-service/storage/plan_repository.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "lib/base/errors.h"
#include "plan-service/domain/act.h"
#include "plan-service/domain/ages.h"
#include "plan-service/domain/alarms.h"
#include "plan-service/domain/dates.h"
#include "plan-service/domain/evaluations.h"
#include "plan-service/domain/gaps.h"
#include "plan-service/domain/obligations.h"
#include "plan-service/domain/team.h"

namespace ip::plan {
namespace {

namespace pb = individuellplan::plan::v1;

const absl::CivilDay kNever(9999, 12, 31);

using Party = std::pair<std::string, std::string>;  // person, role

std::set<Party> PartiesOf(const CarePlan& plan) {
  std::set<Party> parties;
  const auto add = [&](const std::string& person, const char* role) {
    if (!person.empty()) parties.emplace(person, role);
  };
  add(plan.subject().person(), "OWNER");
  for (const auto& representative : plan.representatives()) add(representative.person(), "OWNER");
  for (const auto& participant : plan.participants()) {
    if (participant.kind() != pb::Participant::OWNER) add(participant.person(), "PARTICIPANT");
  }
  using Appointment = pb::CoordinatorAppointment;
  for (const Appointment& appointment : plan.coordinator_appointments()) {
    if (appointment.state() == Appointment::NOMINATED) add(appointment.person(), "NOMINEE");
    if (appointment.state() == Appointment::ACTIVE ||
        appointment.state() == Appointment::HANDOVER_PENDING) {
      add(appointment.person(), "COORDINATOR");
    }
  }
  return parties;
}

absl::Status SaveParties(sql::Session& session, const CarePlan& plan, const CarePlan* before) {
  std::set<Party> wanted = PartiesOf(plan);
  if (before != nullptr && PartiesOf(*before) == wanted) return absl::OkStatus();
  std::set<Party> gone;
  absl::Status status = session.Query("SELECT person, role FROM plan_party WHERE plan = ?",
                                      {plan.name()}, [&](const sql::Row& row) {
                                        Party party{row.String(0), row.String(1)};
                                        if (wanted.erase(party) == 0) gone.insert(std::move(party));
                                      });
  if (!status.ok()) return status;
  for (const auto& [person, role] : gone) {
    auto done = session.Execute("DELETE FROM plan_party WHERE plan = ? AND person = ? AND role = ?",
                                {plan.name(), person, role});
    if (!done.ok()) return done.status();
  }
  for (const auto& [person, role] : wanted) {
    auto done = session.Execute("INSERT INTO plan_party (plan, person, role) VALUES (?, ?, ?)",
                                {plan.name(), person, role});
    if (!done.ok()) return done.status();
  }
  return absl::OkStatus();
}

absl::Status SaveAlerts(sql::Session& session, const CarePlan& plan,
                        const std::vector<AlarmSpan>& spans) {
  auto done = session.Execute("DELETE FROM plan_alert WHERE plan = ?", {plan.name()});
  if (!done.ok()) return done.status();
  for (const AlarmSpan& span : spans) {
    done =
        session.Execute("INSERT INTO plan_alert (plan, alarm, unit, from_date) VALUES (?, ?, ?, ?)",
                        {plan.name(), span.alarm, plan.unit(), span.from});
    if (!done.ok()) return done.status();
  }
  return absl::OkStatus();
}

absl::Status SaveGaps(sql::Session& session, const CarePlan& plan,
                      const std::map<GapKey, int>& gaps) {
  auto done = session.Execute("DELETE FROM plan_gap WHERE plan = ?", {plan.name()});
  if (!done.ok()) return done.status();
  for (const auto& [key, count] : gaps) {
    done = session.Execute(
        "INSERT INTO plan_gap (plan, life_area, decision, unit, activity_count)"
        " VALUES (?, ?, ?, ?, ?)",
        {plan.name(), key.first, key.second, plan.unit(), count});
    if (!done.ok()) return done.status();
  }
  return absl::OkStatus();
}

// The owner while the plan is open.
std::optional<std::string> OpenSubject(const CarePlan& plan) {
  return CheckOpen(plan, "").ok() ? std::make_optional(plan.subject().person()) : std::nullopt;
}

absl::Status OpenPlanExists(sql::Session& session, const std::string& subject) {
  const auto plan = session.QueryOne("SELECT plan FROM plan_list WHERE open_subject = ?", {subject},
                                     [](const sql::Row& row) { return row.String(0); });
  if (!plan.ok()) return plan.status();
  return Error(absl::StatusCode::kAlreadyExists, "OPEN_PLAN_EXISTS",
               "This person has an open plan already, and nobody has more than one. Work on with "
               "that plan, or end it first.",
               {{"plan", plan->value_or("")}});
}

std::string DayText(absl::CivilDay day) { return absl::FormatCivilTime(day); }

}  // namespace

PlanRepository::PlanRepository(document::Config config, const RuleBook* rules)
    : pool_(*config.pool),
      cipher_(*config.cipher),
      clock_(*config.clock),
      rules_(*rules),
      store_(
          [&config] {
            config.table = "plan";
            config.resource = "plan";
            return config;
          }(),
          {.project = [this](sql::Session& session, const CarePlan& now, const CarePlan* before,
                             int64_t) { return Project(session, now, before); },
           .event = [this](const CarePlan& now, int64_t) -> std::optional<std::string> {
             return ObligationsOf(now, OsloDay(clock_.Now())).SerializeAsString();
           }}) {}

absl::Status PlanRepository::Project(sql::Session& session, const CarePlan& plan,
                                     const CarePlan* before) const {
  const absl::CivilDay today = OsloDay(clock_.Now());
  const std::vector<AlarmSpan> spans = AlarmSpans(plan, today, rules_.On(today));
  absl::CivilDay attention = kNever;
  for (const AlarmSpan& span : spans) attention = std::min(attention, span.from);
  const pb::Evaluation* next = NextEvaluation(plan);
  const std::optional<std::string> open_subject = OpenSubject(plan);
  auto done = session.Execute(
      "INSERT INTO plan_list (plan, state, unit, open_subject, next_evaluation_date,"
      " attention_date, create_time, age_date) VALUES (?, ?, ?, NULL, ?, ?, ?, ?)"
      " ON DUPLICATE KEY UPDATE state = VALUES(state), unit = VALUES(unit),"
      " next_evaluation_date = VALUES(next_evaluation_date),"
      " attention_date = VALUES(attention_date), age_date = VALUES(age_date)",
      {plan.name(), plan.state(), plan.unit(), next == nullptr ? kNever : ToDay(next->due_date()),
       attention, ToTime(plan.create_time()),
       NextAgeStep(plan, rules_.On(today)).value_or(kNever)});
  if (!done.ok()) return done.status();
  if (before == nullptr || OpenSubject(*before) != open_subject) {
    // Apart, because ON DUPLICATE KEY would quietly take another plan's row for a clash of persons.
    done = session.Execute("UPDATE plan_list SET open_subject = ? WHERE plan = ?",
                           {open_subject, plan.name()});
    if (absl::IsAlreadyExists(done.status())) {
      return OpenPlanExists(session, plan.subject().person());
    }
    if (!done.ok()) return done.status();
  }
  if (absl::Status status = SaveParties(session, plan, before); !status.ok()) return status;
  const auto gaps = GapsOf(plan);
  if (gaps != (before == nullptr ? std::map<GapKey, int>() : GapsOf(*before))) {
    if (absl::Status status = SaveGaps(session, plan, gaps); !status.ok()) return status;
  }
  const bool same = before != nullptr && before->unit() == plan.unit() &&
                    AlarmSpans(*before, today, rules_.On(today)) == spans;
  return same ? absl::OkStatus() : SaveAlerts(session, plan, spans);
}

absl::StatusOr<CarePlan> PlanRepository::Read(absl::StatusOr<document::Versioned<CarePlan>> found,
                                              absl::Time time) const {
  if (!found.ok()) return found.status();
  ComeOfAge(found->message, time, rules_.On(OsloDay(time)));
  return std::move(found->message);
}

absl::StatusOr<CarePlan> PlanRepository::Get(absl::Time deadline, const std::string& plan) const {
  return Read(store_.Get(deadline, plan), clock_.Now());
}

absl::StatusOr<CarePlan> PlanRepository::GetAsOf(absl::Time deadline, const std::string& plan,
                                                 absl::Time time) const {
  return Read(store_.GetAsOf(deadline, plan, time), time);
}

absl::StatusOr<CarePlan> PlanRepository::GetRevision(absl::Time deadline, const std::string& plan,
                                                     int64_t revision) const {
  auto found = store_.GetRevision(deadline, plan, revision);
  if (!found.ok()) return found.status();
  return std::move(found->message);
}

absl::StatusOr<PlanRepository::Changed> PlanRepository::Create(const document::Context& ctx,
                                                               const CarePlan& plan,
                                                               const std::string& bundle) const {
  if (bundle.empty()) return store_.Create(ctx, plan.name(), plan);
  document::Context with_bundle = ctx;
  with_bundle.also = [&](sql::Session& session) {
    absl::Status status = ctx.also ? ctx.also(session) : absl::OkStatus();
    if (!status.ok()) return status;
    const auto key = document::ReadKey(session, cipher_, "plan", plan.name());
    if (!key.ok()) return key.status();
    return session
        .Execute("INSERT INTO plan_import (plan, bundle) VALUES (?, ?)",
                 {plan.name(), key->Seal(bundle, "plan_import|" + plan.name())})
        .status();
  };
  return store_.Create(with_bundle, plan.name(), plan);
}

absl::StatusOr<PlanRepository::Changed> PlanRepository::Mutate(const document::Context& ctx,
                                                               const std::string& plan,
                                                               const Change& change) const {
  return store_.Mutate(ctx, plan, [&](CarePlan& now) {
    const absl::Time time = clock_.Now();
    ComeOfAge(now, time, rules_.On(OsloDay(time)));
    return change(now);
  });
}

absl::StatusOr<std::vector<document::RevisionInfo>> PlanRepository::ListRevisions(
    absl::Time deadline, const std::string& plan, int limit, int64_t before) const {
  return store_.ListRevisions(deadline, plan, limit, before);
}

absl::StatusOr<std::vector<PlanRow>> PlanRepository::FindPlans(absl::Time deadline,
                                                               const PlanQuery& query) const {
  using Order = PlanQuery::Order;
  const bool newest = query.order == Order::kNewestFirst;
  const std::string column = newest                             ? "l.create_time"
                             : query.order == Order::kAttention ? "l.attention_date"
                                                                : "l.next_evaluation_date";
  std::string sql = absl::StrCat("SELECT l.plan, ", column, " FROM plan_list l WHERE ");
  sql::Values values;
  if (!query.person.empty()) {
    sql += "l.plan IN (SELECT plan FROM plan_party WHERE person = ?";
    values.emplace_back(query.person);
    for (size_t i = 0; i < query.roles.size(); ++i) {
      absl::StrAppend(&sql, i == 0 ? " AND role IN (?" : ", ?");
      values.emplace_back(query.roles[i]);
    }
    sql += query.roles.empty() ? ")" : "))";
  } else {
    sql += "l.unit = ?";
    values.emplace_back(query.unit);
  }
  if (query.state) {
    sql += " AND l.state = ?";
    values.emplace_back(*query.state);
  }
  if (query.alarm) {
    sql +=
        " AND EXISTS (SELECT 1 FROM plan_alert a WHERE a.plan = l.plan AND a.alarm = ?"
        " AND a.from_date <= ?)";
    values.emplace_back(*query.alarm);
    values.emplace_back(query.today);
  }
  if (query.after.size() == 2) {
    const std::string beyond = newest ? " < ?" : " > ?";
    absl::StrAppend(&sql, " AND ", column, newest ? " <= ?" : " >= ?", " AND (", column, beyond,
                    " OR l.plan > ?)");
    values.insert(values.end(), {query.after[0], query.after[0], query.after[1]});
  }
  absl::StrAppend(&sql, " ORDER BY ", column, newest ? " DESC" : "", ", l.plan LIMIT ?");
  values.emplace_back(query.limit);

  auto session = pool_.Acquire(deadline);
  if (!session.ok()) return session.status();
  std::vector<PlanRow> rows;
  absl::Status status = session->Query(sql, values, [&](const sql::Row& row) {
    const std::string plan = row.String(0);
    rows.push_back({plan, {row.String(1), plan}});
  });
  if (!status.ok()) return status;
  return rows;
}

absl::StatusOr<std::vector<AlertRow>> PlanRepository::ListAlerts(
    absl::Time deadline, const std::string& unit, absl::CivilDay today,
    const std::vector<std::string>& after, int limit) const {
  std::string sql =
      "SELECT plan, alarm, from_date FROM plan_alert WHERE unit = ? AND from_date <= ?";
  sql::Values values = {unit, today};
  if (after.size() == 3) {
    sql += " AND from_date >= ? AND (from_date > ? OR plan > ? OR (plan = ? AND alarm > ?))";
    values.insert(values.end(), {after[0], after[0], after[1], after[1], after[2]});
  }
  sql += " ORDER BY from_date, plan, alarm LIMIT ?";
  values.emplace_back(limit);
  auto session = pool_.Acquire(deadline);
  if (!session.ok()) return session.status();
  std::vector<AlertRow> rows;
  absl::Status status = session->Query(sql, values, [&](const sql::Row& row) {
    AlertRow alert{row.String(0), static_cast<CarePlan::Alarm>(row.Int64(1)), row.Day(2), {}};
    alert.key = {DayText(alert.from), alert.plan, std::to_string(row.Int64(1))};
    rows.push_back(std::move(alert));
  });
  if (!status.ok()) return status;
  return rows;
}

}  // namespace ip::plan
