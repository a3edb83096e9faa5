#include "referral-service/worker/acceptance_worker.h"

#include <gmock/gmock.h>

#include "referral-service/domain/decisions.h"
#include "referral-service/domain/handling.h"
#include "referral-service/domain/states.h"
#include "referral-service/testing/fixture.h"

namespace ip::referral {
namespace {

using A = pb::Acceptance;
using N = pb::NeedNotice;
using testing::By;
using ::testing::SizeIs;

class AcceptanceWorkerTest : public testing::DatabaseTest {
 protected:
  std::string Accepted() {
    const std::string name = Submitted();
    Change(name, [](N& n) { return Assign(n, "persons/siri", "Siri", By("TakeNextNotice")); });
    Secrets secrets;
    secrets.candidate = testing::Amina();
    Change(
        name, [](N& n) { return Accept(n, testing::Yes(), testing::Amina(), By("AcceptNotice")); },
        secrets);
    return name;
  }

  std::unique_ptr<AcceptanceWorker> Worker(NoticeRepository* notices = nullptr) {
    return std::make_unique<AcceptanceWorker>(
        AcceptanceWorker::Deps{notices ? notices : repositories_.notices.get(),
                               repositories_.work.get(), &plans_, &clock_});
  }

  // One step, whether it is due or not.
  absl::StatusOr<bool> Step() {
    ExpireLeases();
    return Worker()->RunOnce();
  }

