// Each notice is taken by one case worker, whatever they do at once: with two replicas on one
// database, and on a Galera cluster that loses a node (run by tests/fault/galera-cluster).
#include <gmock/gmock.h>

#include <iostream>
#include <random>
#include <set>

#include "absl/time/clock.h"
#include "lib/base/errors.h"
#include "lib/testing/galera.h"
#include "referral-service/domain/states.h"
#include "referral-service/testing/service_fixture.h"

namespace ip::referral {
namespace {

using N = pb::NeedNotice;
using testing::Replica;
using testing::Service;

constexpr int kWorkers = 8;

// What all case workers together were told, and whether it can be true.
class Takings {
 public:
  void Add(const N& notice, const std::string& who) {
    const std::lock_guard lock(mutex_);
    ++answers_[notice.name()];
    EXPECT_EQ(notice.assignee(), who);
  }
  void Released(const std::string& name) {
    const std::lock_guard lock(mutex_);
    ++released_[name];
  }
  size_t size() const {
    const std::lock_guard lock(mutex_);
    return answers_.size();
  }

  // As many takings as answers: one, and one more for each time it was put back.
  void Check(const std::set<std::string>& made, NoticeRepository& notices) {
    EXPECT_EQ(answers_.size(), made.size());
    for (const auto& name : made) {
      EXPECT_EQ(answers_[name], 1 + released_[name]) << name;
      const auto stored = notices.Get(testing::Soon(), name);
      ASSERT_TRUE(stored.ok()) << stored.status();
      EXPECT_EQ(stored->message.state(), N::IN_TRIAGE);
      const auto& history = stored->message.history();
      const auto takings = std::count_if(history.begin(), history.end(), [](const auto& entry) {
        return entry.action() == "TakeNextNotice";
      });
      EXPECT_EQ(takings, 1 + released_[name]) << name;
    }
  }

 private:
  mutable std::mutex mutex_;
  std::map<std::string, int> answers_;
  std::map<std::string, int> released_;
};

// A case worker who takes until nothing is left, and puts some back on the way. Repeats what got no
// answer at the next replica, as a client does.
class CaseWorker {
 public:
  CaseWorker(int number, std::vector<Replica*> replicas, Takings& takings, const Clock& clock)
      : who_(absl::StrCat("w", number)),
        replicas_(std::move(replicas)),
        at_(static_cast<size_t>(number)),
        takings_(takings),
        clock_(clock),
        random_(static_cast<unsigned>(number)) {}

  void Work() {
    for (;;) {
      const auto taken =
          Persist([&](const std::string& request_id) { return replica().Take(who_, request_id); });
      if (ReasonOf(taken.status()) == "QUEUE_EMPTY") return;
      ASSERT_TRUE(taken.ok()) << taken.status();
      takings_.Add(*taken, absl::StrCat("persons/", who_));
      if (random_() % 4 == 0) Release(*taken);
    }
  }

 private:
  Replica& replica() { return *replicas_[at_ % replicas_.size()]; }

  void Release(const N& notice) {
    pb::ActionRequest request;
    request.set_name(notice.name());
    request.set_etag(notice.etag());
    const auto released = Persist([&](const std::string& request_id) {
      request.set_request_id(request_id);
      return replica().As(who_, &Service::Stub::ReleaseNotice, request);
    });
    ASSERT_TRUE(released.ok()) << released.status();
    takings_.Released(notice.name());
  }

  template <class Call>
  absl::StatusOr<N> Persist(const Call& call) {
    const std::string request_id = NewId(clock_.Now());
    const absl::Time give_up = SystemClock().Now() + absl::Seconds(120);
    for (;;) {
      auto answer = call(request_id);
      const auto code = answer.status().code();
      const bool passing = code == absl::StatusCode::kUnavailable ||
                           code == absl::StatusCode::kAborted ||
                           code == absl::StatusCode::kDeadlineExceeded ||
                           code == absl::StatusCode::kResourceExhausted;
      if (!passing || SystemClock().Now() > give_up) return answer;
      ++at_;
    }
  }

