// The same request twice: repeated, at the same time, or because the answer was lost.
#include <gmock/gmock.h>

#include <thread>

#include "lib/document/test_store.h"
#include "lib/testing/cutting_proxy.h"

namespace ip::document {
namespace {

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