  testing::FakePlans plans_;
};

TEST_F(AcceptanceWorkerTest, OpensThePlanAsksAndClosesWhenTheCoordinatorSaysYes) {
  const std::string name = Accepted();
  ASSERT_TRUE(*Step());
  EXPECT_EQ(Get(name).acceptance().step(), A::NOMINATING);
  EXPECT_EQ(Get(name).acceptance().plan(), "plans/p1");
  EXPECT_EQ(plans_.last_national_id, testing::kKari);
  ASSERT_TRUE(*Step());
  EXPECT_EQ(Get(name).acceptance().step(), A::AWAITING_COORDINATOR);
  EXPECT_EQ(plans_.last_candidate.identity().national_id(), testing::kAmina);
  ASSERT_TRUE(*Step());  // no answer yet
  EXPECT_EQ(Get(name).acceptance().step(), A::AWAITING_COORDINATOR);
  plans_.answer = CoordinatorAnswer::kAccepted;
  ASSERT_TRUE(*Step());
  const auto notice = Get(name);
  EXPECT_EQ(notice.state(), N::CLOSED_DONE);
  EXPECT_EQ(notice.acceptance().appointment(), "plans/p1/coordinatorAppointments/a1");
  EXPECT_EQ(notice.history().rbegin()->actor(), "services/referral-service");
  EXPECT_EQ(Count("notice_work"), 0);
  EXPECT_EQ(Count("notice_secret"), 0);
  EXPECT_FALSE(*Step());
}

TEST_F(AcceptanceWorkerTest, ANoGoesBackToTheUnitAndAnotherIsAsked) {
  const std::string name = Accepted();
  ASSERT_TRUE(*Step() && *Step());
  plans_.answer = CoordinatorAnswer::kDeclined;
  ASSERT_TRUE(*Step());
  EXPECT_EQ(Get(name).acceptance().step(), A::COORDINATOR_DECLINED);
  EXPECT_FALSE(*Step());  // the unit's turn
  Change(name, [](N& n) {
    return NominateAnother(n, testing::Amina(), By("NominateAnotherCoordinator"));
  });
  plans_.answer = CoordinatorAnswer::kAccepted;
  ASSERT_TRUE(*Step() && *Step());
  EXPECT_EQ(Get(name).state(), N::CLOSED_DONE);
  EXPECT_THAT(plans_.plans, SizeIs(1));
  EXPECT_THAT(plans_.appointments, SizeIs(2));
}

TEST_F(AcceptanceWorkerTest, WaitsWhilePlanServiceIsAway) {
  const std::string name = Accepted();
  plans_.up = false;
  EXPECT_EQ(Step().status().code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(Get(name).acceptance().step(), A::OPENING_PLAN);
  plans_.up = true;
  ASSERT_TRUE(*Step());
  EXPECT_EQ(Get(name).acceptance().step(), A::NOMINATING);
}

// Passes everything on, but dies before the next Mutate is carried out.
class DyingRepository final : public NoticeRepository {
 public:
  explicit DyingRepository(NoticeRepository& real) : real_(real) {}
  absl::StatusOr<ChangedNotice> Create(const document::Context& c, const std::string& n,
                                       const pb::NeedNotice& m, const Secrets& s) override {
    return real_.Create(c, n, m, s);
  }
  absl::StatusOr<Notice> Get(absl::Time d, const std::string& n) override {
    return real_.Get(d, n);
  }
  absl::StatusOr<ChangedNotice> Mutate(const document::Context&, const std::string&, const Change&,
                                       const Secrets&) override {
    return absl::AbortedError("killed");
  }
  absl::StatusOr<ChangedNotice> TakeNext(const document::Context& c, const std::string& u,
                                         const Change& f) override {
    return real_.TakeNext(c, u, f);
  }
  absl::StatusOr<QueuePage> ListQueue(absl::Time d, const QueueQuery& q) override {
    return real_.ListQueue(d, q);
  }
  absl::StatusOr<std::optional<pb::QueueItem>> GetQueueItem(absl::Time d, const std::string& n,
                                                            absl::CivilDay t) override {
    return real_.GetQueueItem(d, n, t);
  }
  absl::StatusOr<QueueCounts> CountQueue(absl::Time d, const std::string& u) override {
    return real_.CountQueue(d, u);
  }
  absl::StatusOr<std::vector<Listed>> ListOf(absl::Time d, const std::vector<std::string>& p,
                                             absl::Time b, const std::string& n, int l) override {
    return real_.ListOf(d, p, b, n, l);
  }
  absl::StatusOr<int64_t> LastEvent(absl::Time d) override { return real_.LastEvent(d); }
  absl::StatusOr<std::vector<std::string>> FindOthers(absl::Time d, const std::string& s,
                                                      const std::string& unit) override {
    return real_.FindOthers(d, s, unit);
  }

 private:
  NoticeRepository& real_;
};

TEST_F(AcceptanceWorkerTest, DyingBetweenTheCallAndItsRecordMakesNothingTwice) {
  const std::string name = Accepted();
  plans_.answer = CoordinatorAnswer::kAccepted;
  DyingRepository dying(notices());
  for (const A::Step step : {A::OPENING_PLAN, A::NOMINATING, A::AWAITING_COORDINATOR}) {
    ASSERT_EQ(Get(name).acceptance().step(), step);
    for (int death = 0; death < 3; ++death) {
      ExpireLeases();
      EXPECT_FALSE(Worker(&dying)->RunOnce().ok());
      EXPECT_EQ(Get(name).acceptance().step(), step);
    }
    ASSERT_TRUE(*Step());
  }
  EXPECT_EQ(Get(name).state(), N::CLOSED_DONE);
  EXPECT_THAT(plans_.plans, SizeIs(1));
  EXPECT_THAT(plans_.appointments, SizeIs(1));
}

TEST_F(AcceptanceWorkerTest, FourWorkersAtOnceMakeOnePlanPerNotice) {
  std::vector<std::string> names;
  for (int i = 0; i < 10; ++i) names.push_back(Accepted());
  plans_.answer = CoordinatorAnswer::kAccepted;
  std::vector<std::unique_ptr<AcceptanceWorker>> workers;
  for (int i = 0; i < 4; ++i) {
    workers.push_back(Worker());
    workers.back()->Start();
  }
  const absl::Time give_up = testing::Soon();
  while (Count("notice_work") > 0 && SystemClock().Now() < give_up) workers[0]->Nudge();
  for (auto& worker : workers) worker->Stop();
  for (const auto& name : names) EXPECT_EQ(Get(name).state(), N::CLOSED_DONE);
  EXPECT_THAT(plans_.plans, SizeIs(10));
  EXPECT_THAT(plans_.appointments, SizeIs(10));
}

TEST_F(AcceptanceWorkerTest, FinishesAForwardingThatWasCutOff) {
  const std::string name = Submitted();
  Change(name, [](N& n) {
    return Forward(n, "units/lyngnes", "notices/new", testing::TestReference(),
                   By("ForwardNotice", "persons/siri", "Bor i Lyngnes"));
  });
  ASSERT_TRUE(*Step());
  const auto forwarded = Get("notices/new");
  EXPECT_EQ(forwarded.state(), N::SUBMITTED);
  EXPECT_EQ(forwarded.unit(), "units/lyngnes");
  EXPECT_EQ(forwarded.forwarded_from(), name);
  EXPECT_EQ(work().GetSecrets(testing::Soon(), "notices/new")->subject_national_id, testing::kKari);
  EXPECT_FALSE(work().GetSecrets(testing::Soon(), name)->subject_national_id.has_value());
  EXPECT_FALSE(*Step());
}

}  // namespace
}  // namespace ip::referral
