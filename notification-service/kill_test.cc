// The real program, killed without warning again and again while it sends: nothing is lost, nothing
// is sent twice. (The long form of this run is tests/fault.)
#include <gmock/gmock.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <random>

#include "absl/strings/str_cat.h"
#include "lib/auth/jose.h"
#include "lib/crypto/base64url.h"
#include "lib/testing/mariadb.h"
#include "notification-service/domain/test_events.h"
#include "notification-service/storage/delivery_repository.h"
#include "notification-service/testing/fake_services.h"
#include "notification-service/testing/mail_sink.h"

namespace ip::notification {
namespace {

constexpr int kMails = 120;
constexpr int kKills = 8;

class Program {
 public:
  Program(const sql::Options& database, const FakeServices& fakes, const MailSink& sink) {
    char pattern[] = "/tmp/ip-notify-kill-XXXXXX";
    folder_ = mkdtemp(pattern);
    const auto key = auth::NewSigningKey("notification-service");
    Write("key.jwk", key.dump());
    Write("jwks.json", nlohmann::json{{"keys", {auth::PublicPart(key)}}}.dump());
    Write("mail.key", "a2tra2tra2tra2tra2tra2tra2tra2tra2tra2tra2s");
    Write("reference.json", R"({"municipalities": [{"code": "9901", "displayName": "Fjordvik"}]})");
    // A Monday at noon, whenever the test runs.
    const int64_t shift = absl::ToInt64Microseconds(OsloTime(2027, 1, 4, 12) - SystemClock().Now());
    Write("clock", std::string(reinterpret_cast<const char*>(&shift), sizeof shift));
    arguments_ = {IP_PROGRAM,
                  "--plan_service=" + fakes.address(),
                  "--referral_service=" + fakes.address(),
                  "--smtp_url=" + sink.url(),
                  "--smtp_reply_seconds=2",
                  "--lease_seconds=1",
                  "--public_url=https://ip.example.no",
                  "--signing_key_file=" + folder_ + "/key.jwk",
                  "--internal_jwks_file=" + folder_ + "/jwks.json",
                  "--mail_key_file=" + folder_ + "/mail.key",
                  "--reference_file=" + folder_ + "/reference.json",
                  "--clock_shift_file=" + folder_ + "/clock",
                  "--rules_dir=" + ip::testing::SourcePath("notification-service/rules"),
                  "--listen=127.0.0.1:0",
                  "--db_socket=" + database.socket,
                  "--db_user=" + database.user,
                  "--db_name=" + database.schema};
  }
  ~Program() {
    Kill();
    std::filesystem::remove_all(folder_);
  }
  void Start() {
    pid_ = fork();
    if (pid_ != 0) return;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    std::vector<char*> argv;
    for (std::string& argument : arguments_) argv.push_back(argument.data());
    argv.push_back(nullptr);
    if (freopen((folder_ + "/log").c_str(), "a", stderr) == nullptr) _exit(126);
    execv(argv[0], argv.data());
    _exit(127);
  }
  void Kill() {
    if (pid_ <= 0) return;
    kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
    pid_ = -1;
  }

 private:
  void Write(const std::string& name, const std::string& content) {
    const std::string file = folder_ + "/" + name;
    std::ofstream(file, std::ios::binary) << content;
    chmod(file.c_str(), 0600);
  }

  std::string folder_;
  std::vector<std::string> arguments_;
  pid_t pid_ = -1;
};

TEST(Kill, NothingIsLostAndNothingIsSentTwice) {
  ip::testing::TestDatabase database("notification-service/migrations");
  FakeServices fakes;
  MailSink sink;
  DeliveryRepository deliveries(&database.pool());
  for (int i = 0; i < kMails; ++i) {
    ObligationEvent event = EventOf(absl::StrCat("notices/", i), 1);
    AddDuty(event, "", Obligation::NOTICE_RECEIPT,
            {{absl::StrCat("persons/p", i), Obligation::NOTIFIER}});
    fakes.Tell(event);
  }
  const auto states = [&] {
    std::map<int64_t, int64_t> counts;
    auto session = *database.pool().Acquire(SystemClock().Now() + absl::Seconds(10));
    EXPECT_TRUE(session
                    .Query("SELECT state, COUNT(*) FROM message GROUP BY state", {},
                           [&](const sql::Row& row) { counts[row.Int64(0)] = row.Int64(1); })
                    .ok());
    return counts;
  };

  Program program(database.options(), fakes, sink);
  std::mt19937 random(1);
  int kills = 0;
  for (size_t before = 0; kills < kKills && before < kMails; ++kills) {
    program.Start();
    // Let it get some mails out, then kill it at a random moment of the next ones.
    const absl::Time deadline = SystemClock().Now() + absl::Seconds(30);
    while (sink.Mails().size() < before + 5 && SystemClock().Now() < deadline) {
      absl::SleepFor(absl::Milliseconds(5));
    }
    absl::SleepFor(absl::Milliseconds(random() % 20));
    program.Kill();
    before = sink.Mails().size();
  }
  program.Start();
  const absl::Time deadline = SystemClock().Now() + absl::Seconds(90);
  std::map<int64_t, int64_t> counts;
  do {
    absl::SleepFor(absl::Milliseconds(100));
    counts = states();
  } while (counts[Delivery::SENT] + counts[Delivery::UNKNOWN] < kMails &&
           SystemClock().Now() < deadline);
  program.Kill();

  int lost = 0, doubled = 0, unknown = 0;
  for (int i = 0; i < kMails; ++i) {
    const int copies = sink.CountTo(absl::StrCat("p", i, "@example.no"));
    if (copies > 1) ++doubled;
    auto session = *database.pool().Acquire(SystemClock().Now() + absl::Seconds(10));
    const auto state = *session.QueryOne("SELECT state FROM message WHERE recipient = ?",
                                         {absl::StrCat("persons/p", i)},
                                         [](const sql::Row& row) { return row.Int64(0); });
    const bool in_ledger_as_unknown = state == Delivery::UNKNOWN;
    if (in_ledger_as_unknown) ++unknown;
    if (copies == 0 && !in_ledger_as_unknown) ++lost;
    EXPECT_TRUE(state != Delivery::SENT || copies == 1);
  }
  std::cout << R"({"name": "notify.kill9", "expected": )" << kMails << R"(, "seen": )"
            << sink.Mails().size() << R"(, "lost": )" << lost << R"(, "doubled": )" << doubled
            << R"(, "kills": )" << kills << R"(, "unknown": )" << unknown << "}\n";
  EXPECT_EQ(counts[Delivery::SENT] + counts[Delivery::UNKNOWN], kMails);
  EXPECT_EQ(lost, 0);
  EXPECT_EQ(doubled, 0);
  EXPECT_GE(kills, 3);
}

}  // namespace
}  // namespace ip::notification
