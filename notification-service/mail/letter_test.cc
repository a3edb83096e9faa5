#include "notification-service/mail/letter.h"

#include <gmock/gmock.h>

#include <functional>
#include <regex>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

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

// Every mail there is: each type in each language, with numbers whose plural forms differ
// somewhere.
void ForEachMail(const std::function<void(const Letter&, const Text&)>& check) {
  using individuellplan::type::v1::EN, individuellplan::type::v1::NB, individuellplan::type::v1::NN;
  for (const auto language : {NB, NN, EN}) {
    for (const auto type : {LetterType::kTasks, LetterType::kMessage, LetterType::kDays}) {
      for (const int count : {0, 1, 2, 3, 5, 21}) {
        for (const auto audience :
             {ResolveContactResponse::PRIVATE_PERSON, ResolveContactResponse::PROFESSIONAL}) {
          Letter letter = LetterOf(type, count, language);
          letter.audience = audience;
          const Text text = Write(letter);
          SCOPED_TRACE(absl::StrCat(text.language, ", type ", static_cast<int>(type), ", ", count));
          check(letter, text);
        }
      }
    }
  }
}

TEST(Letter, NothingIsLeftUntranslatedOrUnfilled) {
  const char* const kEnglish[] = {"You",         "you",      "please",  "Hello",
                                  "waiting",     "calendar", "privacy", "message service",
                                  "Coordinating"};
  const char* const kNorwegian[] = {"Du ",        "Hei",           "logg inn",
                                    "oppg",       "e-post",        "person",
                                    "meldingste", "Koordinerende", "Koordinerande"};
  ForEachMail([&](const Letter& letter, const Text& text) {
    const std::string all =
        absl::StrCat(text.subject, text.sender, text.summary, text.plain, text.html);
    EXPECT_THAT(all, Not(HasSubstr("{")));
    const bool english = letter.language == individuellplan::type::v1::EN;
    for (const char* word : english ? absl::MakeSpan(kNorwegian) : absl::MakeSpan(kEnglish)) {
      EXPECT_THAT(all, Not(HasSubstr(word)));
    }
    EXPECT_THAT(all, HasSubstr(english ? "Hello," : "Hei!"));
  });
}

TEST(Letter, CountsByThePluralFormOfItsNumber) {
  ForEachMail([&](const Letter& letter, const Text& text) {
    if (letter.type == LetterType::kMessage) return;  // of those there is one at a time
    const std::string number = absl::StrCat(letter.count, " ");
    EXPECT_EQ(absl::StrContains(text.plain, number), letter.count != 1);
    Letter two = letter;
    two.count = letter.count == 1 ? 2 : 1;
    EXPECT_NE(Write(two).plain, text.plain);
  });
}

TEST(Letter, SaysTheSameAsTextAndAsHtml) {
  ForEachMail([&](const Letter&, const Text& text) {
    for (const absl::string_view line : absl::StrSplit(text.plain, '\n', absl::SkipEmpty())) {
      EXPECT_THAT(text.html, HasSubstr(line));
    }
    EXPECT_THAT(text.html, HasSubstr(absl::StrCat("<html lang=\"", text.language, "\">")));
  });
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
