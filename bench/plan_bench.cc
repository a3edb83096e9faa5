// plan-service under load, beside the same SQL in a plain loop.
#include <atomic>
#include <random>

#include "absl/flags/flag.h"
#include "absl/strings/str_cat.h"
#include "bench/child.h"
#include "bench/grpc_load.h"
#include "bench/plan_data.h"
#include "bench/statements.h"
#include "bench/target.h"
#include "individuellplan/plan/v1/plan_service.pb.h"
#include "lib/base/clock.h"
#include "lib/base/id.h"
#include "lib/rpc/flags.h"
#include "lib/rpc/testing/probe.pb.h"

ABSL_FLAG(int64_t, load, 0, "Load so many plans into --schema, and do nothing else.");

namespace ip::bench {
namespace {

namespace pb = individuellplan::plan::v1;
namespace type = individuellplan::type::v1;

constexpr char kService[] = "/individuellplan.plan.v1.PlanService/";
constexpr int64_t kSample = 5'000;

constexpr char kSelectPlan[] =
    "SELECT revision, create_time, update_time, document, data_key FROM plan WHERE name = ?";
constexpr char kLockPlan[] =
    "SELECT revision, create_time, update_time, document, data_key FROM plan WHERE name = ? FOR "
    "UPDATE";
constexpr char kSelectRequest[] =
    "SELECT method, payload_hash, name, revision, result FROM request"
    " WHERE actor = ? AND request_id = ?";
constexpr char kInsertRequest[] =
    "INSERT INTO request (actor, request_id, method, payload_hash, name, revision, result,"
    " create_time) VALUES (?, ?, ?, ?, ?, ?, ?, ?)";
constexpr char kInsertPlan[] =
    "INSERT INTO plan (name, revision, create_time, update_time, document, data_key)"
    " VALUES (?, ?, ?, ?, ?, ?)";
constexpr char kUpdatePlan[] =
    "UPDATE plan SET revision = ?, update_time = ?, document = ?, data_key = ?"
    " WHERE name = ? AND revision = ?";
constexpr char kInsertRevision[] =
    "INSERT INTO plan_revision (name, revision, create_time, actor, action, reason, request_id,"
    " document) VALUES (?, ?, ?, ?, ?, ?, ?, ?)";
constexpr char kUpsertList[] =
    "INSERT INTO plan_list (plan, state, unit, open_subject, next_evaluation_date, attention_date,"
    " create_time, age_date) VALUES (?, ?, ?, NULL, ?, ?, ?, ?) ON DUPLICATE KEY UPDATE"
    " state = VALUES(state), unit = VALUES(unit),"
    " next_evaluation_date = VALUES(next_evaluation_date),"
    " attention_date = VALUES(attention_date), age_date = VALUES(age_date)";
constexpr char kOpenSubject[] = "UPDATE plan_list SET open_subject = ? WHERE plan = ?";
constexpr char kSelectParties[] = "SELECT person, role FROM plan_party WHERE plan = ?";
constexpr char kInsertParty[] = "INSERT INTO plan_party (plan, person, role) VALUES (?, ?, ?)";
constexpr char kDeleteAlerts[] = "DELETE FROM plan_alert WHERE plan = ?";
constexpr char kInsertAlert[] =
    "INSERT INTO plan_alert (plan, alarm, unit, from_date) VALUES (?, ?, ?, ?)";
constexpr char kInsertLogHead[] =
    "INSERT INTO access_log_head (plan, last_number, last_hash, seal) VALUES (?, 0, ?, ?)";
constexpr char kAppend[] =
    "INSERT INTO outbox (aggregate, revision, payload, create_time) VALUES (?, ?, ?, ?)";
constexpr char kInsertNumber[] =
    "INSERT INTO person_number (person, number) VALUES (?, ?)"
    " ON DUPLICATE KEY UPDATE number = VALUES(number)";

// How large and how many the rows are that a service's operation writes.
struct Shape {
  std::string document, data_key, reason, event, number, log_hash, log_seal;
  int parties = 0, alerts = 0;
};

std::string Bytes(RawConnection& connection, const char* sql, const std::string& key) {
  return RandomBytes(
      static_cast<size_t>(std::atoll(connection.Query(sql, key).value_or("0").c_str())));
}

Shape ShapeOf(const RawOptions& database, const std::string& plan) {
  RawConnection c(database);
  const auto count = [&](const char* sql) { return std::atoi(c.Query(sql, plan)->c_str()); };
  Shape shape;
  shape.document = Bytes(c, "SELECT LENGTH(document) FROM plan WHERE name = ?", plan);
  shape.data_key = Bytes(c, "SELECT LENGTH(data_key) FROM plan WHERE name = ?", plan);
  shape.reason = Bytes(c, "SELECT MAX(LENGTH(reason)) FROM plan_revision WHERE name = ?", plan);
  shape.event = Bytes(c, "SELECT MAX(LENGTH(payload)) FROM outbox WHERE aggregate = ?", plan);
  shape.number = Bytes(c,
                       "SELECT COALESCE(MAX(LENGTH(number)), 44) FROM person_number WHERE person"
                       " <> ?",
                       "");
  shape.log_hash = Bytes(c, "SELECT LENGTH(last_hash) FROM access_log_head WHERE plan = ?", plan);
  shape.log_seal = Bytes(c, "SELECT LENGTH(seal) FROM access_log_head WHERE plan = ?", plan);
  shape.parties = count("SELECT COUNT(*) FROM plan_party WHERE plan = ?");
  shape.alerts = count("SELECT COUNT(*) FROM plan_alert WHERE plan = ?");
  return shape;
}

class PlanBench {
 public:
  PlanBench()
      : raw_(suite_.Raw(target_.schema)),
        coordinators_(suite_, "gateway", "plan-service", Coordinators(suite_)) {}

