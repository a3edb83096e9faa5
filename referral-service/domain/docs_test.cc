// docs/lifecycles-notices.md is made from the state tables; IP_WRITE_DOCS=1 writes it anew.
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <sstream>

#include "absl/strings/str_cat.h"
#include "referral-service/domain/complaints.h"
#include "referral-service/domain/states.h"

namespace ip::referral {
namespace {

constexpr char kIntroduction[] = R"(# Lifecycles of a notice

Made from referral-service/domain/states.cc and complaints.cc. A step that is not here answers
FAILED_PRECONDITION with the state, the action and what would allow it. AdvanceAcceptance and CloseNotice
are steps that the service makes by itself.

## Notice
)";
constexpr char kHead[] = "\n| from | action | to |\n|---|---|---|\n";

std::string Rendered() {
  std::string text = absl::StrCat(kIntroduction, kHead);
  for (const auto& row : Transitions()) {
    for (const State from : row.from) {
      absl::StrAppend(&text, "| ", pb::NeedNotice::State_Name(from), " | ", std::string(row.action),
                      " | ", pb::NeedNotice::State_Name(row.to.value_or(from)), " |\n");
    }
  }
  absl::StrAppend(&text, "\n## Complaint\n", kHead);
  for (const auto& row : ComplaintTransitions()) {
    absl::StrAppend(&text, "| ", Complaint::State_Name(row.from),
                    " | ChangeNoticeComplaintState | ", Complaint::State_Name(row.to), " |\n");
  }
  return text;
}

TEST(Docs, TheLifecyclesOfNoticesAreTheStateTables) {
  const std::string file = IP_SOURCE_DIR "/docs/lifecycles-notices.md";
  if (std::getenv("IP_WRITE_DOCS") != nullptr) std::ofstream(file) << Rendered();
  std::stringstream stored;
  stored << std::ifstream(file).rdbuf();
  EXPECT_EQ(stored.str(), Rendered()) << "run this test with IP_WRITE_DOCS=1";
}

}  // namespace
}  // namespace ip::referral
