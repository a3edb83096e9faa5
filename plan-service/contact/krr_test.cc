#include "plan-service/contact/krr.h"

#include <gtest/gtest.h>

#include "lib/base/clock.h"

namespace ip::plan {
namespace {

namespace type = individuellplan::type::v1;
using Answer = type::ResolveContactResponse;

std::string Person(const std::string& fields) {
  return R"({"personer": [{"personidentifikator": "x", )" + fields + "}]}";
}

TEST(Krr, TellsTheAddressOfWhoCanBeNotified) {
  const auto answer = ParseKrrAnswer(
      Person(R"("status": "AKTIV", "reservasjon": "NEI", "varslingsstatus": "KAN_VARSLES",
                "spraak": "nn", "kontaktinformasjon": {"epostadresse": "kari@example.com"})"));
  ASSERT_TRUE(answer.ok()) << answer.status();
  EXPECT_EQ(answer->email(), "kari@example.com");
  EXPECT_EQ(answer->language(), type::NN);
  EXPECT_EQ(answer->audience(), Answer::PRIVATE_PERSON);
}

TEST(Krr, AReservationBeatsAnAddress) {
  const auto answer = ParseKrrAnswer(
      Person(R"("status": "AKTIV", "reservasjon": "JA", "varslingsstatus": "KAN_IKKE_VARSLES",
                "kontaktinformasjon": {"epostadresse": "kari@example.com"})"));
  ASSERT_TRUE(answer.ok());
  EXPECT_EQ(answer->obstacle(), Answer::RESERVED);
  EXPECT_EQ(answer->email(), "");
}

TEST(Krr, WhoIsNotRegisteredHasNoAddress) {
  const auto answer =
      ParseKrrAnswer(Person(R"("status": "IKKE_REGISTRERT", "reservasjon": "NEI")"));
  ASSERT_TRUE(answer.ok());
  EXPECT_EQ(answer->obstacle(), Answer::NO_ADDRESS);
}

TEST(Krr, ABrokenAnswerOrServerIsUnavailable) {
  for (const char* json : {"", "{}", "[]", R"({"personer": []})", R"({"personer": [1]})"}) {
    EXPECT_TRUE(absl::IsUnavailable(ParseKrrAnswer(json).status())) << json;
  }
  const Krr nowhere("http://127.0.0.1:1");
  EXPECT_TRUE(
      absl::IsUnavailable(nowhere.LookUp("x", SystemClock().Now() + absl::Seconds(5)).status()));
}

}  // namespace
}  // namespace ip::plan
