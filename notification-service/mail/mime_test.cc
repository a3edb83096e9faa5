#include "notification-service/mail/mime.h"

#include <gmock/gmock.h>

#include <random>

#include "absl/strings/str_split.h"
#include "lib/base/clock.h"

namespace ip::notification {
namespace {

using ::testing::HasSubstr;

MimeMail Example() {
  MimeMail mail;
  mail.text = {.language = "nb",
               .sender = "Fjordvik kommune, meldingstjenesten",
               .subject = "Du har fått en melding – logg inn",
               .plain = "Hei!\n\nSe her: https://x.no/varsel/1=2 \nå\n",
               .html = "<p>Hei på deg</p>\n"};
  mail.from = "ikke-svar@fjordvik.example";
  mail.to = "kari@example.no";
  mail.message_id = "n.abc@fjordvik.example";
  mail.date = absl::FromCivil(absl::CivilSecond(2026, 11, 23, 8, 12, 0), Oslo());
  return mail;
}

// Undoes RFC 2047 Q encoding as a reader does: white space between encoded words goes.
std::string Decode(const std::string& header) {
  std::string out;
  for (size_t i = 0; i < header.size();) {
    if (header.compare(i, 10, "=?UTF-8?Q?") != 0) {
      i += header.compare(i, 3, "\r\n ") == 0 ? 3 : 1;
      continue;
    }
    i += 10;
    for (; header.compare(i, 2, "?=") != 0; ++i) {
      if (header[i] == '_') {
        out += ' ';
      } else if (header[i] == '=') {
        out += static_cast<char>(std::stoi(header.substr(i + 1, 2), nullptr, 16));
        i += 2;
      } else {
        out += header[i];
      }
    }
    i += 2;
  }
  return out;
}

TEST(Mime, IsWhatItSays) {
  const std::string mail = BuildMime(Example());
  EXPECT_THAT(
      mail,
      HasSubstr("From: \"Fjordvik kommune, meldingstjenesten\" <ikke-svar@fjordvik.example>\r\n"));
  EXPECT_THAT(mail, HasSubstr("To: <kari@example.no>\r\n"));
  EXPECT_THAT(mail, HasSubstr("Date: Mon, 23 Nov 2026 08:12:00 +0100\r\n"));
  EXPECT_THAT(mail, HasSubstr("Message-ID: <n.abc@fjordvik.example>\r\n"));
  EXPECT_THAT(mail, HasSubstr("Auto-Submitted: auto-generated\r\n"));
  EXPECT_THAT(mail, HasSubstr("varsel/1=3D2=20\r\n=C3=A5\r\n"));
}

TEST(Mime, IsTheSameEachTime) { EXPECT_EQ(BuildMime(Example()), BuildMime(Example())); }

TEST(Mime, KeepsToTheRulesForAnyText) {
  std::mt19937 random(7);
  const std::vector<std::string> pieces = {"æ", "ø", "Å", "á", "č", "đ",  "ŋ",  "š", "ŧ",
                                           "ž", "–", "😀", "a", "Z", " ",  "\"", "(", ")",
                                           "?", "=", ",", ";", "_", "=?", "\\", "<", "@"};
  for (int run = 0; run < 2000; ++run) {
    std::string text = "å";
    for (auto n = random() % 60; n > 0; --n) text += pieces[random() % pieces.size()];
    const std::string encoded = EncodeHeader(text, 9);
    EXPECT_EQ(Decode(encoded), text);
    MimeMail mail = Example();
    mail.text.subject = text;
    mail.text.sender = text;
    mail.text.plain = text + "\n" + text + text + text;
    for (const auto line : absl::StrSplit(BuildMime(mail), "\r\n")) {
      EXPECT_LE(line.size(), 78u) << std::string(line);
      EXPECT_EQ(line.find('\n'), absl::string_view::npos);
      for (const char c : line) EXPECT_TRUE(c >= ' ' && c <= '~');
    }
  }
}

}  // namespace
}  // namespace ip::notification
