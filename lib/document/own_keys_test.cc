// Aggregates with keys of their own: what opens, and what is left when a key is taken away.
#include <gmock/gmock.h>

#include "lib/document/test_store.h"

namespace ip::document {
namespace {

using ::testing::SizeIs;

class OwnKeysTest : public StoreTest {
 protected:
  Store<Item> own_{Config{&database_.pool(), cipher_.get(), &clock_, nullptr, "item", "item", true},
                   Hooks<Item>()};
};

TEST_F(OwnKeysTest, EachAggregateCanHaveAKeyOfItsOwn) {
  Create("items/old");
  ASSERT_TRUE(own_.Create(Call(), "items/a", Item()).ok());
  ASSERT_TRUE(own_.Create(Call(), "items/b", Item()).ok());
  ASSERT_TRUE(own_.Mutate(Call(), "items/old", Increment).ok());
  // Whoever does not make keys goes on with those that are there.
  for (const auto* store : {&own_, store_.get(), &own_}) {
    for (const char* name : {"items/a", "items/old"}) {
      ASSERT_TRUE(store->Mutate(Call(), name, Increment).ok()) << name;
    }
  }
  EXPECT_EQ(store_->Get(Soon(), "items/a")->message.count(), 3);
  EXPECT_EQ(own_.Get(Soon(), "items/old")->message.count(), 4);
  EXPECT_EQ(own_.GetRevision(Soon(), "items/old", 1)->message.count(), 0);  // still the ring's
  EXPECT_THAT(*own_.ListRevisions(Soon(), "items/old", 9), SizeIs(5));
  EXPECT_EQ(Ask("SELECT COUNT(DISTINCT data_key) FROM item"), 3);
  EXPECT_EQ(Ask("SELECT COUNT(*) FROM item_revision WHERE LEFT(document, 1) = X'01'"), 1);
  EXPECT_EQ(Ask("SELECT COUNT(*) FROM item_revision WHERE LEFT(reason, 1) = X'02'"), 9);

  // A key opens only beside its own aggregate.
  database_.Run(
      "UPDATE item x JOIN item y ON y.name = 'items/b' SET x.data_key = y.data_key"
      " WHERE x.name = 'items/a';");
  EXPECT_EQ(own_.Get(Soon(), "items/a").status().code(), Code::kDataLoss);
  EXPECT_EQ(own_.GetRevision(Soon(), "items/a", 1).status().code(), Code::kDataLoss);
  database_.Run("UPDATE item SET data_key = NULL WHERE name = 'items/a';");
  EXPECT_EQ(own_.Get(Soon(), "items/a").status().code(), Code::kDataLoss);
}

TEST_F(OwnKeysTest, WithoutItsKeyAnAggregateIsErasedForGood) {
  for (const char* name : {"items/a", "items/b"}) {
    ASSERT_TRUE(own_.Create(Call(), name, Item()).ok());
    ASSERT_TRUE(own_.Mutate(Call(std::string("r") + name), name, Increment).ok());
  }
  database_.Run("UPDATE item SET data_key = '' WHERE name = 'items/a';");
  const auto why = [](const auto& result) { return ReasonOf(result.status()); };
  EXPECT_EQ(why(own_.Get(Soon(), "items/a")), "RESOURCE_ERASED");
  EXPECT_TRUE(absl::IsNotFound(own_.Get(Soon(), "items/a").status()));
  EXPECT_EQ(why(own_.GetRevision(Soon(), "items/a", 1)), "RESOURCE_ERASED");
  EXPECT_EQ(why(own_.GetAsOf(Soon(), "items/a", clock_.Now())), "RESOURCE_ERASED");
  EXPECT_EQ(why(own_.ListRevisions(Soon(), "items/a", 9)), "RESOURCE_ERASED");
  EXPECT_EQ(why(own_.Mutate(Call(), "items/a", Increment)), "RESOURCE_ERASED");
  EXPECT_EQ(why(own_.Mutate(Call("ritems/a"), "items/a", Increment)), "RESOURCE_ERASED");
  EXPECT_EQ(why(own_.Create(Call(), "items/a", Item())), "RESOURCE_ALREADY_EXISTS");
  EXPECT_EQ(own_.Get(Soon(), "items/b")->message.count(), 1);
  EXPECT_EQ(Ask("SELECT COUNT(*) FROM item WHERE data_key = ''"), 1);

  // What is left opens with no key that anybody still has: not the ring, not another's.
  database_.Run("UPDATE item SET data_key = NULL WHERE name = 'items/a';");
  EXPECT_EQ(own_.Get(Soon(), "items/a").status().code(), Code::kDataLoss);
  database_.Run(
      "UPDATE item x JOIN item y ON y.name = 'items/b' SET x.data_key = y.data_key"
      " WHERE x.name = 'items/a';");
  EXPECT_EQ(own_.Get(Soon(), "items/a").status().code(), Code::kDataLoss);
}

TEST_F(OwnKeysTest, WhatLiesBesideAnAggregateIsSealedWithItsKey) {
  Context ctx = Call();
  std::string sealed;
  ctx.also = [&](sql::Session& session) {
    const auto key = ReadKey(session, *cipher_, "item", "items/a");
    if (key.ok()) sealed = key->Seal("beside", "item_more|items/a");
    return key.status();
  };
  ASSERT_TRUE(own_.Create(ctx, "items/a", Item()).ok());
  auto session = *database_.pool().Acquire(Soon());
  EXPECT_EQ(*ReadKey(session, *cipher_, "item", "items/a")->Open(sealed, "item_more|items/a"),
            "beside");
  EXPECT_FALSE(cipher_->Open(sealed, "item_more|items/a").ok());
}

}  // namespace
}  // namespace ip::document
