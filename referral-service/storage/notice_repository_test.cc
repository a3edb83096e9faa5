#include "referral-service/storage/notice_repository.h"

#include <gmock/gmock.h>

#include <set>
#include <thread>

#include "lib/base/errors.h"
#include "referral-service/domain/decisions.h"
#include "referral-service/domain/handling.h"
#include "referral-service/domain/states.h"
#include "referral-service/testing/fixture.h"

namespace ip::referral {
namespace {

using ::testing::ElementsAre;
using ::testing::ElementsAreArray;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using N = pb::NeedNotice;
using testing::By;
using testing::Soon;

class RepositoryTest : public testing::DatabaseTest {
 protected:
  absl::StatusOr<ChangedNotice> Take(const std::string& who = "persons/siri",
                                     const std::string& request_id = "") {
    auto ctx = Call("TakeNextNotice", request_id);
    ctx.actor = who;
    return notices().TakeNext(ctx, "units/fjordvik", [&](pb::NeedNotice& notice) {
      return Assign(notice, who, who, By("TakeNextNotice", who));
    });
  }

  std::vector<std::string> Queue(QueueQuery query = {}) {
    query.unit = "units/fjordvik";
    query.today = OsloDay(clock_.Now());
    std::vector<std::string> names;
    do {
      auto page = notices().ListQueue(Soon(), query);
      EXPECT_TRUE(page.ok()) << page.status();
      if (!page.ok()) return names;
      EXPECT_LE(page->items.size(), static_cast<size_t>(query.limit));
      for (const auto& item : page->items) names.push_back(item.name());
      query.after = page->last;
    } while (!query.after.empty());
    return names;
  }
};

TEST_F(RepositoryTest, TheQueueGoesByUrgencyThenLastDayThenAge) {
  const std::string first = Submitted();
  clock_.Advance(absl::Hours(1));
  const std::string second = Submitted();
  clock_.Advance(absl::Hours(48));
  const std::string third = Submitted();
  auto urgent = testing::Request();
  urgent.set_urgency(N::URGENT);
  const std::string fourth = Submitted(urgent);
  // A promised later day puts the oldest one behind the others.
  pb::PreliminaryReply reply;
  reply.set_reason("Venter på epikrise");
  *reply.mutable_expected_date() = DateOf(absl::CivilDay(2027, 1, 15));
  Change(first, [&](N& n) { return Assign(n, "persons/siri", "Siri", By("AssignNotice")); });
  Change(first, [&](N& n) { return ReplyPreliminarily(n, reply, By("SendPreliminaryReply")); });
  EXPECT_THAT(Queue(), ElementsAre(fourth, second, third, first));
  QueueQuery pages;
  pages.limit = 1;
  EXPECT_THAT(Queue(pages), ElementsAre(fourth, second, third, first));
}

TEST_F(RepositoryTest, FiltersAndCounts) {
  const std::string taken = Submitted();
  clock_.Advance(absl::Hours(24 * 22));
  const absl::Time submitted = clock_.Now();
  const std::string fresh = Submitted();
  const std::string closed = Submitted();
  ASSERT_TRUE(Take().ok());
  Change(closed, [](N& n) { return Advance(n, By("WithdrawNotice")); });

  QueueQuery query;
  query.state = N::SUBMITTED;
  EXPECT_THAT(Queue(query), ElementsAre(fresh));
  query = {};
  query.assignee = "persons/siri";
  EXPECT_THAT(Queue(query), ElementsAre(taken));
  query = {};
  query.signal = pb::Clock::AMBER;
  EXPECT_THAT(Queue(query), ElementsAre(taken));
  query.signal = pb::Clock::GREEN;
  EXPECT_THAT(Queue(query), ElementsAre(fresh));
  query.signal = pb::Clock::RED;
  EXPECT_THAT(Queue(query), IsEmpty());
  clock_.Advance(absl::Hours(24 * 12));
  EXPECT_THAT(Queue(query), ElementsAre(taken));

  const auto counts = notices().CountQueue(Soon(), "units/fjordvik");
  ASSERT_TRUE(counts.ok()) << counts.status();
  EXPECT_THAT(counts->by_state,
              ElementsAre(std::pair(N::SUBMITTED, 1), std::pair(N::IN_TRIAGE, 1)));
  EXPECT_EQ(counts->oldest_untaken, submitted);

  const auto item = notices().GetQueueItem(Soon(), closed, OsloDay(clock_.Now()));
  ASSERT_TRUE(item.ok() && *item);
  EXPECT_EQ((*item)->state(), N::WITHDRAWN);
  EXPECT_EQ((*item)->etag(), Get(closed).etag());
}

TEST_F(RepositoryTest, PlacesThatNobodyMadeAreRefused) {
  QueueQuery query;
  query.unit = "units/fjordvik";
  query.after = {"0", "nonsense", "1", "x"};
  EXPECT_EQ(notices().ListQueue(Soon(), query).status().code(), absl::StatusCode::kInvalidArgument);
}

TEST_F(RepositoryTest, TakingARepeatedCallGivesTheSameNotice) {
  Submitted();
  Submitted();
  const auto first = Take("persons/siri", "11111111-1111-4111-8111-111111111111");
  const auto again = Take("persons/siri", "11111111-1111-4111-8111-111111111111");
  ASSERT_TRUE(first.ok() && again.ok()) << first.status() << again.status();
  EXPECT_EQ(first->message.name(), again->message.name());
  EXPECT_TRUE(again->replayed);
  ASSERT_TRUE(Take().ok());
  EXPECT_EQ(ReasonOf(Take().status()), "QUEUE_EMPTY");
}

TEST_F(RepositoryTest, MyNoticesNewestFirstInPages) {
  std::vector<std::string> made;
  for (int i = 0; i < 5; ++i) {
    made.insert(made.begin(), Submitted());
    clock_.Advance(absl::Seconds(1));
  }
  const std::vector<std::string> parties = {"sender|persons/gp|organizations/999990002",
                                            "subject|persons/kari"};  // both hold all five
  std::vector<std::string> found;
  absl::Time before = testing::At("2100-01-01T00:00:00Z");
  std::string before_name;
  for (int page = 0; page < 3; ++page) {
    const auto listed = notices().ListOf(Soon(), parties, before, before_name, 2);
    ASSERT_TRUE(listed.ok()) << listed.status();
    for (const auto& item : *listed) found.push_back(item.notice.name());
    before = listed->back().create_time;
    before_name = listed->back().notice.name();
  }
  EXPECT_THAT(found, ElementsAreArray(made));
}

TEST_F(RepositoryTest, OpenNoticesAboutAPersonAreFound) {
  const std::string open = Submitted();
  const std::string closed = Submitted();
  Submitted(testing::Request(), "persons/other");
  Change(closed, [](N& n) { return Advance(n, By("WithdrawNotice")); });
  const auto found = notices().FindOthers(Soon(), "persons/kari", "units/fjordvik");
  ASSERT_TRUE(found.ok());
  EXPECT_THAT(*found, ElementsAre(open));
}

TEST_F(RepositoryTest, SecretsLiveBesideTheNoticeAndOnlyAsLongAsTheyAreNeeded) {
  const std::string name = Submitted();
  EXPECT_EQ(Get(name).DebugString().find(testing::kKari), std::string::npos);
  auto secrets = work().GetSecrets(Soon(), name);
  ASSERT_TRUE(secrets.ok()) << secrets.status();
  EXPECT_EQ(secrets->subject_national_id, testing::kKari);
  EXPECT_FALSE(secrets->candidate.has_value());
  Secrets candidate;
  candidate.candidate = testing::Amina();
  Change(
      name, [](N&) { return absl::OkStatus(); }, candidate);
  secrets = work().GetSecrets(Soon(), name);
  ASSERT_TRUE(secrets.ok());
  EXPECT_EQ(secrets->candidate->identity().national_id(), testing::kAmina);
  EXPECT_EQ(secrets->subject_national_id, testing::kKari);
  Change(name, [](N& n) { return Advance(n, By("WithdrawNotice")); });
  EXPECT_EQ(Count("notice_secret"), 0);
}

TEST_F(RepositoryTest, NothingStandsInTheClear) {
  Submitted();
  auto session = *database_.pool().Acquire(Soon());
  for (const char* column :
       {"document FROM notice", "document FROM notice_revision", "item FROM notice_queue",
        "secret FROM notice_secret", "payload FROM outbox"}) {
    auto status = session.Query(absl::StrCat("SELECT ", column), {}, [&](const sql::Row& row) {
      const std::string bytes = row.String(0);
      for (const char* secret : {"Kari", "Nordli", "Jonas", "bolig", testing::kKari}) {
        EXPECT_EQ(bytes.find(secret), std::string::npos) << column << " " << secret;
      }
    });
    EXPECT_TRUE(status.ok()) << status;
  }
}

TEST_F(RepositoryTest, WorkIsClaimedByOneAndDueAgainWhenTheLeaseRunsOut) {
  const std::string name = Submitted();
  EXPECT_FALSE((*work().Claim(Soon(), absl::Seconds(30))).has_value());
  ASSERT_TRUE(Take().ok());
  Change(name,
         [](N& n) { return Accept(n, testing::Yes(), testing::Amina(), By("AcceptNotice")); });
  std::atomic<int> claimed = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      const auto work_item = work().Claim(Soon(), absl::Seconds(30));
      ASSERT_TRUE(work_item.ok()) << work_item.status();
      claimed += work_item->has_value();
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(claimed, 1);
  ExpireLeases();
  auto again = *work().Claim(Soon(), absl::Seconds(30));
  ASSERT_TRUE(again.has_value());
  EXPECT_EQ(again->attempts, 2);
  ASSERT_TRUE(work().Postpone(Soon(), *again, absl::ZeroDuration()).ok());
  EXPECT_TRUE((*work().Claim(Soon(), absl::Seconds(30))).has_value());
  // A step that is made puts it in front again, and a lost claim cannot push it away.
  Change(name, [](N& n) { return PlanOpened(n, "plans/p1", By("AdvanceAcceptance")); });
  ASSERT_TRUE(work().Postpone(Soon(), *again, absl::Hours(1)).ok());
  EXPECT_TRUE((*work().Claim(Soon(), absl::Seconds(30))).has_value());
}

// Issue 4: two case workers never get the same.
TEST_F(RepositoryTest, EightCaseWorkersTakeAHundredNoticesEachExactlyOnce) {
  std::set<std::string> made;
  for (int i = 0; i < 100; ++i) made.insert(Submitted());
  std::mutex mutex;
  std::vector<std::string> taken;
  std::vector<std::thread> workers;
  for (int i = 0; i < 8; ++i) {
    workers.emplace_back([&, who = absl::StrCat("persons/w", i)] {
      for (;;) {
        const auto notice = Take(who);
        if (ReasonOf(notice.status()) == "QUEUE_EMPTY") return;
        ASSERT_TRUE(notice.ok()) << notice.status();
        EXPECT_EQ(notice->message.assignee(), who);
        std::lock_guard lock(mutex);
        taken.push_back(notice->message.name());
      }
    });
  }
  for (auto& worker : workers) worker.join();
  EXPECT_THAT(taken, SizeIs(100));
  EXPECT_EQ(std::set<std::string>(taken.begin(), taken.end()), made);
}

}  // namespace
}  // namespace ip::referral
