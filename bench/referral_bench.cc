// referral-service under load, beside the same SQL in a plain loop.
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "absl/flags/flag.h"
#include "absl/strings/str_cat.h"
#include "bench/grpc_load.h"
#include "bench/referral_data.h"
#include "bench/statements.h"
#include "bench/target.h"
#include "individuellplan/referral/v1/referral_service.pb.h"
#include "lib/base/clock.h"
#include "lib/base/id.h"
#include "lib/rpc/flags.h"

ABSL_FLAG(int64_t, write, 0, "Write so many notices into --schema, and do nothing else.");
ABSL_FLAG(int64_t, copy, 0, "With --write: copies behind them in the same queue.");
ABSL_FLAG(int64_t, copy_for_raw, 0, "With --write: copies in the queue of the raw loops.");

namespace ip::bench {
namespace {

namespace pb = individuellplan::referral::v1;
namespace type = individuellplan::type::v1;

constexpr char kService[] = "/individuellplan.referral.v1.ReferralService/";

constexpr char kSelectNotice[] =
    "SELECT revision, create_time, update_time, document, data_key FROM notice WHERE name = ?";
constexpr char kLockNotice[] =
    "SELECT revision, create_time, update_time, document, data_key FROM notice WHERE name = ? FOR "
    "UPDATE";
constexpr char kFindOthers[] =
    "(SELECT name FROM notice_queue FORCE INDEX (by_subject)"
    " WHERE subject = ? AND is_open = 1 AND unit = ? ORDER BY name LIMIT 20)"
    " UNION ALL"
    " (SELECT DISTINCT plan FROM notice_queue FORCE INDEX (by_subject)"
    " WHERE subject = ? AND is_open = 0 AND unit = ? AND plan <> '' ORDER BY plan LIMIT 5)";
constexpr char kSelectRequest[] =
    "SELECT method, payload_hash, name, revision, result FROM request"
    " WHERE actor = ? AND request_id = ?";
constexpr char kInsertRequest[] =
    "INSERT INTO request (actor, request_id, method, payload_hash, name, revision, result,"
    " create_time) VALUES (?, ?, ?, ?, ?, ?, ?, ?)";
constexpr char kInsertNotice[] =
    "INSERT INTO notice (name, revision, create_time, update_time, document, data_key)"
    " VALUES (?, ?, ?, ?, ?, ?)";
constexpr char kUpdateNotice[] =
    "UPDATE notice SET revision = ?, update_time = ?, document = ?, data_key = ?"
    " WHERE name = ? AND revision = ?";
constexpr char kInsertRevision[] =
    "INSERT INTO notice_revision (name, revision, create_time, actor, action, reason, request_id,"
    " document) VALUES (?, ?, ?, ?, ?, ?, ?, ?)";
constexpr char kInsertParty[] =
    "INSERT INTO notice_party (party, create_time, name) VALUES (?, ?, ?)";
constexpr char kUpsertSecret[] =
    "INSERT INTO notice_secret (name, kind, secret) VALUES (?, ?, ?)"
    " ON DUPLICATE KEY UPDATE secret = VALUES(secret)";
constexpr char kUpsertQueue[] =
    "INSERT INTO notice_queue (name, revision, unit, state, is_open, urgency_rank, due_date,"
    " amber_date, submit_time, assignee, subject, source, close_time, decide_date, plan, item,"
    " need_date) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
    " ON DUPLICATE KEY UPDATE revision = VALUES(revision), unit = VALUES(unit),"
    " state = VALUES(state), is_open = VALUES(is_open), urgency_rank = VALUES(urgency_rank),"
    " due_date = VALUES(due_date), amber_date = VALUES(amber_date), assignee = VALUES(assignee),"
    " close_time = VALUES(close_time), decide_date = VALUES(decide_date), plan = VALUES(plan),"
    " item = VALUES(item)";
constexpr char kAppend[] =
    "INSERT INTO outbox (aggregate, revision, payload, create_time) VALUES (?, ?, ?, ?)";
constexpr char kPickNext[] =
    "SELECT name FROM notice_queue WHERE unit = ? AND state = ?"
    " ORDER BY urgency_rank, due_date, submit_time, name LIMIT 1 FOR UPDATE SKIP LOCKED";
constexpr char kTakeRow[] = "UPDATE notice_queue SET state = ?, assignee = ? WHERE name = ?";

struct Shape {
  std::string draft, document, data_key, reason, secret, item, event;
};

Shape ShapeOf(const RawOptions& database, const std::string& notice) {
  RawConnection c(database);
  const auto bytes = [&](const char* sql) {
    return RandomBytes(static_cast<size_t>(std::atoll(c.Query(sql, notice).value_or("0").c_str())));
  };
  return {bytes("SELECT MIN(LENGTH(document)) FROM notice_revision WHERE name = ?"),
          bytes("SELECT LENGTH(document) FROM notice WHERE name = ?"),
          bytes("SELECT LENGTH(data_key) FROM notice WHERE name = ?"),
          bytes("SELECT MAX(LENGTH(reason)) FROM notice_revision WHERE name = ?"),
          bytes("SELECT COALESCE(MAX(LENGTH(secret)), 44) FROM notice_secret WHERE name = ?"),
          bytes("SELECT LENGTH(item) FROM notice_queue WHERE name = ?"),
          bytes("SELECT MAX(LENGTH(payload)) FROM outbox WHERE aggregate = ?")};
}

class ReferralBench {
 public:
  void QueuePage() {
    Tokens tokens = CaseWorkers(1);
    pb::ListQueueRequest request;
    request.set_unit(kUnit);
    const auto next = [&] {
      return Operation{{absl::StrCat(kService, "ListQueue"), Pack(request), tokens.Of(0)}};
    };
    // One after the other: it is the time of a page that may not grow.
    const auto page = [&](const Server& server) {
      return Loop({.address = server.address, .outstanding = 1, .channels = 1}, next);
    };
    Compare("referral.queue_page", target_.size,
            {{"referral.queue_page", page(target_.service), target_.service.pids},
             {absl::StrCat("size_", target_.small_size), page(target_.small), target_.small.pids}},
            {{Aim::Measure::kP99Growth, 1.3}});
  }

