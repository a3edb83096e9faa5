#include "lib/auth/national_id.h"

#include <gtest/gtest.h>

#include <set>
#include <sstream>
#include <string>
#include <type_traits>

#include "lib/base/errors.h"

namespace ip::auth {
namespace {

template <class T, class = void>
struct IsPrintable : std::false_type {};
template <class T>
struct IsPrintable<T, std::void_t<decltype(std::declval<std::ostream&>() << std::declval<T>())>>
    : std::true_type {};
static_assert(!IsPrintable<NationalId>::value, "a number must not get into a log by accident");

std::string Digits(absl::CivilDay birth, int serial) {
  const auto id = MakeSynthetic(birth, serial);
  return id.ok() ? std::string(id->Reveal()) : "";
}

// A valid number that begins with these six digits and whose first check sum leaves `remainder`, or
// "".
std::string WithRemainder(const std::string& date, int remainder) {
  constexpr int kWeights[] = {3, 7, 6, 1, 8, 9, 4, 5, 2, 1};
  for (int tail = 0; tail < 3000; ++tail) {
    std::string text = std::to_string(tail);
    text = date + std::string(5 - text.size(), '0') + text;
    int sum = 0;
    for (size_t i = 0; i < 10; ++i) sum += (text[i] - '0') * kWeights[i];
    if (sum % 11 == remainder && NationalId::Parse(text, Numbers::kBoth).ok()) return text;
  }
  return "";
}

TEST(NationalId, KeepsSyntheticAndRealApart) {
  const std::string synthetic = Digits(absl::CivilDay(1984, 3, 12), 0);
  ASSERT_EQ(synthetic.size(), 11u);
  EXPECT_EQ(synthetic.substr(0, 6), "128384");
  EXPECT_TRUE(NationalId::Parse(synthetic, Numbers::kSynthetic).ok());
  EXPECT_TRUE(NationalId::Parse(synthetic, Numbers::kBoth).ok());
  EXPECT_EQ(ReasonOf(NationalId::Parse(synthetic, Numbers::kReal).status()),
            "NATIONAL_ID_SYNTHETIC");

  const std::string real = WithRemainder("010100", 0);
  ASSERT_FALSE(real.empty());
  EXPECT_TRUE(NationalId::Parse(real, Numbers::kReal).ok());
  EXPECT_EQ(ReasonOf(NationalId::Parse(real, Numbers::kSynthetic).status()), "NATIONAL_ID_REAL");
}

TEST(NationalId, TakesEverySeries) {
  // D-number, Tenor, NHN, Dolly, D-number in Tenor.
  for (const std::string date : {"410184", "018184", "016684", "014184", "418184"}) {
    EXPECT_FALSE(WithRemainder(date, 0).empty()) << date;
  }
}

TEST(NationalId, TakesTheCheckDigitsOf2032AndNoOthers) {
  for (int remainder = 0; remainder <= 3; ++remainder) {
    EXPECT_FALSE(WithRemainder("018184", remainder).empty()) << remainder;
  }
  for (int remainder = 4; remainder <= 10; ++remainder) {
    EXPECT_TRUE(WithRemainder("018184", remainder).empty()) << remainder;
  }
}

TEST(NationalId, RefusesWhatIsNotANumberAndNeverRepeatsIt) {
  const std::string good = Digits(absl::CivilDay(2001, 12, 31), 5);
  std::string wrong_digit = good;
  wrong_digit[10] = wrong_digit[10] == '9' ? '0' : static_cast<char>(wrong_digit[10] + 1);
  for (const std::string& text :
       {std::string(), good.substr(1), good + "1", good.substr(0, 10) + "x", " " + good.substr(1),
        wrong_digit, std::string("00000000000")}) {
    const auto id = NationalId::Parse(text, Numbers::kBoth);
    EXPECT_EQ(ReasonOf(id.status()), "NATIONAL_ID_INVALID");
    if (!text.empty()) {
      EXPECT_EQ(std::string(id.status().message()).find(text), std::string::npos);
    }
  }
}

TEST(NationalId, RefusesDatesThatAreNone) {
  for (const std::string date :
       {"008184", "328184", "728184", "019384", "010084", "011384", "298283"}) {
    EXPECT_TRUE(WithRemainder(date, 0).empty()) << date;
  }
  EXPECT_FALSE(WithRemainder("298284", 0).empty()) << "29 February 1984 was a day";
}

TEST(MakeSynthetic, GivesThreeHundredDifferentPersonsADay) {
  for (const absl::CivilDay birth : {absl::CivilDay(1931, 1, 1), absl::CivilDay(2019, 10, 30)}) {
    std::set<std::string> seen;
    for (int serial = 0; serial < 300; ++serial) seen.insert(Digits(birth, serial));
    EXPECT_EQ(seen.size(), 300u);
    EXPECT_FALSE(seen.contains(""));
  }
  // tools/lib/tenor_test.py expects the same.
  EXPECT_EQ(Digits(absl::CivilDay(1984, 3, 12), 0), "12838400084");
  EXPECT_EQ(Digits(absl::CivilDay(2001, 12, 31), 5), "31920150686");
  EXPECT_EQ(Digits(absl::CivilDay(1931, 1, 1), 299), "01813136283");
  EXPECT_FALSE(MakeSynthetic(absl::CivilDay(1899, 12, 31), 0).ok());
  EXPECT_FALSE(MakeSynthetic(absl::CivilDay(1950, 1, 1), -1).ok());
  EXPECT_FALSE(MakeSynthetic(absl::CivilDay(1950, 1, 1), 500).ok());
}

}  // namespace
}  // namespace ip::auth
