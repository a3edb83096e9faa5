#include "notification-service/mail/letter.h"

#include <gmock/gmock.h>

#include <regex>

namespace ip::notification {
namespace {

using individuellplan::type::v1::Language;
using individuellplan::type::v1::ResolveContactResponse;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr char kId[] = "01936f0a-0000-7000-8000-0123456789ab";

Text Write(const Letter& letter) {
  static const LetterWriter writer = *LetterWriter::Create("https://ip.fjordvik.kommune.no/");
  return *writer.Write(letter, "Fjordvik kommune");
}

Letter LetterOf(LetterType type, int count, Language language) {
  Letter letter;
  letter.type = type;
  letter.count = count;
  letter.language = language;
  letter.notification_id = kId;
  return letter;
}

TEST(Letter, SpeaksBothNorwegiansAndEnglish) {
  using namespace individuellplan::type::v1;  // NOLINT: language names
  EXPECT_EQ(Write(LetterOf(LetterType::kTasks, 1, NB)).subject, "Du har en oppgave – logg inn");
  EXPECT_EQ(Write(LetterOf(LetterType::kTasks, 1, NN)).subject, "Du har ei oppgåve – logg inn");
  EXPECT_EQ(Write(LetterOf(LetterType::kTasks, 1, EN)).subject, "You have a task - please log in");
  EXPECT_EQ(Write(LetterOf(LetterType::kTasks, 3, NN)).subject, "Du har 3 oppgåver – logg inn");
  EXPECT_EQ(Write(LetterOf(LetterType::kTasks, 21, EN)).subject,
            "You have 21 tasks - please log in");
  EXPECT_EQ(Write(LetterOf(LetterType::kMessage, 1, NB)).subject,
            "Du har fått en melding – logg inn");
  // No native text in Northern Sámi yet: bokmål, never a machine's Sámi.
  EXPECT_EQ(Write(LetterOf(LetterType::kTasks, 1, SE)).language, "nb");
}

TEST(Letter, NothingIsLeftUntranslatedOrUnfilled) {
  for (const auto language : {individuellplan::type::v1::NB, individuellplan::type::v1::NN}) {
    for (const auto type : {LetterType::kTasks, LetterType::kMessage, LetterType::kDays}) {
      for (const int count : {0, 1, 2, 3, 5, 21}) {
        const Text text = Write(LetterOf(type, count, language));
        const std::string all = text.subject + text.sender + text.plain + text.html;
        for (const char* word : {"You", "please", "Hello", "waiting", "calendar", "privacy",
                                 "message service", "{1}", "{{"}) {
          EXPECT_THAT(all, Not(HasSubstr(word)));
        }
      }
    }
  }
}

TEST(Letter, HasOneLinkAndTheSameInBothForms) {
  const Text text = Write(LetterOf(LetterType::kTasks, 1, individuellplan::type::v1::NB));
  const std::string link = std::string("https://ip.fjordvik.kommune.no/varsel/") + kId;
  EXPECT_THAT(text.plain, HasSubstr(link + "\n"));
  EXPECT_THAT(text.html, HasSubstr("href=\"" + link + "\""));
  const std::regex http("https?://[^\"<\\s]*");
  for (const std::string& body : {text.plain, text.html}) {
    for (std::sregex_iterator it(body.begin(), body.end(), http), end; it != end; ++it) {
      EXPECT_EQ(it->str(), link);
    }
  }
  EXPECT_THAT(text.html, Not(HasSubstr("<img")));
}

TEST(Letter, APrivatePersonsMailDoesNotNameTheService) {
  Letter letter = LetterOf(LetterType::kTasks, 1, individuellplan::type::v1::NB);
  const Text text = Write(letter);
  EXPECT_EQ(text.sender, "Fjordvik kommune, meldingstjenesten");
  for (const char* word : {"plan", "Plan", "oordiner", "rus", "barnevern", "helse"}) {
    EXPECT_THAT(text.subject + text.sender + text.plain, Not(HasSubstr(word)));
  }
  letter.audience = ResolveContactResponse::PROFESSIONAL;
  EXPECT_EQ(Write(letter).sender, "Koordinerende enhet, Fjordvik kommune");
}

// domain.md § 8 check 6: the only thing a caller can put into a letter is a random id.
TEST(Check6, NothingButAnIdGetsIn) {
  const LetterWriter writer = *LetterWriter::Create("https://ip.example.no");
  Letter letter;
  for (const char* canary :
       {"Kari Nordmann", "01810112345", "plans/x", "a\r\nBcc: x@y.no", "<b>"}) {
    letter.notification_id = canary;
    EXPECT_FALSE(writer.Write(letter, "Fjordvik kommune").ok()) << canary;
  }
}

TEST(Letter, RefusesAnAddressThatIsNone) {
  for (const char* bad :
       {"", "ip.example.no", "ftp://x", "https://a b", "https://x/?a=b", "https://u@x"}) {
    EXPECT_FALSE(LetterWriter::Create(bad).ok()) << bad;
  }
}

}  // namespace
}  // namespace ip::notification
