#include "lib/rpc/flags.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "absl/flags/flag.h"
#include "absl/flags/reflection.h"

namespace ip::rpc {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class FlagsTest : public ::testing::Test {
 protected:
  absl::Status Read(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), "program");
    std::vector<char*> argv;
    for (auto& argument : arguments) argv.push_back(argument.data());
    return ReadFlags(static_cast<int>(argv.size()), argv.data(), help_);
  }
  std::string MistakeIn(std::vector<std::string> arguments) {
    return std::string(Read(std::move(arguments)).message());
  }
  static std::string WriteFile(const std::string& name, const std::string& text) {
    const std::string path = ::testing::TempDir() + "/" + name;
    std::ofstream(path) << text;
    return path;
  }

  bool help_ = false;
  absl::FlagSaver saver_;
};

TEST_F(FlagsTest, AllSpellingsWork) {
  ASSERT_TRUE(
      Read({"--listen=0.0.0.0:1", "--workers", "3", "--noreflection", "-log_level=debug"}).ok());
  EXPECT_EQ(absl::GetFlag(FLAGS_listen), "0.0.0.0:1");
  EXPECT_EQ(absl::GetFlag(FLAGS_workers), 3);
  EXPECT_FALSE(absl::GetFlag(FLAGS_reflection));
  ASSERT_TRUE(Read({"--reflection"}).ok());
  EXPECT_TRUE(absl::GetFlag(FLAGS_reflection));
}

TEST_F(FlagsTest, MistakesNameTheFlag) {
  EXPECT_THAT(MistakeIn({"--lisen=x"}), HasSubstr("no flag --lisen"));
  EXPECT_THAT(MistakeIn({"--workers=many"}), HasSubstr("--workers"));
  EXPECT_THAT(MistakeIn({"--workers=0"}), HasSubstr("--workers"));
  EXPECT_THAT(MistakeIn({"--workers"}), HasSubstr("needs a value"));
  EXPECT_THAT(MistakeIn({"run"}), HasSubstr("\"run\""));
  EXPECT_THAT(MistakeIn({"--workers=1", "--log_level=loud"}), HasSubstr("--log_level"));
}

TEST_F(FlagsTest, TheEnvironmentMustBeKnownAndProductionRefusesShiftedClocks) {
  EXPECT_THAT(MistakeIn({"--env=staging"}), HasSubstr("dev or prod"));
  EXPECT_THAT(MistakeIn({"--env=prod", "--clock_shift_file=/tmp/x"}), HasSubstr("refused"));
  EXPECT_TRUE(Read({"--env=dev", "--clock_shift_file=/tmp/x"}).ok());
}

TEST_F(FlagsTest, FlagfilesAreRead) {
  const std::string file =
      WriteFile("flags.conf", "# addresses\n--listen=127.0.0.1:5\n\n  --workers=7  \n");
  ASSERT_TRUE(Read({"--flagfile=" + file, "--workers=8"}).ok());
  EXPECT_EQ(absl::GetFlag(FLAGS_listen), "127.0.0.1:5");
  EXPECT_EQ(absl::GetFlag(FLAGS_workers), 8);
  EXPECT_THAT(MistakeIn({"--flagfile=/no/such/file"}), HasSubstr("/no/such/file"));
}

TEST_F(FlagsTest, TheEnvironmentSaysWhatTheCommandLineDoesNot) {
  setenv("IP_WORKERS", "5", 1);
  setenv("IP_REFLECTION", "false", 1);
  setenv("IP_LOG_LEVEL", "", 1);  // set to nothing is not set
  ASSERT_TRUE(Read({}).ok());
  EXPECT_EQ(absl::GetFlag(FLAGS_workers), 5);
  EXPECT_FALSE(absl::GetFlag(FLAGS_reflection));
  EXPECT_EQ(absl::GetFlag(FLAGS_log_level), "info");
  ASSERT_TRUE(Read({"--workers=6"}).ok());
  EXPECT_EQ(absl::GetFlag(FLAGS_workers), 6);
  setenv("IP_WORKERS", "many", 1);
  EXPECT_THAT(MistakeIn({}), HasSubstr("IP_WORKERS"));
  for (const char* name : {"IP_WORKERS", "IP_REFLECTION", "IP_LOG_LEVEL"}) unsetenv(name);
}

TEST_F(FlagsTest, HelpShowsOurFlagsWithMeaning) {
  ASSERT_TRUE(Read({"--help"}).ok());
  EXPECT_TRUE(help_);
  const std::string text = HelpText("plan-service", "Keeps plans.");
  EXPECT_THAT(text, HasSubstr("Keeps plans."));
  EXPECT_THAT(text, HasSubstr("--listen"));
  EXPECT_THAT(text, HasSubstr("dev or prod"));
  EXPECT_THAT(text, Not(HasSubstr("fromenv")));
}

TEST_F(FlagsTest, DetectionTimeFollowsTheEnvironment) {
  ASSERT_TRUE(Read({"--env=dev"}).ok());
  EXPECT_EQ(ServerOptionsFromFlags().detection, absl::ZeroDuration());
  ASSERT_TRUE(Read({"--env=prod"}).ok());
  EXPECT_EQ(ServerOptionsFromFlags().detection, absl::Seconds(5));
  ASSERT_TRUE(Read({"--detection_seconds=2"}).ok());
  EXPECT_EQ(ServerOptionsFromFlags().detection, absl::Seconds(2));
}

using FlagsDeathTest = FlagsTest;

TEST_F(FlagsDeathTest, AMistakeExitsWithTwo) {
  char program[] = "plan-service", mistake[] = "--lisen=x";
  char* argv[] = {program, mistake};
  EXPECT_EXIT(ParseFlags(2, argv, ""), ::testing::ExitedWithCode(2),
              "plan-service: there is no flag --lisen");
}

}  // namespace
}  // namespace ip::rpc