  void Get(const Child& empty) {
    const auto plans = FindPlans(suite_, target_.schema, kSample, false);
    std::mt19937 random(1);
    const auto next = [&] { return GetPlan(plans[random() % plans.size()]); };
    const Contender ours{"plan.get", Loop({.address = target_.service.address}, next),
                         target_.service.pids};
    const Contender select{"raw_select",
                           RawLoop(raw_, target_.connections, [&](RawConnection& c, int) {
                             static thread_local std::mt19937 pick(
                                 static_cast<unsigned>(absl::ToUnixNanos(SystemClock().Now())));
                             c.Query(kSelectPlan, plans[pick() % plans.size()].name);
                           })};
    const Contender handler{"empty_handler",
                            Loop({.address = empty.address()},
                                 [] {
                                   const individuellplan::testing::v1::ProbeRequest request;
                                   return Operation{{kProbe, Pack(request), "bench"}};
                                 }),
                            {empty.pid()}};
    std::vector<Contender> contenders{ours, select, handler};
    AddTwin(target_.twin, Loop({.address = target_.twin.address}, next), contenders);
    Compare("plan.get", target_.size, contenders,
            {{Aim::Measure::kRatio, 0.40}, {Aim::Measure::kServerCpu, 75}});
  }

  void UpdateActivity() {
    // Half of the plans for each: what the raw loop writes is no plan any more.
    auto plans = FindPlans(suite_, target_.schema, 4000, true);
    std::vector<StoredPlan> theirs(plans.begin() + static_cast<long>(plans.size() / 2),
                                   plans.end());
    plans.resize(plans.size() / 2);
    std::mt19937 random(2);
    const auto next = [&] {
      const StoredPlan& plan = plans[random() % plans.size()];
      pb::UpdateActivityRequest request;
      request.mutable_activity()->set_name(plan.activities[random() % plan.activities.size()]);
      request.mutable_activity()->set_extent(absl::StrCat(random() % 9 + 1, " timer hver uke"));
      request.set_request_id(NewId(SystemClock().Now()));
      return Operation{{absl::StrCat(kService, "UpdateActivity"), Pack(request),
                        coordinators_.Of(static_cast<size_t>(plan.coordinator))}};
    };
    GrpcLoad({.address = target_.service.address}, next).Once();
    const Shape shape = ShapeOf(raw_, theirs[0].name);
    const auto operation = [&](RawConnection& c, int) {
      static thread_local std::mt19937 pick(
          static_cast<unsigned>(absl::ToUnixNanos(SystemClock().Now())));
      RawUpdate(c, theirs[pick() % theirs.size()].name, shape);
    };
    Check("plan.update_activity", next, operation);
    std::vector<Contender> contenders{
        {"plan.update_activity", Loop({.address = target_.service.address}, next),
         target_.service.pids},
        {"raw_sql", RawLoop(raw_, target_.connections, operation)}};
    AddTwin(target_.twin, Loop({.address = target_.twin.address}, next), contenders);
    Compare("plan.update_activity", target_.size, contenders, {{Aim::Measure::kRatio, 0.85}});
  }

