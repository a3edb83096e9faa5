#include "lib/document/store.h"

#include <atomic>
#include <thread>

#include "absl/strings/str_cat.h"
#include "document_test/item.pb.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "lib/base/clock.h"
#include "lib/base/errors.h"
#include "lib/base/id.h"
#include "lib/crypto/base64url.h"
#include "lib/crypto/key_ring.h"
#include "lib/testing/cutting_proxy.h"
#include "lib/testing/mariadb.h"

namespace ip::document {
namespace {

using Code = absl::StatusCode;
using document_test::Item;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::SizeIs;

class ManualClock : public Clock {
 public:
  absl::Time Now() const override { return absl::FromUnixMicros(micros_); }
  void Advance(absl::Duration d) { micros_ += absl::ToInt64Microseconds(d); }

 private:
  std::atomic<int64_t> micros_ = 1'772'366'400'000'000;
};

absl::Time Soon() { return SystemClock().Now() + absl::Seconds(20); }

Context Call(const std::string& request_id = "", const std::string& payload = "same") {
  return {"persons/p1", "ChangeItem", "a reason", request_id, Sha256(payload), Soon()};
}

absl::StatusOr<std::string> Increment(Item& item) {
  item.set_count(item.count() + 1);
  return absl::StrCat(item.name(), "/counts/", item.count());
}

class StoreTest : public ::testing::Test {
 protected:
  StoreTest() {
    database_.Run(
        "CREATE TABLE item_count (name VARCHAR(200) PRIMARY KEY, count BIGINT, revision BIGINT);");
    cipher_ = *crypto::KeyRing::Parse("1 " + crypto::ToBase64Url(std::string(32, 'k')));
    store_ = Make(database_.pool());
  }

  std::unique_ptr<Store<Item>> Make(sql::Pool& pool) {
    Hooks<Item> hooks;
    hooks.project = [this](sql::Session& session, const Item& now, const Item* before,
                           int64_t revision) {
      EXPECT_EQ(before == nullptr, revision == 1);
      if (fail_projection_) return absl::InternalError("projection");
      return session
          .Execute("REPLACE INTO item_count (name, count, revision) VALUES (?, ?, ?)",
                   {now.name(), now.count(), revision})
          .status();
    };
    hooks.event = [](const Item& now, int64_t) -> std::optional<std::string> {
      if (now.text() == "silent") return std::nullopt;
      return absl::StrCat("count=", now.count());
    };
    Config config{&pool, cipher_.get(), &clock_, &feed_, "item", "item"};
    return std::make_unique<Store<Item>>(config, hooks);
  }

  void Create(const std::string& name) {
    auto created = store_->Create(Call(), name, Item());
    ASSERT_TRUE(created.ok()) << created.status();
  }
  int64_t Ask(const std::string& sql) {
    auto session = *database_.pool().Acquire(Soon());
    auto answer = session.QueryOne(sql, {}, [](const sql::Row& row) { return row.Int64(0); });
    return answer.ok() ? answer->value_or(-1) : -2;
  }
  // Rows in the tables that a change writes: revisions, projections, requests, events.
  std::vector<int64_t> Rows() {
    return {Ask("SELECT COUNT(*) FROM item_revision"), Ask("SELECT COUNT(*) FROM item_count"),
            Ask("SELECT COUNT(*) FROM request"), Ask("SELECT COUNT(*) FROM outbox")};
  }

