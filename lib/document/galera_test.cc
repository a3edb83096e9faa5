// The document store and the feed with writers and readers on all nodes of a Galera cluster.
// Run by tests/fault/galera-cluster; skipped without one.
#include "lib/testing/galera.h"

#include <atomic>
#include <iostream>
#include <thread>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "document_test/item.pb.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "lib/base/clock.h"
#include "lib/base/id.h"
#include "lib/crypto/base64url.h"
#include "lib/crypto/key_ring.h"
#include "lib/document/store.h"

namespace ip::document {
namespace {

using document_test::Item;

constexpr int kWritersPerNode = 2;
// Galera itself may stand still for the best part of a minute when all nodes fight for one row.
constexpr absl::Duration kPatience = absl::Seconds(120);
const char kShared[] = "items/shared";

absl::Time In(absl::Duration d) { return SystemClock().Now() + d; }

struct Node {
  sql::Pool* pool;
  std::unique_ptr<outbox::Feed> feed;
  std::unique_ptr<Store<Item>> store;
  std::vector<outbox::Entry> seen;
};

class GaleraTest : public ::testing::Test {
 protected:
  void SetUp() override {
    cluster_ = ip::testing::GaleraCluster::Join("lib/document/testdata/migrations");
    if (cluster_ == nullptr) GTEST_SKIP() << "run it with tests/fault/galera-cluster";
    cipher_ = *crypto::KeyRing::Parse("1 " + crypto::ToBase64Url(std::string(32, 'k')));
    Hooks<Item> hooks;
    hooks.event = [](const Item& now, int64_t) { return absl::StrCat(now.count()); };
    for (size_t i = 0; i < cluster_->size(); ++i) {
      Node& node = nodes_.emplace_back();
      node.pool = &cluster_->pool(i);
      node.feed = std::make_unique<outbox::Feed>(node.pool, absl::Milliseconds(20));
      node.store = std::make_unique<Store<Item>>(
          Config{node.pool, cipher_.get(), &SystemClock(), node.feed.get(), "item", "item"}, hooks);
    }
  }

  // As a client of the service: repeats with the same request id what may be repeated, at the next
  // node when this one is away.
  void Increment(size_t node, const std::string& request_id) {
    for (const absl::Time give_up = In(kPatience); SystemClock().Now() < give_up;) {
      Context ctx{"persons/p", "Increment", "", request_id, Sha256("x"), In(absl::Seconds(10))};
      auto mutated =
          nodes_[node].store->Mutate(ctx, kShared, [](Item& item) -> absl::StatusOr<std::string> {
            item.set_count(item.count() + 1);
            return "";
          });
      if (mutated.ok()) {
        if (mutated->replayed) ++replayed_;
        ++done_;
        return;
      }
      if (absl::IsUnavailable(mutated.status())) node = (node + 1) % nodes_.size();
    }
    FAIL() << "no success in time";
  }

  void Follow(Node& node, size_t all) {
    const absl::Time give_up = In(kPatience);
    while (node.seen.size() < all && SystemClock().Now() < give_up) {
      const int64_t last = node.seen.empty() ? 0 : node.seen.back().seq;
      auto entries = node.feed->Next(last, 10, In(absl::Seconds(1)));
      if (!entries.ok()) continue;
      node.seen.insert(node.seen.end(), entries->begin(), entries->end());
    }
  }

  // Writers on all nodes, readers on the first `living`; `meanwhile` runs beside them.
  void Run(size_t living, int each, const std::function<void()>& meanwhile) {
    const size_t all = nodes_.size() * kWritersPerNode * static_cast<size_t>(each);
    Context ctx{"persons/p", "Create", "", "create", Sha256(""), In(absl::Seconds(10))};
    auto created = nodes_[0].store->Create(ctx, kShared, Item());
    ASSERT_TRUE(created.ok()) << created.status();

    std::vector<std::thread> threads;
    for (size_t n = 0; n < nodes_.size(); ++n) {
      for (int w = 0; w < kWritersPerNode; ++w) {
        threads.emplace_back([this, n, w, each] {
          for (int i = 0; i < each; ++i) Increment(n, absl::StrCat(n, ".", w, ".", i));
        });
      }
    }
    for (size_t n = 0; n < living; ++n) {
      threads.emplace_back([this, n, all] { Follow(nodes_[n], all + 1); });
    }
    meanwhile();
    for (auto& thread : threads) thread.join();

    auto session = *nodes_[0].pool->Acquire(In(absl::Seconds(10)));
    auto strays = session.QueryOne(
        "SELECT COUNT(*) FROM request q LEFT JOIN item_revision r USING (name, revision)"
        " WHERE r.request_id IS NULL OR r.request_id <> q.request_id",
        {}, [](const sql::Row& row) { return row.Int64(0); });
    EXPECT_EQ(strays->value_or(-1), 0) << "a part of a transaction was committed";
    for (size_t n = 0; n < living; ++n) {
      auto item = nodes_[n].store->Get(In(absl::Seconds(10)), kShared);
      ASSERT_TRUE(item.ok()) << item.status();
      EXPECT_EQ(item->message.count(), static_cast<int64_t>(all));
      ASSERT_EQ(nodes_[n].seen.size(), all + 1);
      for (size_t i = 0; i <= all; ++i) {
        EXPECT_EQ(nodes_[n].seen[i].seq, static_cast<int64_t>(i + 1));
        EXPECT_EQ(nodes_[n].seen[i].revision, static_cast<int64_t>(i + 1));
      }
    }
  }

  std::unique_ptr<ip::testing::GaleraCluster> cluster_;
  std::unique_ptr<crypto::KeyRing> cipher_;
  std::vector<Node> nodes_;
  std::atomic<int> done_ = 0;
  std::atomic<int> replayed_ = 0;
};

TEST_F(GaleraTest, EveryIncrementCountsOnceAndEveryEventIsSeenOnce) {
  Run(nodes_.size(), 50, [] {});
}

TEST_F(GaleraTest, AKilledNodeLosesAndDoublesNothing) {
  Run(nodes_.size() - 1, 150, [&] {
    while (done_ < 200) absl::SleepFor(absl::Milliseconds(1));
    cluster_->Kill(cluster_->size() - 1);
  });
  std::cout << replayed_ << " repetitions found that their first call had been committed\n";
}

}  // namespace
}  // namespace ip::document
