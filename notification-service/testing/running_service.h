// The service's threads over a real database, relay and gRPC; the two services and the clock are
// played.
#ifndef NOTIFICATION_SERVICE_TESTING_RUNNING_SERVICE_H_
#define NOTIFICATION_SERVICE_TESTING_RUNNING_SERVICE_H_

#include <gmock/gmock.h>
#include <sys/stat.h>

#include <atomic>
#include <fstream>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "lib/auth/jose.h"
#include "lib/testing/mariadb.h"
#include "notification-service/domain/test_events.h"
#include "notification-service/testing/fake_services.h"
#include "notification-service/testing/mail_sink.h"
#include "notification-service/worker/dispatcher.h"
#include "notification-service/worker/feed_reader.h"
#include "notification-service/worker/planner.h"
#include "notification-service/worker/reconciler.h"

namespace ip::notification {

class ManualClock final : public Clock {
 public:
  absl::Time Now() const override { return absl::FromUnixMicros(now_); }
  void Set(absl::Time time) { now_ = absl::ToUnixMicros(time); }

 private:
  std::atomic<int64_t> now_ = 0;
};

inline bool Eventually(const std::function<bool()>& done) {
  const absl::Time deadline = SystemClock().Now() + absl::Seconds(30);
  while (!done()) {
    if (SystemClock().Now() > deadline) return false;
    absl::SleepFor(absl::Milliseconds(20));
  }
  return true;
}

inline std::unique_ptr<auth::TokenSigner> Signer() {
  const std::string file = ::testing::TempDir() + "notification-signing.jwk";
  std::ofstream(file) << auth::NewSigningKey("notification-service").dump();
  chmod(file.c_str(), 0600);
  return *auth::TokenSigner::Load(file);
}

inline const std::string kKey(32, 'k');
inline constexpr char kReference[] =
    R"({"municipalities": [{"code": "9901", "displayName": "Fjordvik kommune"}]})";

// The service's threads; they can be stopped and started again over the same database.
struct Running {
  Running(sql::Pool* pool, const FakeServices& fakes, const MailSink& sink, const Clock* clock)
      : sources(*MakeSources(fakes.address(), fakes.address(), signer.get(), {})),
        intake(pool, kKey),
        agenda(pool, kKey),
        deliveries(pool),
        inbox(pool),
        reach(pool, kKey) {
    CourierOptions options;
    options.mail_from = "ikke-svar@fjordvik.example";
    options.mail_key = kKey;
    options.public_url = "https://ip.fjordvik.example";
    options.signs_list_headers = true;
    options.relay.url = sink.url();
    options.relay.plaintext = true;
    options.relay.reply_timeout = absl::Seconds(1);
    dispatcher.emplace(
        Courier::Parts{&deliveries, &inbox, &reach, &letters, &reference, &sources, clock}, options,
        2, &queued);
    planner.emplace(Planner::Parts{&intake, &agenda, &deliveries, &reach, &rules, clock, &planned,
                                   &queued, absl::Seconds(1)});
    for (const auto& source : sources) {
      feeds.push_back(std::make_unique<FeedReader>(source.get(), &intake, &rules, clock, &planned));
    }
  }
  std::unique_ptr<auth::TokenSigner> signer = Signer();
  Sources sources;
  Rules rules = *Rules::LoadDirectory(IP_RULES_DIR);
  Reference reference = *Reference::Parse(kReference);
  LetterWriter letters = *LetterWriter::Create("https://ip.fjordvik.example");
  IntakeRepository intake;
  AgendaRepository agenda;
  DeliveryRepository deliveries;
  InboxRepository inbox;
  ReachRepository reach;
  Bell planned, queued;
  std::optional<Dispatcher> dispatcher;
  std::optional<Planner> planner;
  std::vector<std::unique_ptr<FeedReader>> feeds;
};

class WorkerTest : public ::testing::Test {
 protected:
  WorkerTest() {
    clock_.Set(OsloTime(2027, 1, 4, 12));
    Start();
  }
  void Start() { running_.emplace(&database_.pool(), fakes_, sink_, &clock_); }

  ObligationEvent Evaluation(int64_t revision, absl::CivilDay due) {
    ObligationEvent event = EventOf("plans/secret-plan", revision);
    AddDuty(event, "evaluations/secret-evaluation", Obligation::PLAN_EVALUATION,
            {{"persons/kari", Obligation::COORDINATOR},
             {"persons/ola", Obligation::RESPONSIBLE},
             {"persons/eva", Obligation::OWNER}},
            due);
    return event;
  }
  bool PlannedTo(int64_t revision) {
    return Eventually([&] {
      auto session = *database_.pool().Acquire(SystemClock().Now() + absl::Seconds(5));
      auto found = session.QueryOne("SELECT 1 FROM aggregate WHERE revision = ?", {revision},
                                    [](const sql::Row& row) { return row.Int64(0); });
      return found.ok() && found->has_value();
    });
  }
  int Sent() const { return static_cast<int>(sink_.Mails().size()); }
  int In(Delivery::State state) {
    return static_cast<int>(
        running_->deliveries.List(state, "", 100, SystemClock().Now() + absl::Seconds(5))->size());
  }

  ip::testing::TestDatabase database_{"notification-service/migrations"};
  FakeServices fakes_;
  MailSink sink_;
  ManualClock clock_;
  std::optional<Running> running_;
};

}  // namespace ip::notification

#endif  // NOTIFICATION_SERVICE_TESTING_RUNNING_SERVICE_H_
