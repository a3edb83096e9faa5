// What the storage promises, on a real database.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

#include "lib/base/id.h"
#include "lib/crypto/base64url.h"
#include "lib/crypto/key_ring.h"
#include "lib/testing/mariadb.h"
#include "plan-service/domain/test_plan.h"
#include "plan-service/storage/person_numbers.h"
#include "plan-service/storage/plan_questions.h"
#include "plan-service/storage/plan_repository.h"

namespace ip::plan::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

absl::Time Soon() { return SystemClock().Now() + absl::Seconds(20); }

class StillClock : public Clock {
 public:
  absl::Time Now() const override { return kNow; }
};

document::Context Ctx(const std::string& request_id = "") {
  return {"persons/actor", "Test", "fordi", request_id, Sha256("same"), Soon()};
}

class StorageTest : public ::testing::Test {
 protected:
  StorageTest()
      : database_("plan-service/migrations"),
        cipher_(*crypto::KeyRing::Parse("1 " + crypto::ToBase64Url(std::string(32, 'k')))),
        feed_(&database_.pool()),
        plans_({&database_.pool(), cipher_.get(), &clock_, &feed_, "", ""}, &Rules()),
        numbers_(&database_.pool(), cipher_.get()) {}

  // An active plan of `person`, with an evaluation after `days`.
  std::string Store(const std::string& id, const std::string& person, int days) {
    CarePlan plan = ActivePlan();
    plan.set_name("plans/" + id);
    plan.mutable_subject()->set_person(person);
    *plan.mutable_evaluations(0)->mutable_due_date() = ToDate(OsloDay(kNow) + days);
    auto created = plans_.Create(Ctx(), plan);
    EXPECT_TRUE(created.ok()) << created.status();
    return plan.name();
  }

  std::vector<std::string> Find(const PlanQuery& query) {
    std::vector<std::string> names;
    for (const PlanRow& row : Must(plans_.FindPlans(Soon(), query))) names.push_back(row.plan);
    return names;
  }

  ip::testing::TestDatabase database_;
  StillClock clock_;
  std::unique_ptr<crypto::KeyRing> cipher_;
  outbox::Feed feed_;
  PlanRepository plans_;
  PersonNumbers numbers_;
};

TEST_F(StorageTest, KeepsOneOpenPlanPerPerson) {
  const std::string first = Store("first", kOwner, 60);
  CarePlan second = ActivePlan();
  second.set_name("plans/second");
  EXPECT_EQ(ReasonOf(plans_.Create(Ctx(), second).status()), "OPEN_PLAN_EXISTS");
  EXPECT_TRUE(absl::IsNotFound(plans_.Get(Soon(), "plans/second").status()));
  auto ended = plans_.Mutate(Ctx(), first, [](CarePlan& plan) {
    plan.set_state(CarePlan::REVOKED);
    return plan.name();
  });
  ASSERT_TRUE(ended.ok());
  EXPECT_TRUE(plans_.Create(Ctx(), second).ok());
}

TEST_F(StorageTest, TwoAtTheSameTimeGetOneOpenPlan) {
  std::atomic<int> opened = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&, i] {
      CarePlan plan = DraftPlan();
      plan.set_name("plans/race-" + std::to_string(i));
      opened += plans_.Create(Ctx(), plan).ok() ? 1 : 0;
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(opened, 1);
}

TEST_F(StorageTest, FindsPlansByPersonAndRole) {
  const std::string plan = Store("first", kOwner, 60);
  PlanQuery query;
  query.today = OsloDay(kNow);
  query.person = kCoordinator;
  EXPECT_THAT(Find(query), ElementsAre(plan));
  query.roles = {"OWNER"};
  EXPECT_THAT(Find(query), IsEmpty());
  query.person = "persons/stranger";
  query.roles = {};
  EXPECT_THAT(Find(query), IsEmpty());
}