  ip::testing::TestDatabase database_{"lib/document/testdata/migrations"};
  ManualClock clock_;
  outbox::Feed feed_{&database_.pool()};
  std::unique_ptr<crypto::KeyRing> cipher_;
  bool fail_projection_ = false;
  std::unique_ptr<Store<Item>> store_;
};

TEST_F(StoreTest, CreatedIsRead) {
  Item initial;
  initial.set_text("hello");
  auto created = store_->Create(Call(), "items/a", initial);
  ASSERT_TRUE(created.ok()) << created.status();
  EXPECT_EQ(created->result, "items/a");
  EXPECT_EQ(created->revision, 1);
  const Item& item = created->message;
  EXPECT_EQ(item.name(), "items/a");
  EXPECT_EQ(item.etag(), MakeEtag("items/a", 1));
  EXPECT_EQ(item.create_time().seconds(), absl::ToUnixSeconds(clock_.Now()));
  EXPECT_EQ(item.text(), "hello");
  auto read = store_->Get(Soon(), "items/a");
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(read->message.SerializeAsString(), item.SerializeAsString());
  EXPECT_EQ(ReasonOf(store_->Create(Call(), "items/a", initial).status()),
            "RESOURCE_ALREADY_EXISTS");
}

TEST_F(StoreTest, WhatIsNotThereIsNotFound) {
  for (const std::string name : {"items/none", "", "items/æ", "items/a b"}) {
    EXPECT_EQ(store_->Get(Soon(), name).status(), NotFound("item")) << name;
    EXPECT_EQ(store_->GetRevision(Soon(), name, 1).status(), NotFound("item")) << name;
    EXPECT_EQ(store_->GetAsOf(Soon(), name, clock_.Now()).status(), NotFound("item")) << name;
    EXPECT_EQ(store_->Mutate(Call("r"), name, Increment).status(), NotFound("item")) << name;
  }
  EXPECT_THAT(Rows(), ElementsAre(0, 0, 0, 0));
}

TEST_F(StoreTest, AChangeWritesEverythingInOneTransaction) {
  Create("items/a");
  clock_.Advance(absl::Milliseconds(1500));
  auto mutated = store_->Mutate(Call("r1"), "items/a", Increment);
  ASSERT_TRUE(mutated.ok()) << mutated.status();
  EXPECT_EQ(mutated->revision, 2);
  EXPECT_EQ(mutated->result, "items/a/counts/1");
  EXPECT_FALSE(mutated->replayed);
  EXPECT_EQ(mutated->message.etag(), MakeEtag("items/a", 2));
  EXPECT_EQ(mutated->message.update_time().nanos(), 500'000'000);
  EXPECT_EQ(mutated->message.create_time().nanos(), 0);
  EXPECT_THAT(Rows(), ElementsAre(2, 1, 1, 2));
  EXPECT_EQ(Ask("SELECT count FROM item_count"), 1);
  auto events = feed_.Next(0, 10, Soon());
  ASSERT_THAT(*events, SizeIs(2));
  EXPECT_EQ(events->back().aggregate, "items/a");
  EXPECT_EQ(events->back().revision, 2);
  EXPECT_EQ(events->back().payload, "count=1");
}

TEST_F(StoreTest, ARefusedChangeLeavesNothing) {
  Create("items/a");
  auto refused =
      store_->Mutate(Call("r1"), "items/a", [](Item& item) -> absl::StatusOr<std::string> {
        item.set_count(7);
        return absl::FailedPreconditionError("no");
      });
  EXPECT_EQ(refused.status().code(), Code::kFailedPrecondition);
  EXPECT_THAT(Rows(), ElementsAre(1, 1, 0, 1));
  EXPECT_EQ(store_->Get(Soon(), "items/a")->message.count(), 0);
}

TEST_F(StoreTest, AProjectionThatFailsLeavesNothing) {
  fail_projection_ = true;
  EXPECT_EQ(store_->Create(Call("r1"), "items/a", Item()).status().code(), Code::kInternal);
  EXPECT_THAT(Rows(), ElementsAre(0, 0, 0, 0));
  EXPECT_EQ(store_->Get(Soon(), "items/a").status().code(), Code::kNotFound);
}

TEST_F(StoreTest, NoEventWhenThereIsNothingToTell) {
  Item silent;
  silent.set_text("silent");
  ASSERT_TRUE(store_->Create(Call(), "items/a", silent).ok());
  EXPECT_THAT(Rows(), ElementsAre(1, 1, 0, 0));
}

TEST_F(StoreTest, ARepetitionGetsTheFirstAnswer) {
  Create("items/a");
  auto first = store_->Mutate(Call("r1"), "items/a", Increment);
  ASSERT_TRUE(store_->Mutate(Call("r2"), "items/a", Increment).ok());
  auto again = store_->Mutate(Call("r1"), "items/a", [](Item&) -> absl::StatusOr<std::string> {
    ADD_FAILURE() << "a repetition must not run the change";
    return "";
  });
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_TRUE(again->replayed);
  EXPECT_EQ(again->revision, 2);
  EXPECT_EQ(again->result, first->result);
  EXPECT_EQ(again->message.SerializeAsString(), first->message.SerializeAsString());
  EXPECT_EQ(Ask("SELECT revision FROM item"), 3);

  Context other = Call("r1");
  other.actor = "persons/p2";
  EXPECT_EQ(store_->Mutate(other, "items/a", Increment)->revision, 4);
}

TEST_F(StoreTest, ARepeatedCreateGetsTheFirstName) {
  ASSERT_TRUE(store_->Create(Call("r1"), "items/a", Item()).ok());
  auto again = store_->Create(Call("r1"), "items/b", Item());
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_TRUE(again->replayed);
  EXPECT_EQ(again->result, "items/a");
  EXPECT_EQ(again->message.name(), "items/a");
  EXPECT_EQ(Ask("SELECT COUNT(*) FROM item"), 1);
}

TEST_F(StoreTest, ARequestIdWithAnotherPayloadIsRefused) {
  Create("items/a");
  ASSERT_TRUE(store_->Mutate(Call("r1"), "items/a", Increment).ok());
  EXPECT_EQ(ReasonOf(store_->Mutate(Call("r1", "other"), "items/a", Increment).status()),
            "REQUEST_ID_REUSED");
  Context method = Call("r1");
  method.action = "OtherMethod";
  EXPECT_EQ(ReasonOf(store_->Mutate(method, "items/a", Increment).status()), "REQUEST_ID_REUSED");
  EXPECT_EQ(store_->Mutate(Call("ø"), "items/a", Increment).status().code(),
            Code::kInvalidArgument);
  EXPECT_EQ(Ask("SELECT revision FROM item"), 2);
}

TEST_F(StoreTest, RepetitionsAtTheSameTimeAreCarriedOutOnce) {
  Create("items/a");
  std::vector<std::thread> threads;
  std::atomic<int> fresh = 0;
  for (int t = 0; t < 6; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 10; ++i) {
        auto mutated = store_->Mutate(Call(absl::StrCat("m", i)), "items/a", Increment);
        ASSERT_TRUE(mutated.ok()) << mutated.status();
        auto created =
            store_->Create(Call(absl::StrCat("c", i)), absl::StrCat("items/", t, ".", i), Item());
        ASSERT_TRUE(created.ok()) << created.status();
        fresh += (mutated->replayed ? 0 : 1) + (created->replayed ? 0 : 1);
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(fresh, 20);
  EXPECT_EQ(store_->Get(Soon(), "items/a")->message.count(), 10);
  EXPECT_EQ(Ask("SELECT COUNT(*) FROM item"), 11);
}

TEST_F(StoreTest, FourHundredIncrementsAreFourHundred) {
  Create("items/a");
  std::vector<std::thread> threads;
  for (int t = 0; t < 8; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 50; ++i) {
        auto mutated = store_->Mutate(Call(), "items/a", Increment);
        EXPECT_TRUE(mutated.ok()) << mutated.status();
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(store_->Get(Soon(), "items/a")->message.count(), 400);
  EXPECT_EQ(Ask("SELECT count FROM item_count"), 400);
  EXPECT_EQ(Ask("SELECT COUNT(*) FROM item_revision"), 401);
  EXPECT_EQ(Ask("SELECT COUNT(*) FROM outbox"), 401);
}

TEST_F(StoreTest, TheNameCanBePickedInTheSameTransaction) {
  Create("items/a");
  int picks = 0;
  const Pick pick = [&](sql::Session& session) -> absl::StatusOr<std::string> {
    ++picks;
    auto name = session.QueryOne("SELECT name FROM item_count ORDER BY name LIMIT 1 FOR UPDATE", {},
                                 [](const sql::Row& row) { return row.String(0); });
    if (!name.ok()) return name.status();
    return name->value_or("items/none");
  };
  auto mutated = store_->MutateNext(Call("r1"), pick, Increment);
  ASSERT_TRUE(mutated.ok()) << mutated.status();
  EXPECT_EQ(mutated->message.name(), "items/a");
  auto again = store_->MutateNext(Call("r1"), pick, Increment);
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_TRUE(again->replayed);
  EXPECT_EQ(again->message.count(), 1);
  EXPECT_EQ(picks, 1);
  const Pick none = [](sql::Session&) { return absl::NotFoundError("nothing left"); };
  EXPECT_TRUE(absl::IsNotFound(store_->MutateNext(Call("r2"), none, Increment).status()));
}

TEST_F(StoreTest, RowsOfOneCallAreWrittenInItsTransaction) {
  Context ctx = Call("r1");
  int runs = 0;
  ctx.also = [&](sql::Session& session) {
    ++runs;
    return session.Execute("INSERT INTO item_count (name, count, revision) VALUES ('x', 7, 1)")
        .status();
  };
  ASSERT_TRUE(store_->Create(ctx, "items/a", Item()).ok());
  EXPECT_EQ(Ask("SELECT count FROM item_count WHERE name = 'x'"), 7);
  ASSERT_TRUE(store_->Create(ctx, "items/a", Item()).ok());  // a repetition
  EXPECT_EQ(runs, 1);
  ctx = Call("r2");
  ctx.also = [](sql::Session&) { return absl::InternalError("no"); };
  EXPECT_FALSE(store_->Mutate(ctx, "items/a", Increment).ok());
  EXPECT_EQ(store_->Get(Soon(), "items/a")->revision, 1);
}

TEST_F(StoreTest, HistoryCanBeRead) {
  Create("items/a");
  const absl::Time created = clock_.Now();
  for (int i = 0; i < 3; ++i) {
    clock_.Advance(absl::Hours(1));
    ASSERT_TRUE(store_->Mutate(Call(), "items/a", Increment).ok());
  }
  EXPECT_EQ(store_->GetRevision(Soon(), "items/a", 2)->message.count(), 1);
  EXPECT_EQ(store_->GetRevision(Soon(), "items/a", 5).status().code(), Code::kNotFound);
  EXPECT_EQ(store_->GetAsOf(Soon(), "items/a", created + absl::Minutes(90))->revision, 2);
  EXPECT_EQ(store_->GetAsOf(Soon(), "items/a", created)->revision, 1);
  EXPECT_EQ(store_->GetAsOf(Soon(), "items/a", created - absl::Seconds(1)).status().code(),
            Code::kNotFound);
  auto page = store_->ListRevisions(Soon(), "items/a", 3);
  ASSERT_THAT(*page, SizeIs(3));
  EXPECT_EQ(page->front().revision, 4);
  EXPECT_EQ(page->front().actor, "persons/p1");
  EXPECT_EQ(page->front().action, "ChangeItem");
  EXPECT_EQ(page->front().reason, "a reason");
  EXPECT_EQ(page->front().create_time, created + absl::Hours(3));
  EXPECT_THAT(*store_->ListRevisions(Soon(), "items/a", 3, page->back().revision), SizeIs(1));
}

TEST_F(StoreTest, EtagsAreChecked) {
  Create("items/a");
  const Item item = store_->Get(Soon(), "items/a")->message;
  EXPECT_TRUE(CheckEtag(item, item.etag(), true).ok());
  EXPECT_TRUE(CheckEtag(item, "", false).ok());
  EXPECT_EQ(ReasonOf(CheckEtag(item, "", true)), "ETAG_REQUIRED");
  ASSERT_TRUE(store_->Mutate(Call(), "items/a", Increment).ok());
  auto late = store_->Mutate(Call(), "items/a", [&](Item& now) -> absl::StatusOr<std::string> {
    if (auto status = CheckEtag(now, item.etag(), true); !status.ok()) return status;
    return "";
  });
  EXPECT_EQ(ReasonOf(late.status()), "ETAG_MISMATCH");
}

TEST_F(StoreTest, NothingOfTheContentIsStoredInTheClear) {
  Item secret;
  secret.set_text("hemmelig innhold");
  Context ctx = Call();
  ctx.reason = "hemmelig grunn";
  ASSERT_TRUE(store_->Create(ctx, "items/a", secret).ok());
  EXPECT_EQ(
      Ask("SELECT COUNT(*) FROM item_revision r JOIN item i WHERE INSTR(r.document, 'hemmelig')"
          " OR INSTR(i.document, 'hemmelig') OR INSTR(r.reason, 'hemmelig')"),
      0);
}

TEST_F(StoreTest, ADocumentOpensOnlyWhereItLies) {
  Create("items/a");
  Create("items/b");
  ASSERT_TRUE(store_->Mutate(Call(), "items/a", Increment).ok());
  const auto lost = [&] { return store_->Get(Soon(), "items/a").status().code(); };
  database_.Run(
      "UPDATE item x JOIN item y ON y.name = 'items/b' SET x.document = y.document"
      " WHERE x.name = 'items/a';");
  EXPECT_EQ(lost(), Code::kDataLoss);
  database_.Run(
      "UPDATE item x JOIN item_revision y USING (name, revision)"
      " SET x.document = y.document;");
  EXPECT_EQ(lost(), Code::kDataLoss);
  database_.Run(
      "UPDATE item_revision x JOIN item_revision y USING (name)"
      " SET x.document = y.document WHERE x.revision = 2 AND y.revision = 1;");
  EXPECT_EQ(store_->GetRevision(Soon(), "items/a", 2).status().code(), Code::kDataLoss);
  EXPECT_TRUE(store_->GetRevision(Soon(), "items/a", 1).ok());
  EXPECT_EQ(store_->Mutate(Call(), "items/a", Increment).status().code(), Code::kDataLoss);
}

TEST_F(StoreTest, ReadingIsOneStatement) {
  Create("items/a");
  sql::Options options = database_.options();
  options.pool_size = 1;
  auto pool = *sql::Pool::Open(options);
  auto store = Make(*pool);
  const auto statements = [&] {
    auto session = *pool->Acquire(Soon());
    return **session.QueryOne(
        "SELECT CAST(VARIABLE_VALUE AS SIGNED) FROM information_schema.SESSION_STATUS"
        " WHERE VARIABLE_NAME = 'QUESTIONS'",
        {}, [](const sql::Row& row) { return row.Int64(0); });
  };
  ASSERT_TRUE(store->Get(Soon(), "items/a").ok());
  const int64_t before = statements();
  for (int i = 0; i < 10; ++i) ASSERT_TRUE(store->Get(Soon(), "items/a").ok());
  EXPECT_EQ(statements() - before, 10 + 1);
}

class LostCommitTest : public StoreTest {
 protected:
  LostCommitTest() : proxy_(database_.options().socket) {
    Create("items/a");
    sql::Options options = database_.options();
    options.socket = proxy_.socket();
    pool_ = *sql::Pool::Open(options);
    remote_ = Make(*pool_);
  }

  ip::testing::CuttingProxy proxy_;
  std::unique_ptr<sql::Pool> pool_;
  std::unique_ptr<Store<Item>> remote_;
};

TEST_F(LostCommitTest, IsSettledByTheRequestId) {
  proxy_.Arm(ip::testing::Cut::kAfterCommit);
  auto mutated = remote_->Mutate(Call("r1"), "items/a", Increment);
  EXPECT_TRUE(proxy_.done());
  ASSERT_TRUE(mutated.ok()) << mutated.status();
  EXPECT_EQ(mutated->revision, 2);
  EXPECT_EQ(mutated->result, "items/a/counts/1");
  EXPECT_EQ(mutated->message.count(), 1);
  EXPECT_EQ(Ask("SELECT COUNT(*) FROM item_revision"), 2);
}

TEST_F(LostCommitTest, ThatNeverArrivedCanBeRepeated) {
  proxy_.Arm(ip::testing::Cut::kBeforeCommit);
  auto lost = remote_->Mutate(Call("r1"), "items/a", Increment);
  EXPECT_TRUE(proxy_.done());
  EXPECT_EQ(ReasonOf(lost.status()), "COMMIT_OUTCOME_UNKNOWN");
  EXPECT_EQ(Ask("SELECT COUNT(*) FROM item_revision"), 1);
  auto again = remote_->Mutate(Call("r1"), "items/a", Increment);
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_EQ(again->message.count(), 1);
}

TEST_F(LostCommitTest, WithoutRequestIdStaysUnknown) {
  proxy_.Arm(ip::testing::Cut::kAfterCommit);
  auto lost = remote_->Mutate(Call(), "items/a", Increment);
  EXPECT_EQ(ReasonOf(lost.status()), "COMMIT_OUTCOME_UNKNOWN");
  EXPECT_EQ(Ask("SELECT COUNT(*) FROM item_revision"), 2);
}

}  // namespace
}  // namespace ip::document
