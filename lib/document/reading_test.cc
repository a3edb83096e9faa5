// What is read, and that nobody else can read it.
#include <gmock/gmock.h>

#include "lib/document/test_store.h"

namespace ip::document {
namespace {

using ::testing::ElementsAre;
using ::testing::SizeIs;

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

TEST_F(StoreTest, WhatIsNotThereIsNotFound) {
  for (const std::string name : {"items/none", "", "items/æ", "items/a b"}) {
    EXPECT_EQ(store_->Get(Soon(), name).status(), NotFound("item")) << name;
    EXPECT_EQ(store_->GetRevision(Soon(), name, 1).status(), NotFound("item")) << name;
    EXPECT_EQ(store_->GetAsOf(Soon(), name, clock_.Now()).status(), NotFound("item")) << name;
    EXPECT_EQ(store_->Mutate(Call("r"), name, Increment).status(), NotFound("item")) << name;
  }
  EXPECT_THAT(Rows(), ElementsAre(0, 0, 0, 0));
}

}  // namespace
}  // namespace ip::document