  void Create() {
    Caller service;
    service.role = type::SERVICE;
    Tokens tokens(suite_, "referral-service", "plan-service", {service});
    std::random_device device;
    int64_t serial = 3'000'000 + static_cast<int64_t>(device() % 7'000'000);
    const auto next = [&] {
      return Operation{
          {absl::StrCat(kService, "CreatePlan"), Pack(NewPlan(serial++)), tokens.Of(0)}};
    };
    GrpcLoad({.address = target_.service.address}, next).Once();
    RawConnection connection(raw_);
    const std::string newest =
        connection.Query("SELECT name FROM plan ORDER BY create_time DESC LIMIT 1").value_or("");
    const Shape shape = ShapeOf(raw_, newest);
    const auto operation = [&](RawConnection& c, int) { RawCreate(c, shape); };
    Check("plan.create", next, operation);
    Compare(
        "plan.create", target_.size,
        {{"plan.create", Loop({.address = target_.service.address}, next), target_.service.pids},
         {"raw_sql", RawLoop(raw_, target_.connections, operation)}},
        {{Aim::Measure::kRatio, 0.85}});
  }

  void ListAttention() {
    const Caller worker = suite_.Human(type::CASE_WORKER, suite_.Person(5), kUnitOrganization);
    Tokens tokens(suite_, "gateway", "plan-service", {worker});
    pb::ListPlansRequest request;
    request.set_order_by("attention");
    const auto next = [&] {
      return Operation{{absl::StrCat(kService, "ListPlans"), Pack(request), tokens.Of(0)}};
    };
    // One after the other: it is the time of a page that may not grow.
    const GrpcTarget large{.address = target_.service.address, .outstanding = 1, .channels = 1};
    const GrpcTarget small{.address = target_.small.address, .outstanding = 1, .channels = 1};
    Compare("plan.list_attention", target_.size,
            {{"plan.list_attention", Loop(large, next), target_.service.pids},
             {absl::StrCat("size_", target_.small_size), Loop(small, next), target_.small.pids}},
            {{Aim::Measure::kP99Growth, 1.5}});
  }

  void Memory() {
    Tell("plan.memory", target_.size, ResidentMegabytes(target_.service.pids.at(0)), "MB");
  }

 private:
  Operation GetPlan(const StoredPlan& plan) {
    pb::GetPlanRequest request;
    request.set_name(plan.name);
    return {{absl::StrCat(kService, "GetPlan"), Pack(request),
             coordinators_.Of(static_cast<size_t>(plan.coordinator))}};
  }

  static pb::CreatePlanRequest NewPlan(int64_t serial) {
    pb::CreatePlanRequest request;
    request.mutable_plan()->mutable_subject()->set_display_name("Kari Nordli");
    request.mutable_plan()->set_municipality_code(kMunicipality);
    request.mutable_plan()->set_unit(kUnit);
    request.mutable_subject_identity()->set_national_id(
        std::string(Suite::Number(serial).Reveal()));
    request.mutable_consent()->set_kind(pb::Consent::CREATE_PLAN);
    request.mutable_consent()->set_form(pb::Consent::ELECTRONIC);
    request.mutable_consent()->set_informed(true);
    request.set_request_id(NewId(SystemClock().Now()));
    return request;
  }

  void Check(const std::string& name, const std::function<Operation()>& next,
             const std::function<void(RawConnection&, int)>& operation) {
    GrpcLoad load({.address = target_.service.address}, next);
    RawConnection connection(raw_);
    CheckSameStatements(
        name, raw_, [&] { load.Once(); }, [&] { operation(connection, 0); });
  }

