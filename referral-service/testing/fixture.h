// What the tests of storage, worker and service share: a database, repositories, a clock that is
// set by hand, and a plan-service that is played.
#ifndef REFERRAL_SERVICE_TESTING_FIXTURE_H_
#define REFERRAL_SERVICE_TESTING_FIXTURE_H_

#include <gtest/gtest.h>

#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "absl/strings/str_cat.h"
#include "lib/base/id.h"
#include "lib/crypto/base64url.h"
#include "lib/crypto/key_ring.h"
#include "lib/outbox/feed.h"
#include "lib/testing/mariadb.h"
#include "referral-service/domain/acceptance.h"
#include "referral-service/domain/draft.h"
#include "referral-service/domain/submission.h"
#include "referral-service/storage/notice_repository.h"
#include "referral-service/testing/notices.h"
#include "referral-service/worker/plan_client.h"

namespace ip::referral::testing {

inline constexpr char kKari[] = "21848700069";  // Tenor numbers: synthetic persons
inline constexpr char kAmina[] = "30819000022";

class ManualClock : public Clock {
 public:
  absl::Time Now() const override { return absl::FromUnixMicros(micros_); }
  void Advance(absl::Duration d) { micros_ += absl::ToInt64Microseconds(d); }

 private:
  std::atomic<int64_t> micros_ = absl::ToUnixMicros(Noon());
};

inline absl::Time Soon() { return SystemClock().Now() + absl::Seconds(20); }

// plan-service as the saga sees it: every request id has one effect, whatever the retries.
class FakePlans : public PlanClient {
 public:
  absl::StatusOr<ExistingPlan> FindOpenPlan(const std::string& person) override {
    std::lock_guard lock(mutex);
    if (!up) return absl::UnavailableError("plan-service is away");
    const auto found = open_plans.find(person);
    return found == open_plans.end() ? ExistingPlan() : found->second;
  }
  absl::StatusOr<std::string> OpenPlan(const pb::NeedNotice&, const std::string& national_id,
                                       const std::string& request_id) override {
    std::lock_guard lock(mutex);
    if (!up) return absl::UnavailableError("plan-service is away");
    last_national_id = national_id;
    return plans.try_emplace(request_id, absl::StrCat("plans/p", plans.size() + 1)).first->second;
  }
  absl::StatusOr<std::string> Nominate(const pb::NeedNotice& notice,
                                       const pb::CoordinatorCandidate& candidate, absl::CivilDay,
                                       const std::string& request_id) override {
    std::lock_guard lock(mutex);
    if (!up) return absl::UnavailableError("plan-service is away");
    last_candidate = candidate;
    return appointments
        .try_emplace(request_id,
                     absl::StrCat(notice.acceptance().plan(), "/coordinatorAppointments/a",
                                  appointments.size() + 1))
        .first->second;
  }
  absl::StatusOr<CoordinatorAnswer> AnswerOf(const pb::NeedNotice&) override {
    std::lock_guard lock(mutex);
    if (!up) return absl::UnavailableError("plan-service is away");
    return answer;
  }

  std::mutex mutex;
  bool up = true;
  CoordinatorAnswer answer = CoordinatorAnswer::kNone;
  std::map<std::string, ExistingPlan> open_plans;   // by person
  std::map<std::string, std::string> plans;         // by request id
  std::map<std::string, std::string> appointments;  // by request id
  std::string last_national_id;
  pb::CoordinatorCandidate last_candidate;
};

inline pb::CoordinatorCandidate Amina() {
  pb::CoordinatorCandidate candidate;
  candidate.mutable_identity()->set_national_id(kAmina);
  candidate.set_display_name("Amina Hassan Lie");
  candidate.set_organization("organizations/999990003");
  candidate.set_work_email("amina.lie@fjordvik.example");
  return candidate;
}

inline pb::Decision Yes() {
  pb::Decision decision;
  decision.set_outcome(pb::NeedNotice::PLAN_AND_COORDINATOR);
  decision.add_legal_bases(type::HOL_7_1);
  return decision;
}

class DatabaseTest : public ::testing::Test {
 protected:
  static document::Context Call(const std::string& action, const std::string& request_id = "") {
    document::Context ctx;
    ctx.actor = "persons/siri";
    ctx.action = action;
    ctx.request_id = request_id;
    ctx.payload_hash = Sha256("same");
    ctx.deadline = Soon();
    return ctx;
  }

  NoticeRepository& notices() { return *repositories_.notices; }
  WorkRepository& work() { return *repositories_.work; }

  // A notice that waits in Fjordvik's queue, with the person's number.
  std::string Submitted(const pb::NeedNotice& request = Request(),
                        const std::string& subject = "persons/kari") {
    const std::string name = absl::StrCat("notices/", NewId(clock_.Now()));
    Secrets secrets;
    secrets.subject_national_id = kKari;
    auto draft = NewDraft(request, subject, Gp(), TestReference(), StepNow("CreateNotice"));
    auto created = notices().Create(Call("CreateNotice"), name, draft, secrets);
    EXPECT_TRUE(created.ok()) << created.status();
    Change(name, [&](pb::NeedNotice& notice) {
      return Submit(notice, TestRules(), TestReference(), {}, StepNow("SubmitNotice"));
    });
    return name;
  }

  Step StepNow(const std::string& action) {
    Step step = By(action);
    step.now = clock_.Now();
    return step;
  }

  pb::NeedNotice Change(const std::string& name, const NoticeRepository::Change& change,
                        const Secrets& secrets = {}) {
    auto changed = notices().Mutate(Call("Change"), name, change, secrets);
    EXPECT_TRUE(changed.ok()) << changed.status();
    return changed.ok() ? changed->message : pb::NeedNotice();
  }

  pb::NeedNotice Get(const std::string& name) {
    auto notice = notices().Get(Soon(), name);
    EXPECT_TRUE(notice.ok()) << notice.status();
    return notice.ok() ? notice->message : pb::NeedNotice();
  }

  int64_t Count(const std::string& table) {
    auto session = *database_.pool().Acquire(Soon());
    auto count = session.QueryOne("SELECT COUNT(*) FROM " + table, {},
                                  [](const sql::Row& row) { return row.Int64(0); });
    return count.ok() ? count->value_or(-1) : -2;
  }

  // As if every lease had run out: what a dead process leaves behind.
  void ExpireLeases() { database_.Run("UPDATE notice_work SET due_time = '2000-01-01';"); }

  ip::testing::TestDatabase database_{"referral-service/migrations"};
  ManualClock clock_;
  outbox::Feed feed_{&database_.pool(), absl::Milliseconds(20)};
  std::unique_ptr<crypto::KeyRing> cipher_ =
      *crypto::KeyRing::Parse("1 " + crypto::ToBase64Url(std::string(32, 'k')));
  Repositories repositories_ =
      MakeMysqlRepositories({&database_.pool(), cipher_.get(), &clock_, &feed_, "", ""});
};

}  // namespace ip::referral::testing

#endif  // REFERRAL_SERVICE_TESTING_FIXTURE_H_