TEST_F(StorageTest, PagesAUnitsPlansInEachOrder) {
  const std::string late = Store("late", "persons/a", 90);
  const std::string early = Store("early", "persons/b", 30);
  const std::string same = Store("same", "persons/c", 30);
  PlanQuery query;
  query.today = OsloDay(kNow);
  query.unit = kUnit;
  EXPECT_THAT(Find(query), ElementsAre(early, same, late));
  for (const auto order : {PlanQuery::Order::kNextEvaluation, PlanQuery::Order::kNewestFirst,
                           PlanQuery::Order::kAttention}) {
    query.order = order;
    query.limit = 50;
    query.after = {};
    const auto all = Find(query);
    std::vector<std::string> paged;
    query.limit = 1;
    for (int i = 0; i < 5; ++i) {
      const auto rows = Must(plans_.FindPlans(Soon(), query));
      if (rows.empty()) break;
      paged.push_back(rows[0].plan);
      query.after = rows[0].key;
    }
    EXPECT_EQ(paged, all);
    EXPECT_THAT(all, SizeIs(3));
  }
  query = PlanQuery();
  query.unit = kUnit;
  query.today = OsloDay(kNow) + 31;
  query.alarm = CarePlan::EVALUATION_OVERDUE;
  EXPECT_THAT(Find(query), ElementsAre(early, same));
}

TEST_F(StorageTest, ListsAlertsFromTheirDayOn) {
  const std::string plan = Store("first", kOwner, 10);
  const absl::CivilDay today = OsloDay(kNow);
  EXPECT_THAT(Must(plans_.ListAlerts(Soon(), kUnit, today + 10, {}, 10)), IsEmpty());
  const auto alerts = Must(plans_.ListAlerts(Soon(), kUnit, today + 15, {}, 10));
  ASSERT_THAT(alerts, SizeIs(2));
  EXPECT_EQ(alerts[0].alarm, CarePlan::EVALUATION_OVERDUE);
  EXPECT_EQ(alerts[0].from, today + 11);
  const auto rest = Must(plans_.ListAlerts(Soon(), kUnit, today + 15, alerts[0].key, 10));
  ASSERT_THAT(rest, SizeIs(1));
  EXPECT_EQ(rest[0].alarm, CarePlan::UNANSWERED_REQUEST);
  EXPECT_THAT(Must(plans_.ListAlerts(Soon(), "units/other", today + 15, {}, 10)), IsEmpty());
}

TEST_F(StorageTest, TheBundleOfAnImportedPlanGoesWithThePlansKey) {
  const PlanRepository plans({&database_.pool(), cipher_.get(), &clock_, &feed_, "", "", true},
                             &Rules());
  const PlanQuestions questions(&database_.pool(), cipher_.get());
  CarePlan plan = ActivePlan();
  plan.set_name("plans/moved");
  individuellplan::plan::v1::PortablePlan portable;
  *portable.mutable_plan() = plan;
  ASSERT_TRUE(plans.Create(Ctx(), plan, portable.SerializeAsString()).ok());
  EXPECT_EQ(Must(questions.ImportedFrom(Soon(), plan.name())).plan().name(), plan.name());
  database_.Run("UPDATE plan SET data_key = '';");
  EXPECT_EQ(ReasonOf(questions.ImportedFrom(Soon(), plan.name()).status()), "RESOURCE_ERASED");
  EXPECT_EQ(ReasonOf(plans.Get(Soon(), plan.name()).status()), "RESOURCE_ERASED");
  database_.Run("UPDATE plan SET data_key = NULL;");
  EXPECT_TRUE(absl::IsDataLoss(questions.ImportedFrom(Soon(), plan.name()).status()));
}

TEST_F(StorageTest, NumbersOpenOnlyInTheirOwnRow) {
  const auto number = *auth::MakeSynthetic(absl::CivilDay(1987, 4, 21), 1);
  {
    auto session = database_.pool().Acquire(Soon());
    ASSERT_TRUE(numbers_.Remember(*session, "persons/a", number).ok());
    ASSERT_TRUE(numbers_.Remember(*session, "persons/a", number).ok());
  }
  EXPECT_EQ(Must(numbers_.Find(Soon(), "persons/a")), std::string(number.Reveal()));
  EXPECT_EQ(Must(numbers_.Find(Soon(), "persons/b")), std::nullopt);
  database_.Run("INSERT INTO person_number SELECT 'persons/b', number FROM person_number;");
  EXPECT_TRUE(absl::IsDataLoss(numbers_.Find(Soon(), "persons/b").status()));
}

}  // namespace
}  // namespace ip::plan::testing