  static void WriteProjections(RawConnection& c, const std::string& plan, const Shape& shape,
                               const std::string& subject, bool created) {
    const absl::Time now = SystemClock().Now();
    const absl::CivilDay day = OsloDay(now) + 30;
    c.Execute(kUpsertList, plan, 3, kUnit, day, day, now, day);
    if (created) {
      c.Execute(kOpenSubject, subject, plan);
      c.Query(kSelectParties, plan);
    }
    for (int i = 0; created && i < shape.parties; ++i) {
      c.Execute(kInsertParty, plan, absl::StrCat(subject, i), "PARTICIPANT");
    }
    if (!created) return;  // an update that changes no alarm
    c.Execute(kDeleteAlerts, plan);
    for (int i = 0; i < shape.alerts; ++i) c.Execute(kInsertAlert, plan, i, kUnit, day);
  }

  static void RawUpdate(RawConnection& c, const std::string& plan, const Shape& shape) {
    static const std::string hash = RandomBytes(32);
    const std::string request = NewId(SystemClock().Now());
    const std::string actor = "persons/aaaaaaaaaaaaaaaaaaaaaaaaaa";
    const absl::Time now = SystemClock().Now();
    c.Begin();
    const int64_t revision = std::atoll(c.Query(kLockPlan, plan).value_or("0").c_str());
    c.Query(kSelectRequest, actor, request);
    c.Execute(kInsertRequest, actor, request, "UpdateActivity", hash, plan, revision + 1, plan,
              now);
    c.Execute(kUpdatePlan, revision + 1, now, shape.document, shape.data_key, plan, revision);
    c.Execute(kInsertRevision, plan, revision + 1, now, actor, "UpdateActivity", shape.reason,
              request, shape.document);
    WriteProjections(c, plan, shape, absl::StrCat("persons/", plan.substr(6, 26)), false);
    c.Execute(kAppend, plan, revision + 1, shape.event, now);
    c.Commit();
  }

  static void RawCreate(RawConnection& c, const Shape& shape) {
    static const std::string hash = RandomBytes(32);
    const absl::Time now = SystemClock().Now();
    const std::string request = NewId(now);
    const std::string plan = absl::StrCat("plans/", NewId(now));
    const std::string subject = absl::StrCat("persons/", NewToken(16)).substr(0, 34);
    const std::string actor = "services/referral-service";
    c.Begin();
    c.Query(kSelectRequest, actor, request);
    c.Execute(kInsertRequest, actor, request, "CreatePlan", hash, plan, 1, plan, now);
    c.Execute(kInsertPlan, plan, 1, now, now, shape.document, shape.data_key);
    c.Execute(kInsertRevision, plan, 1, now, actor, "CreatePlan", shape.reason, request,
              shape.document);
    WriteProjections(c, plan, shape, subject, true);
    c.Execute(kInsertLogHead, plan, shape.log_hash, shape.log_seal);
    c.Execute(kAppend, plan, 1, shape.event, now);
    c.Commit();
    c.Execute(kInsertNumber, subject, shape.number);
  }

  const Suite suite_;
  const Target target_ = TargetFromFlags();
  const RawOptions raw_;
  Tokens coordinators_;
};

}  // namespace
}  // namespace ip::bench

int main(int argc, char** argv) {
  using namespace ip::bench;  // NOLINT: the benchmark's own
  ip::rpc::ParseFlags(argc, argv, "Measures plan-service.");
  if (const int64_t count = absl::GetFlag(FLAGS_load); count > 0) {
    LoadPlans(Suite(), TargetFromFlags().schema, count);
    return 0;
  }
  const Child empty(ServeDispatched);
  PlanBench bench;
  if (Wanted("plan.get")) bench.Get(empty);
  if (Wanted("plan.list_attention")) bench.ListAttention();
  if (Wanted("plan.memory")) bench.Memory();
  // Last: what raw loops write is no plan.
  if (Wanted("plan.update_activity")) bench.UpdateActivity();
  if (Wanted("plan.create")) bench.Create();
}
