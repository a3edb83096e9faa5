// plan-service under load, beside the same SQL in a plain loop.
#include <atomic>
#include <random>

#include "absl/flags/flag.h"
#include "absl/strings/str_cat.h"
#include "bench/child.h"
#include "bench/grpc_load.h"
#include "bench/plan_data.h"
#include "bench/statements.h"
#include "individuellplan/plan/v1/plan_service.pb.h"
#include "lib/base/clock.h"
#include "lib/base/id.h"
#include "lib/rpc/flags.h"
#include "lib/rpc/testing/probe.pb.h"

ABSL_FLAG(int64_t, load, 0, "Load so many plans into --schema, and do nothing else.");
ABSL_FLAG(std::string, schema, "ip_plan", "The schema of the service that is measured.");
ABSL_FLAG(std::string, server, "", "Where plan-service listens: host:port.");
ABSL_FLAG(int, server_pid, 0, "Its process.");
ABSL_FLAG(int64_t, size, 100000, "How many plans it holds.");
ABSL_FLAG(std::string, small_server, "", "A second plan-service that holds few plans.");
ABSL_FLAG(int, small_server_pid, 0, "Its process.");
ABSL_FLAG(int64_t, small_size, 1000, "How many plans it holds.");
ABSL_FLAG(int, connections, 16, "Of each raw loop: as many as the service has workers.");

namespace ip::bench {
namespace {

namespace pb = individuellplan::plan::v1;
namespace type = individuellplan::type::v1;

constexpr char kService[] = "/individuellplan.plan.v1.PlanService/";
constexpr int64_t kSample = 5'000;

constexpr char kSelectPlan[] =
    "SELECT revision, create_time, update_time, document FROM plan WHERE name = ?";
constexpr char kLockPlan[] =
    "SELECT revision, create_time, update_time, document FROM plan WHERE name = ? FOR UPDATE";
constexpr char kSelectRequest[] =
    "SELECT method, payload_hash, name, revision, result FROM request"
    " WHERE actor = ? AND request_id = ?";
constexpr char kInsertRequest[] =
    "INSERT INTO request (actor, request_id, method, payload_hash, name, revision, result,"
    " create_time) VALUES (?, ?, ?, ?, ?, ?, ?, ?)";
constexpr char kInsertPlan[] =
    "INSERT INTO plan (name, revision, create_time, update_time, document) VALUES (?, ?, ?, ?, ?)";
constexpr char kUpdatePlan[] =
    "UPDATE plan SET revision = ?, update_time = ?, document = ? WHERE name = ? AND revision = ?";
constexpr char kInsertRevision[] =
    "INSERT INTO plan_revision (name, revision, create_time, actor, action, reason, request_id,"
    " document) VALUES (?, ?, ?, ?, ?, ?, ?, ?)";
constexpr char kUpsertList[] =
    "INSERT INTO plan_list (plan, state, unit, open_subject, next_evaluation_date, attention_date,"
    " create_time) VALUES (?, ?, ?, NULL, ?, ?, ?) ON DUPLICATE KEY UPDATE state = VALUES(state),"
    " unit = VALUES(unit), next_evaluation_date = VALUES(next_evaluation_date),"
    " attention_date = VALUES(attention_date)";
constexpr char kOpenSubject[] = "UPDATE plan_list SET open_subject = ? WHERE plan = ?";
constexpr char kSelectParties[] = "SELECT person, role FROM plan_party WHERE plan = ?";
constexpr char kInsertParty[] = "INSERT INTO plan_party (plan, person, role) VALUES (?, ?, ?)";
constexpr char kDeleteAlerts[] = "DELETE FROM plan_alert WHERE plan = ?";
constexpr char kInsertAlert[] =
    "INSERT INTO plan_alert (plan, alarm, unit, from_date) VALUES (?, ?, ?, ?)";
constexpr char kAppend[] =
    "INSERT INTO outbox (aggregate, revision, payload, create_time) VALUES (?, ?, ?, ?)";
constexpr char kInsertNumber[] =
    "INSERT INTO person_number (person, number) VALUES (?, ?)"
    " ON DUPLICATE KEY UPDATE number = VALUES(number)";

struct Server {
  std::string address;
  int pid = 0;
};

// How large and how many the rows are that a service's operation writes.
struct Shape {
  std::string document, reason, event, number;
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
  shape.reason = Bytes(c, "SELECT MAX(LENGTH(reason)) FROM plan_revision WHERE name = ?", plan);
  shape.event = Bytes(c, "SELECT MAX(LENGTH(payload)) FROM outbox WHERE aggregate = ?", plan);
  shape.number = Bytes(c,
                       "SELECT COALESCE(MAX(LENGTH(number)), 44) FROM person_number WHERE person"
                       " <> ?",
                       "");
  shape.parties = count("SELECT COUNT(*) FROM plan_party WHERE plan = ?");
  shape.alerts = count("SELECT COUNT(*) FROM plan_alert WHERE plan = ?");
  return shape;
}

class PlanBench {
 public:
  PlanBench()
      : schema_(absl::GetFlag(FLAGS_schema)),
        raw_(suite_.Raw(schema_)),
        server_{absl::GetFlag(FLAGS_server), absl::GetFlag(FLAGS_server_pid)},
        connections_(absl::GetFlag(FLAGS_connections)),
        size_(absl::GetFlag(FLAGS_size)),
        coordinators_(suite_, "gateway", "plan-service", Coordinators(suite_)) {}

