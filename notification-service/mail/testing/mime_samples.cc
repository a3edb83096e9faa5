// For tests: mails with random names, subjects and texts, one a line as JSON; what others' parsers
// read must be what went in.
//   mime-samples N
#include <cstdlib>
#include <iostream>
#include <nlohmann/json.hpp>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "notification-service/mail/mime.h"

namespace ip::notification {
namespace {

// What is hard: letters beyond ASCII, of RFC 2047's and 5322's special signs, spaces in all places.
std::string RandomText(std::mt19937& random) {
  static const std::vector<std::string> pieces = {
      "æ",  "ø", "Å",  "á",    "č",          "đ",   "ŋ",  "š", "ŧ", "ž", "–", "😀",
      "漢", "a", "Z",  "plan", " ",          " a ", "\"", "(", ")", "?", "=", ",",
      ";",  "_", "=?", "?=",   "=?UTF-8?Q?", "\\",  "<",  ">", "@", ".", "-"};
  // Readers trim the ends.
  std::string text = random() % 2 == 0 ? "å" : "b";
  for (auto n = random() % 70; n > 0; --n) text += pieces[random() % pieces.size()];
  return text + "e";
}

int Print(int count) {
  for (int i = 0; i < count; ++i) {
    std::mt19937 random(static_cast<unsigned>(i));
    MimeMail mail;
    mail.text = {.language = "nb",
                 .sender = RandomText(random),
                 .subject = RandomText(random),
                 .plain = RandomText(random) + "\n\n" + RandomText(random) + "\n",
                 .html = "<p>" + RandomText(random) + "</p>\n"};
    // One in four tries to smuggle a header in.
    const bool hostile = i % 4 == 3;
    if (hostile) {
      const char* breaks[] = {"\r\n", "\n", "\r", "\r\n "};
      mail.text.subject += absl::StrCat(breaks[random() % 4], "Bcc: x@y.example");
      mail.text.sender += absl::StrCat(breaks[random() % 4], "X-Evil: yes");
    }
    mail.from = "ikke-svar@fjordvik.example";
    mail.to = "kari@example.no";
    mail.message_id = absl::StrCat("n.", i, "@fjordvik.example");
    mail.date = absl::FromUnixSeconds(1795419120 + i);
    const nlohmann::json line = {{"subject", mail.text.subject},
                                 {"sender", mail.text.sender},
                                 {"plain", mail.text.plain},
                                 {"hostile", hostile},
                                 {"raw", absl::Base64Escape(BuildMime(mail))}};
    std::cout << line.dump() << "\n";
  }
  return 0;
}

}  // namespace
}  // namespace ip::notification

int main(int argc, char** argv) {
  return ip::notification::Print(argc > 1 ? std::atoi(argv[1]) : 100);
}