  // A notice from nothing into the queue: CreateNotice, then SubmitNotice.
  void Submit() {
    Tokens tokens(suite_, "gateway", "referral-service", {GeneralPractitioner(suite_)});
    int64_t serial = 3'000'000;
    std::string last;
    const auto next = [&] { return CreateAndSubmit(tokens.Of(0), serial++, &last); };
    GrpcLoad({.address = target_.service.address, .outstanding = 1}, next).Once();
    const Shape shape = ShapeOf(raw_, last);
    const auto operation = [shape](RawConnection& c, int) { RawSubmit(c, shape); };
    const auto many = [&] { return CreateAndSubmit(tokens.Of(0), serial++, nullptr); };
    Check("referral.submit", many, operation);
    std::vector<Contender> contenders{
        {"referral.submit", Loop({.address = target_.service.address}, many), target_.service.pids},
        {"raw_sql", RawLoop(raw_, target_.connections, operation)}};
    AddTwin(target_.twin, Loop({.address = target_.twin.address}, many), contenders);
    Compare("referral.submit", target_.size, contenders, {{Aim::Measure::kRatio, 0.85}},
            "notices/s");
  }

  void TakeNext(int workers) {
    Tokens tokens = CaseWorkers(workers);
    size_t turn = 0;
    const auto next = [&] {
      pb::TakeNextNoticeRequest request;
      request.set_unit(kUnit);
      request.set_request_id(NewId(SystemClock().Now()));
      return Operation{{absl::StrCat(kService, "TakeNextNotice"), Pack(request),
                        tokens.Of(turn++ % tokens.size())}};
    };
    RawConnection connection(raw_);
    const Shape shape = ShapeOf(
        raw_, connection.Query("SELECT name FROM notice_queue WHERE unit = ? LIMIT 1", kUnit)
                  .value_or(""));
    const auto same = [shape](RawConnection& c, int) { RawTake(c, shape); };
    if (workers == 1) Check("referral.take_next", next, same);
    const auto update = [](RawConnection& c, int) {
      c.Begin();
      const auto notice = c.Query(kPickNext, kRawUnit, pb::NeedNotice::SUBMITTED);
      if (!notice) Fail("the queue of the raw loops is empty");
      c.Execute(kTakeRow, pb::NeedNotice::IN_TRIAGE, kAssignee, *notice);
      c.Commit();
    };
    const auto take = [&](const Server& server) {
      return Loop({.address = server.address, .outstanding = workers}, next);
    };
    std::vector<Contender> contenders{
        {"referral.take_next", take(target_.service), target_.service.pids},
        {"raw_update", RawLoop(raw_, workers, update)},
        {"raw_sql", RawLoop(raw_, workers, same)}};
    AddTwin(target_.twin, take(target_.twin), contenders);
    Compare("referral.take_next", workers, contenders, {{Aim::Measure::kRatio, 0.5}}, "notices/s");
  }

