// What a change writes.
#include <gmock/gmock.h>

#include <thread>

#include "lib/document/test_store.h"

namespace ip::document {
namespace {

using ::testing::ElementsAre;
using ::testing::SizeIs;

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

}  // namespace
}  // namespace ip::document
