// docs/ shows the tables that the code runs on. Run with IP_WRITE_DOCS=1 to write them anew.
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <sstream>

#include "lib/authz/decide.h"
#include "plan-service/domain/transitions.h"

namespace ip::plan {
namespace {

void CheckPage(const std::string& name, const std::string& expected) {
  const std::string path = std::string(IP_DOCS_DIR) + "/" + name;
  if (std::getenv("IP_WRITE_DOCS") != nullptr) std::ofstream(path) << expected;
  std::stringstream text;
  text << std::ifstream(path).rdbuf();
  EXPECT_EQ(text.str(), expected) << "run this test with IP_WRITE_DOCS=1";
}

TEST(Docs, Lifecycles) {
  CheckPage(
      "lifecycles.md",
      "# Lifecycles of a plan\n\nMade from plan-service/domain/transitions.cc. A step that is "
      "not here answers FAILED_PRECONDITION\nwith the state, the action and what would allow "
      "it. Turns16, GraceEnds, Turns18 and PlanEnds are no methods: they\nfollow from the owner's "
      "age and from the end of the plan.\n\n" +
          RenderStateTables());
}

TEST(Docs, Access) {
  CheckPage(
      "access.md",
      "# Who may do what\n\nMade from lib/authz/decide.cc. The columns are what the caller is "
      "to the plan or notice; what stands\nhere decides together with consents (which "
      "sections), blocks (which win) and periods.\n\n" +
          authz::RenderTable());
}

}  // namespace
}  // namespace ip::plan
