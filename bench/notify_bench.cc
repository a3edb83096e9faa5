// notification-service: planning, claiming and sending, beside the same SQL and beside smtp-source.
#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/flags/flag.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/clock.h"
#include "bench/notify_data.h"
#include "bench/statements.h"
#include "individuellplan/notification/v1/notification_service.pb.h"
#include "lib/base/clock.h"
#include "lib/base/id.h"
#include "lib/base/log.h"
#include "lib/rpc/flags.h"
#include "notification-service/domain/plan.h"
#include "notification-service/storage/delivery_repository.h"
#include "notification-service/storage/intake_repository.h"
#include "notification-service/testing/fake_services.h"

ABSL_FLAG(std::string, schema, "ip_notification", "Schema for planning and claiming.");
ABSL_FLAG(int64_t, size, 1000000, "How many mails are due when they are claimed.");
ABSL_FLAG(std::string, send_schema, "", "Schema of the service that sends.");
ABSL_FLAG(std::string, service_command, "", "File with the service's command line, a word a line.");
ABSL_FLAG(std::string, sink, "", "host:port of smtp-sink.");
ABSL_FLAG(int64_t, mails, 2000, "How many mails are sent in each round.");
ABSL_FLAG(int, sessions, 8, "How many connections the service and smtp-source send over.");

namespace ip::bench {
namespace {

using individuellplan::notification::v1::Delivery;
using namespace notification;  // NOLINT: the service's own

constexpr int kSenders = 4;
constexpr int kBatch = 8;  // as the dispatcher claims
constexpr absl::Duration kLease = absl::Minutes(10);

constexpr char kSelectDue[] =
    "SELECT id, message_key, class, recipient, capacity, municipality_code, bounce_token,"
    " create_time, not_after, fence, attempts, unknowns, tries FROM message"
    " WHERE state = ? AND next_at <= ? ORDER BY next_at LIMIT ? FOR UPDATE SKIP LOCKED";
constexpr char kClaim[] =
    "UPDATE message SET state = ?, fence = ?, owner = ?, lease_until = ?, gate_at = NULL"
    " WHERE id = ?";
constexpr char kSlots[] =
    "SELECT id, aggregate, obligation, kind, due, opened_at, rung, rung_index, rule_version,"
    " recipient, capacity, class, optional, cooldown_days, send_day, not_before, not_after, state,"
    " reason, notify_time FROM slot WHERE message_id = ? AND state = ? ORDER BY send_day, id";

template <class T>
T Must(absl::StatusOr<T> result, const std::string& what) {
  if (!result.ok()) Fail(absl::StrCat(what, ": ", std::string(result.status().message())));
  return *std::move(result);
}

// The service as a process of its own, with its services played by this one.
class Program {
 public:
  Program(const std::string& command_file, const std::string& services) {
    std::ifstream file(command_file);
    for (std::string word; std::getline(file, word);) words_.push_back(word);
    words_.push_back("--plan_service=" + services);
    words_.push_back("--referral_service=" + services);
    words_.push_back(absl::StrCat("--senders=", absl::GetFlag(FLAGS_sessions)));
    std::vector<char*> argv;
    for (std::string& word : words_) argv.push_back(word.data());
    argv.push_back(nullptr);
    const std::string log = command_file + ".log";
    pid_ = fork();
    if (pid_ != 0) return;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    const int out = open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
    dup2(out, STDERR_FILENO);
    dup2(out, STDOUT_FILENO);
    execv(argv[0], argv.data());
    _exit(127);
  }
  ~Program() {
    kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
  }
  int pid() const { return pid_; }
  bool running() const { return waitpid(pid_, nullptr, WNOHANG) == 0; }

 private:
  std::vector<std::string> words_;
  int pid_ = 0;
};

class NotifyBench {
 public:
  NotifyBench() : schema_(absl::GetFlag(FLAGS_schema)) {}

