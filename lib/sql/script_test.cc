#include "lib/sql/script.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace ip::sql {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(ScriptTest, CutsAtSemicolonsOutsideOfQuotesAndComments) {
  EXPECT_THAT(*SplitScript("-- head; of file\nCREATE TABLE a (x INT); # more; here\n"
                           "INSERT INTO a VALUES ('it''s; \\'ok\\';');/* c; */ SELECT `a;b` ;\n;"),
              ElementsAre("CREATE TABLE a (x INT)", "INSERT INTO a VALUES ('it''s; \\'ok\\';')",
                          "SELECT `a;b`"));
  EXPECT_THAT(*SplitScript("  -- nothing\n"), IsEmpty());
  EXPECT_THAT(*SplitScript("SELECT 5--2;"), ElementsAre("SELECT 5--2"));
}

TEST(ScriptTest, RefusesWhatIsNotClosed) {
  for (const char* script : {"SELECT 'a;", "SELECT 1 /* ;", "SELECT 1"}) {
    EXPECT_EQ(SplitScript(script).status().code(), absl::StatusCode::kInvalidArgument) << script;
  }
}

}  // namespace
}  // namespace ip::sql