  void Get(const Child& empty) {
    const auto plans = FindPlans(suite_, schema_, kSample, false);
    std::mt19937 random(1);
    const Contender ours{"plan.get",
                         Loop({.address = server_.address},
                              [&] {
                                const auto& plan = plans[random() % plans.size()];
                                return GetPlan(plan);
                              }),
                         {server_.pid}};
    const Contender select{"raw_select", RawLoop(raw_, connections_, [&](RawConnection& c, int) {
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
    Compare("plan.get", size_, {ours, select, handler},
            {{Aim::Measure::kRatio, 0.40}, {Aim::Measure::kServerCpu, 75}});
  }

  void UpdateActivity() {
    // Half of the plans for each: what the raw loop writes is no plan any more.
    auto plans = FindPlans(suite_, schema_, 4000, true);
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
    GrpcLoad({.address = server_.address}, next).Once();
    const Shape shape = ShapeOf(raw_, theirs[0].name);
    const auto operation = [&](RawConnection& c, int) {
      static thread_local std::mt19937 pick(
          static_cast<unsigned>(absl::ToUnixNanos(SystemClock().Now())));
      RawUpdate(c, theirs[pick() % theirs.size()].name, shape);
    };
    Check("plan.update_activity", next, operation);
    Compare("plan.update_activity", size_,
            {{"plan.update_activity", Loop({.address = server_.address}, next), {server_.pid}},
             {"raw_sql", RawLoop(raw_, connections_, operation)}},
            {{Aim::Measure::kRatio, 0.85}});
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
    GrpcLoad({.address = server_.address}, next).Once();
    RawConnection connection(raw_);
    const std::string newest =
        connection.Query("SELECT name FROM plan ORDER BY create_time DESC LIMIT 1").value_or("");
    const Shape shape = ShapeOf(raw_, newest);
    const auto operation = [&](RawConnection& c, int) { RawCreate(c, shape); };
    Check("plan.create", next, operation);
    Compare("plan.create", size_,
            {{"plan.create", Loop({.address = server_.address}, next), {server_.pid}},
             {"raw_sql", RawLoop(raw_, connections_, operation)}},
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
    const GrpcTarget large{.address = server_.address, .outstanding = 1, .channels = 1};
    const Server few{absl::GetFlag(FLAGS_small_server), absl::GetFlag(FLAGS_small_server_pid)};
    const GrpcTarget small{.address = few.address, .outstanding = 1, .channels = 1};
    Compare(
        "plan.list_attention", size_,
        {{"plan.list_attention", Loop(large, next), {server_.pid}},
         {absl::StrCat("size_", absl::GetFlag(FLAGS_small_size)), Loop(small, next), {few.pid}}},
        {{Aim::Measure::kP99Growth, 1.5}});
  }

  void Memory() { Tell("plan.memory", size_, ResidentMegabytes(server_.pid), "MB"); }

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
    GrpcLoad load({.address = server_.address}, next);
    RawConnection connection(raw_);
    CheckSameStatements(
        name, raw_, [&] { load.Once(); }, [&] { operation(connection, 0); });
  }

  static void WriteProjections(RawConnection& c, const std::string& plan, const Shape& shape,
                               const std::string& subject, bool created) {
    const absl::Time now = SystemClock().Now();
    const absl::CivilDay day = OsloDay(now) + 30;
    c.Execute(kUpsertList, plan, 3, kUnit, day, day, now);
    c.Execute(kOpenSubject, subject, plan);
    c.Query(kSelectParties, plan);
    for (int i = 0; created && i < shape.parties; ++i) {
      c.Execute(kInsertParty, plan, absl::StrCat(subject, i), "PARTICIPANT");
    }
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
    c.Execute(kUpdatePlan, revision + 1, now, shape.document, plan, revision);
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
    c.Execute(kInsertPlan, plan, 1, now, now, shape.document);
    c.Execute(kInsertRevision, plan, 1, now, actor, "CreatePlan", shape.reason, request,
              shape.document);
    WriteProjections(c, plan, shape, subject, true);
    c.Execute(kAppend, plan, 1, shape.event, now);
    c.Commit();
    c.Execute(kInsertNumber, subject, shape.number);
  }

  const Suite suite_;
  const std::string schema_;
  const RawOptions raw_;
  const Server server_;
  const int connections_;
  const int64_t size_;
  Tokens coordinators_;
};

}  // namespace
}  // namespace ip::bench

int main(int argc, char** argv) {
  using namespace ip::bench;  // NOLINT: the benchmark's own
  ip::rpc::ParseFlags(argc, argv, "Measures plan-service.");
  if (const int64_t count = absl::GetFlag(FLAGS_load); count > 0) {
    LoadPlans(Suite(), absl::GetFlag(FLAGS_schema), count);
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
