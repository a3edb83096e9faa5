// A store of items on a database of its own, as the tests of this library want it.
#ifndef LIB_DOCUMENT_TEST_STORE_H_
#define LIB_DOCUMENT_TEST_STORE_H_

#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "document_test/item.pb.h"
#include "lib/base/clock.h"
#include "lib/base/errors.h"
#include "lib/base/id.h"
#include "lib/crypto/base64url.h"
#include "lib/crypto/key_ring.h"
#include "lib/document/store.h"
#include "lib/testing/mariadb.h"

namespace ip::document {

using Code = absl::StatusCode;
using document_test::Item;

class ManualClock : public Clock {
 public:
  absl::Time Now() const override { return absl::FromUnixMicros(micros_); }
  void Advance(absl::Duration d) { micros_ += absl::ToInt64Microseconds(d); }

 private:
  std::atomic<int64_t> micros_ = 1'772'366'400'000'000;
};

inline absl::Time Soon() { return SystemClock().Now() + absl::Seconds(20); }

inline Context Call(const std::string& request_id = "", const std::string& payload = "same") {
  return {"persons/p1", "ChangeItem", "a reason", request_id, Sha256(payload), Soon()};
}

inline absl::StatusOr<std::string> Increment(Item& item) {
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

}  // namespace ip::document

#endif  // LIB_DOCUMENT_TEST_STORE_H_