  // From an event of a plan's feed to its stored reminders, as the one reader of a feed does it.
  void PlanReminders() {
    const auto pool = suite_.OpenPool(schema_, 2);
    IntakeRepository intake(pool.get(), std::string(32, 'k'));
    const Rules rules = ReminderRules();
    const RuleSet& today = rules.On(OsloDay(Noon()));
    const auto event = [] {
      return PlanEvent(absl::StrCat("plans/", NewId(SystemClock().Now())), 1);
    };
    const auto first = event();
    const auto slots = static_cast<int64_t>(
        Replan(first, NextOpenings(first, {}, Noon()), today, {}, Noon()).insert.size());
    Compare(
        "notify.plan", slots,
        {{"notify.plan",
          InThreads(1, [&](int) { Must(intake.Apply("plan", event(), today, Noon()), "intake"); }),
          {getpid()}},
         {"rules_only", InThreads(1,
                                  [&](int) {
                                    const auto told = event();
                                    Replan(told, NextOpenings(told, {}, Noon()), today, {}, Noon());
                                  })}},
        {}, "events/s");
  }

  void Claim() {
    const int64_t size = absl::GetFlag(FLAGS_size);
    suite_.SetDurable(false);
    LoadMails(suite_, schema_, 0, size, Noon());
    suite_.SetDurable(true);
    const auto pool = suite_.OpenPool(schema_, kSenders);
    DeliveryRepository deliveries(pool.get());
    const absl::Time now = SystemClock().Now();
    const auto service = [&](int) {
      const auto claimed = Must(deliveries.Claim("bench", now, kLease, kBatch), "claim");
      if (claimed.size() != kBatch) Fail("fewer mails are due than are claimed");
    };
    const auto same = [now](RawConnection& c, int) { ClaimRaw(c, now, false); };
    const auto lean = [now](RawConnection& c, int) { ClaimRaw(c, now, true); };
    const RawOptions raw = suite_.Raw(schema_);
    RawConnection connection(raw);
    CheckSameStatements(
        "notify.claim", raw, [&] { service(0); }, [&] { same(connection, 0); });
    const auto contender = [](const std::string& name, Work work) {
      Contender made{name, std::move(work)};
      made.amount = kBatch;
      return made;
    };
    Compare("notify.claim", size,
            {contender("notify.claim", InThreads(kSenders, service)),
             contender("raw_sql", RawLoop(raw, kSenders, same)),
             contender("raw_lean", RawLoop(raw, kSenders, lean))},
            {{Aim::Measure::kRatio, 0.8}}, "mails/s");
  }

  // Mails that leave the service, ledger and all, against smtp-source at the same sink with as many
  // sessions.
  void Send() {
    FakeServices services;
    // The service's own: mails go in people's hours alone, so bench/parts.py shifts it to a noon.
    const auto clock =
        Must(MakeBusinessClock(absl::GetFlag(FLAGS_clock_shift_file), false), "clock_shift_file");
    // What the mails are copied from, before anybody can send it.
    LoadMails(suite_, absl::GetFlag(FLAGS_send_schema), 0, 0, clock->Now());
    const Program program(absl::GetFlag(FLAGS_service_command), services.address());
    const int64_t mails = absl::GetFlag(FLAGS_mails);
    Samples ours, source;
    const int rounds = PlanFromFlags().rounds;
    for (int round = 0; round <= rounds; ++round) {  // the first one warms up
      Progress("notify.send: notify.send", round, rounds);
      const Sample sent = SendOnce(program, *clock, round, mails);
      Progress("notify.send: smtp_source", round, rounds);
      const Sample limit = SourceOnce(mails);
      if (round == 0) continue;
      ours.push_back(sent);
      source.push_back(limit);
    }
    Judge("notify.send", mails, ours, "smtp_source", source, {{Aim::Measure::kRatio, 0.4}},
          "mails/s");
  }