 private:
  static constexpr char kAssignee[] = "persons/aaaaaaaaaaaaaaaaaaaaaaaaaa";

  Tokens CaseWorkers(int count) const {
    std::vector<Caller> callers;
    for (int i = 0; i < count; ++i) {
      callers.push_back(suite_.Human(type::CASE_WORKER, suite_.Person(100 + i), kUnitOrganization));
    }
    return Tokens(suite_, "gateway", "referral-service", std::move(callers));
  }

  static Operation CreateAndSubmit(const std::string& token, int64_t serial, std::string* name) {
    pb::CreateNoticeRequest create;
    *create.mutable_notice() = NewNotice();
    create.mutable_subject_identity()->set_national_id(std::string(Suite::Number(serial).Reveal()));
    create.set_request_id(NewId(SystemClock().Now()));
    auto submitted = std::make_shared<bool>(false);
    return {{absl::StrCat(kService, "CreateNotice"), Pack(create), token},
            [token, submitted, name](const grpc::ByteBuffer& answer) -> std::optional<Call> {
              if (std::exchange(*submitted, true)) return std::nullopt;
              pb::NeedNotice draft;
              Unpack(answer, draft);
              if (name != nullptr) *name = draft.name();
              pb::ActionRequest submit;
              submit.set_name(draft.name());
              submit.set_etag(draft.etag());
              submit.set_request_id(NewId(SystemClock().Now()));
              return Call{absl::StrCat(kService, "SubmitNotice"), Pack(submit), token};
            }};
  }

  void Check(const std::string& name, const std::function<Operation()>& next,
             const std::function<void(RawConnection&, int)>& operation) {
    GrpcLoad load({.address = target_.service.address, .outstanding = 1}, next);
    RawConnection connection(raw_);
    CheckSameStatements(
        name, raw_, [&] { load.Once(); }, [&] { operation(connection, 0); });
  }

  static void Record(RawConnection& c, const std::string& notice, int64_t revision,
                     const std::string& action, absl::Time now) {
    static const std::string hash = RandomBytes(32);
    const std::string request = NewId(now);
    c.Query(kSelectRequest, kAssignee, request);
    c.Execute(kInsertRequest, kAssignee, request, action, hash, notice, revision, notice, now);
  }

  static void WriteQueue(RawConnection& c, const std::string& notice, int64_t revision,
                         const std::string& unit, int state, const std::string& subject,
                         const Shape& shape, absl::Time now) {
    const absl::CivilDay day = OsloDay(now);
    c.Execute(kUpsertQueue, notice, revision, unit, state, 1, 1, day + 400, day + 21, now,
              state == pb::NeedNotice::SUBMITTED ? "" : kAssignee, subject, 1, nullptr, nullptr, "",
              shape.item, day - 3);
  }

