#include "lib/auth/person_id.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>

#include "lib/base/errors.h"
#include "lib/base/id.h"
#include "lib/crypto/base64url.h"

namespace ip::auth {
namespace {

std::string Number(int serial) {
  return std::string(MakeSynthetic(absl::CivilDay(1990, 5, 17), serial)->Reveal());
}

TEST(PersonIds, SamePersonSameNameAndNothingOfTheNumberInIt) {
  const PersonIds ids("0123456789abcdef0123456789abcdef", Numbers::kSynthetic);
  const std::string name = *ids.PersonName(Number(0));
  EXPECT_THAT(name, testing::MatchesRegex("persons/[a-z2-7]{26}"));
  EXPECT_EQ(*ids.PersonName(Number(0)), name);
  EXPECT_EQ(name, "persons/qohly6li23o37scfawfjklh75v") << "a changed function renames everybody";
  EXPECT_NE(*ids.PersonName(Number(1)), name);
  const PersonIds others("another key of thirty-two bytes!!", Numbers::kSynthetic);
  EXPECT_NE(*others.PersonName(Number(0)), name);
}

TEST(PersonIds, RefusesMalformedAndForeignNumbers) {
  const PersonIds ids("0123456789abcdef0123456789abcdef", Numbers::kReal);
  EXPECT_EQ(ids.PersonName("12345678901").status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(ReasonOf(ids.PersonName(Number(0)).status()), "NATIONAL_ID_SYNTHETIC");
}

class KeyFile : public testing::Test {
 protected:
  void Write(const std::string& text, mode_t mode) {
    std::ofstream(path_) << text;
    ASSERT_EQ(chmod(path_.c_str(), mode), 0);
  }
  ~KeyFile() override { std::remove(path_.c_str()); }
  const std::string path_ = testing::TempDir() + "person-" + NewToken(8);
};

TEST_F(KeyFile, IsReadWhenOnlyTheOwnerMay) {
  Write(crypto::ToBase64Url("0123456789abcdef0123456789abcdef") + "\n", 0600);
  const auto loaded = PersonIds::Load(path_, Numbers::kSynthetic);
  ASSERT_TRUE(loaded.ok()) << loaded.status();
  const PersonIds same("0123456789abcdef0123456789abcdef", Numbers::kSynthetic);
  EXPECT_EQ(*loaded->PersonName(Number(0)), *same.PersonName(Number(0)));
}

TEST_F(KeyFile, IsRefusedWhenOpenShortOrMissing) {
  EXPECT_EQ(PersonIds::Load(path_, Numbers::kReal).status().code(), absl::StatusCode::kNotFound);
  Write(crypto::ToBase64Url("0123456789abcdef0123456789abcdef"), 0644);
  const auto open = PersonIds::Load(path_, Numbers::kReal).status();
  EXPECT_EQ(open.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(open.message()), testing::HasSubstr("chmod o-rwx"));
  Write(crypto::ToBase64Url("too short"), 0600);
  EXPECT_EQ(PersonIds::Load(path_, Numbers::kReal).status().code(),
            absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace ip::auth