 private:
  static void ClaimRaw(RawConnection& c, absl::Time now, bool lean) {
    c.Begin();
    std::vector<std::string> ids;
    c.Each(
        kSelectDue, [&](const std::string& id) { ids.push_back(id); }, Delivery::SCHEDULED, now,
        kBatch);
    const absl::Time until = SystemClock().Now() + kLease;
    if (lean && !ids.empty()) {
      // What one would write who cares for nothing but speed.
      const std::string list = "'" + absl::StrJoin(ids, "','") + "'";
      c.Run(
          absl::StrCat("UPDATE message SET state = 2, fence = fence + 1, owner = 'raw',"
                       " lease_until = '",
                       sql::FormatDateTime(until), "', gate_at = NULL WHERE id IN (", list, ")"));
      c.Run(absl::StrCat("DO (SELECT COUNT(*) FROM slot WHERE message_id IN (", list, "))"));
    } else {
      for (const std::string& id : ids) {
        c.Execute(kClaim, Delivery::CLAIMED, 1, "raw", until, id);
        c.Query(kSlots, id, static_cast<int>(SlotState::kBound));
      }
    }
    c.Commit();
  }

  // The service looks twice a second; what counts is from the first mail that left to the last.
  Sample SendOnce(const Program& program, const Clock& clock, int block, int64_t mails) {
    const std::string schema = absl::GetFlag(FLAGS_send_schema);
    LoadMails(suite_, schema, block, mails, clock.Now());
    const double cpu = CpuSeconds(program.pid());
    RawConnection connection(suite_.Raw(schema));
    const std::string mine = absl::StrCat(BlockPrefix(block), "%");
    const absl::Time give_up = SystemClock().Now() + absl::Minutes(2);
    const auto sent = [&] {
      return std::atoll(
          connection.Query("SELECT COUNT(send_time) FROM message WHERE bounce_token LIKE ?", mine)
              .value_or("0")
              .c_str());
    };
    while (sent() < mails) {
      if (SystemClock().Now() > give_up || !program.running()) {
        Fail(absl::StrCat("notify.send: only ", sent(), " of ", mails, " mails left; see ",
                          absl::GetFlag(FLAGS_service_command), ".log"));
      }
      absl::SleepFor(absl::Milliseconds(100));
    }
    const double used = CpuSeconds(program.pid()) - cpu;
    const double micros = std::atof(
        connection
            .Query("SELECT TIMESTAMPDIFF(MICROSECOND, MIN(send_time), MAX(send_time)) FROM message"
                   " WHERE bounce_token LIKE ?",
                   mine)
            .value_or("0")
            .c_str());
    const auto count = static_cast<double>(mails);
    return {.rate = (count - 1) / micros * 1e6, .cpu_us = used / count * 1e6};
  }

  static Sample SourceOnce(int64_t mails) {
    // The service's mails are about so long, and it keeps its connections too.
    const std::string command =
        absl::StrCat("/usr/sbin/smtp-source -d -s ", absl::GetFlag(FLAGS_sessions), " -l 5000 -m ",
                     mails, " ", absl::GetFlag(FLAGS_sink));
    const absl::Time begin = SystemClock().Now();
    if (std::system(command.c_str()) != 0) Fail(command + " failed");
    const double took = absl::ToDoubleSeconds(SystemClock().Now() - begin);
    return {.rate = static_cast<double>(mails) / took};
  }

  const Suite suite_;
  const std::string schema_;
};

}  // namespace
}  // namespace ip::bench

int main(int argc, char** argv) {
  using namespace ip::bench;  // NOLINT: the benchmark's own
  ip::rpc::ParseFlags(argc, argv, "Measures notification-service.");
  ip::InitLog("bench", ip::Severity::kError);
  NotifyBench bench;
  if (Wanted("notify.plan")) bench.PlanReminders();
  if (Wanted("notify.claim")) bench.Claim();
  if (Wanted("notify.send")) bench.Send();
}