  static void RawSubmit(RawConnection& c, const Shape& shape) {
    const absl::Time now = SystemClock().Now();
    const std::string notice = absl::StrCat("notices/", NewId(now));
    const std::string subject = absl::StrCat("persons/", NewToken(16)).substr(0, 34);
    c.Begin();
    Record(c, notice, 1, "CreateNotice", now);
    c.Execute(kInsertNotice, notice, 1, now, now, shape.draft, shape.data_key);
    c.Execute(kInsertRevision, notice, 1, now, kAssignee, "CreateNotice", shape.reason, notice,
              shape.draft);
    c.Execute(kInsertParty, absl::StrCat("sender|", subject, "|", kPractice), now, notice);
    c.Execute(kUpsertSecret, notice, "SUBJECT", shape.secret);
    c.Commit();

    c.Query(kSelectNotice, notice);
    c.Query(kFindOthers, subject, kRawUnit, subject, kRawUnit);
    c.Begin();
    c.Query(kLockNotice, notice);
    Record(c, notice, 2, "SubmitNotice", now);
    c.Execute(kUpdateNotice, 2, now, shape.document, shape.data_key, notice, 1);
    c.Execute(kInsertRevision, notice, 2, now, kAssignee, "SubmitNotice", shape.reason, notice,
              shape.document);
    c.Execute(kInsertParty, absl::StrCat("subject|", subject), now, notice);
    WriteQueue(c, notice, 2, kRawUnit, pb::NeedNotice::SUBMITTED, subject, shape, now);
    c.Execute(kAppend, notice, 2, shape.event, now);
    c.Commit();
  }

  static void RawTake(RawConnection& c, const Shape& shape) {
    const absl::Time now = SystemClock().Now();
    c.Begin();
    c.Query(kSelectRequest, kAssignee, "none");
    const std::string notice = c.Query(kPickNext, kRawUnit, pb::NeedNotice::SUBMITTED).value_or("");
    if (notice.empty()) Fail("the queue of the raw loops is empty");
    const int64_t revision = std::atoll(c.Query(kLockNotice, notice).value_or("0").c_str());
    Record(c, notice, revision + 1, "TakeNextNotice", now);
    c.Execute(kUpdateNotice, revision + 1, now, shape.document, shape.data_key, notice, revision);
    c.Execute(kInsertRevision, notice, revision + 1, now, kAssignee, "TakeNextNotice", shape.reason,
              notice, shape.document);
    WriteQueue(c, notice, revision + 1, kRawUnit, pb::NeedNotice::IN_TRIAGE,
               absl::StrCat("persons/", notice.substr(8, 26)), shape, now);
    c.Execute(kAppend, notice, revision + 1, shape.event, now);
    c.Commit();
  }

  const Suite suite_;
  const Target target_ = TargetFromFlags();
  const RawOptions raw_ = suite_.Raw(target_.schema);
};

}  // namespace
}  // namespace ip::bench

int main(int argc, char** argv) {
  using namespace ip::bench;  // NOLINT: the benchmark's own
  ip::rpc::ParseFlags(argc, argv, "Measures referral-service.");
  if (const int64_t count = absl::GetFlag(FLAGS_write); count > 0) {
    LoadNotices(Suite(), TargetFromFlags().schema, count, absl::GetFlag(FLAGS_copy),
                absl::GetFlag(FLAGS_copy_for_raw));
    return 0;
  }
  ReferralBench bench;
  if (Wanted("referral.queue_page")) bench.QueuePage();
  if (Wanted("referral.submit")) bench.Submit();
  if (Wanted("referral.take_next")) {
    for (const int workers : {1, 4, 16}) bench.TakeNext(workers);
  }
}