  const std::string who_;
  const std::vector<Replica*> replicas_;
  size_t at_;
  Takings& takings_;
  const Clock& clock_;
  std::minstd_rand random_;
};

void WorkAll(
    const std::vector<Replica*>& replicas, Takings& takings, const Clock& clock,
    const std::function<void()>& meanwhile = [] {}) {
  std::vector<std::thread> threads;
  for (int i = 0; i < kWorkers; ++i) {
    threads.emplace_back([&, i] { CaseWorker(i, replicas, takings, clock).Work(); });
  }
  meanwhile();
  for (auto& thread : threads) thread.join();
}

class TakingTest : public testing::ServiceTest {};

TEST_F(TakingTest, EightCaseWorkersAtTwoReplicasTakeEachNoticeExactlyOnce) {
  const auto pool = *sql::Pool::Open(database_.options());
  Replica second(*pool, {cipher_.get(), &clock_, &plans_, &mandates_, &callers_});
  std::set<std::string> made;
  for (int i = 0; i < 100; ++i) made.insert(Submitted());
  Takings takings;
  WorkAll({&replica_, &second}, takings, clock_);
  takings.Check(made, notices());
}

class GaleraTakingTest : public ::testing::Test {
 protected:
  void SetUp() override {
    cluster_ = ip::testing::GaleraCluster::Join("referral-service/migrations");
    if (cluster_ == nullptr) GTEST_SKIP() << "run it with tests/fault/galera-cluster";
    InitLog("test", Severity::kError);
    callers_ = testing::TestCallers("persons/kari");
    for (size_t i = 0; i < cluster_->size(); ++i) {
      replicas_.push_back(std::make_unique<Replica>(
          cluster_->pool(i),
          testing::World{cipher_.get(), &clock_, &plans_, &mandates_, &callers_}));
      all_.push_back(replicas_.back().get());
    }
  }

  std::set<std::string> Make(int count) {
    std::set<std::string> made;
    pb::CreateNoticeRequest request;
    *request.mutable_notice() = testing::Request();
    request.mutable_subject_identity()->set_national_id(testing::kKari);
    for (int i = 0; i < count; ++i) {
      const auto draft = all_[0]->As("gp", &Service::Stub::CreateNotice, request);
      EXPECT_TRUE(draft.ok()) << draft.status();
      pb::ActionRequest submit;
      submit.set_name(draft->name());
      submit.set_etag(draft->etag());
      EXPECT_TRUE(all_[0]->As("gp", &Service::Stub::SubmitNotice, submit).ok());
      made.insert(draft->name());
    }
    return made;
  }

  std::unique_ptr<ip::testing::GaleraCluster> cluster_;
  testing::ManualClock clock_;
  std::unique_ptr<crypto::KeyRing> cipher_ =
      *crypto::KeyRing::Parse("1 " + crypto::ToBase64Url(std::string(32, 'k')));
  std::map<std::string, Caller> callers_;
  testing::FakePlans plans_;
  testing::FakeMandates mandates_;
  std::vector<std::unique_ptr<Replica>> replicas_;
  std::vector<Replica*> all_;
};

TEST_F(GaleraTakingTest, ANodeIsKilledAndEachNoticeIsStillTakenExactlyOnce) {
  constexpr int kNotices = 150;
  const auto made = Make(kNotices);
  Takings takings;
  WorkAll(all_, takings, clock_, [&] {
    while (takings.size() < kNotices / 3) absl::SleepFor(absl::Milliseconds(1));
    cluster_->Kill(cluster_->size() - 1);
  });
  const auto repositories =
      MakeMysqlRepositories({&cluster_->pool(0), cipher_.get(), &clock_, nullptr, "", ""});
  takings.Check(made, *repositories.notices);
  std::cout << R"({"name": "referral.take_next.galera_kill9", "expected": )" << kNotices
            << R"(, "seen": )" << takings.size() << R"(, "lost": )" << made.size() - takings.size()
            << R"(, "doubled": )" << (HasFailure() ? 1 : 0) << R"(, "kills": 1})"
            << "\n";
}

}  // namespace
}  // namespace ip::referral
