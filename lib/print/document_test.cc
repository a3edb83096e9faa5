#include "lib/print/document.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>

#include <cstdio>
#include <fstream>
#include <thread>

#include "absl/strings/str_cat.h"

namespace ip::print {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

Document Letter(int paragraphs = 2) {
  Document document;
  document.language = "nn";
  document.title = "Avslag på melding om behov";
  document.sender = {"Koordinerende eining i Fjordvik", "Telefon 55 50 10 00"};
  document.recipient = {"Kari Nordli <script>"};
  document.details = {"2. november 2026"};
  document.sections = {{"Grunngiving", {}}, {"", {"Med helsing"}}};
  for (int i = 0; i < paragraphs; ++i) {
    document.sections[0].paragraphs.push_back(absl::StrCat(
        "Avsnitt ", i, ": Æ, ø og å – «sitat» & teikn. ",
        "Ein setning som er lang nok til at han må brytast over fleire linjer i brevet."));
  }
  document.time = absl::FromUnixSeconds(1'800'000'000);
  return document;
}

// What a reader of the PDF can select, by poppler.
std::string TextOf(const std::string& pdf) {
  char name[] = "/tmp/ip-print-XXXXXX";
  close(mkstemp(name));
  std::ofstream(name, std::ios::binary) << pdf;
  std::string text;
  FILE* pipe = popen(absl::StrCat("pdftotext -layout ", name, " -").c_str(), "r");
  char buffer[4096];
  for (size_t n; (n = fread(buffer, 1, sizeof buffer, pipe)) > 0;) text.append(buffer, n);
  EXPECT_EQ(pclose(pipe), 0);
  unlink(name);
  return text;
}

TEST(Html, HoldsEverythingEscapedInItsLanguage) {
  const std::string html = ToHtml(Letter());
  EXPECT_THAT(html, HasSubstr("<html lang=\"nn\">"));
  EXPECT_THAT(html, HasSubstr("<h1>Avslag på melding om behov</h1>"));
  EXPECT_THAT(html, HasSubstr("<h2>Grunngiving</h2>"));
  EXPECT_THAT(html, HasSubstr("Kari Nordli &lt;script&gt;<br>"));
  EXPECT_THAT(html, HasSubstr("Æ, ø og å – «sitat» &amp; teikn."));
  EXPECT_THAT(html, Not(HasSubstr("<script")));
  EXPECT_THAT(html, Not(HasSubstr("<h2></h2>")));
}

TEST(Pdf, HoldsEverythingAsTextWithNorwegianLetters) {
  const auto pdf = ToPdf(Letter());
  ASSERT_TRUE(pdf.ok()) << pdf.status();
  EXPECT_EQ(pdf->substr(0, 5), "%PDF-");
  const std::string text = TextOf(*pdf);
  for (const char* part :
       {"Avslag på melding om behov", "Koordinerende eining", "Kari Nordli <script>",
        "Avsnitt 1: Æ, ø og å – «sitat» & teikn.", "Med helsing", "Side 1 av 1"}) {
    EXPECT_THAT(text, HasSubstr(part));
  }
  EXPECT_THAT(*pdf, HasSubstr("OpenSans"));  // embedded
  EXPECT_THAT(*pdf, HasSubstr("/StructTreeRoot"));
}

TEST(Pdf, SaysItsLanguageAndShowsItsTitle) {
  for (const char* language : {"nb", "nn"}) {
    Document document = Letter();
    document.language = language;
    const auto pdf = ToPdf(document);
    ASSERT_TRUE(pdf.ok()) << pdf.status();
    EXPECT_THAT(*pdf, HasSubstr(absl::StrCat("/Lang (", language, ")")));
    EXPECT_THAT(*pdf, HasSubstr("/DisplayDocTitle true"));
  }
}

TEST(Pdf, GoesOnOverPagesAndLosesNoLine) {
  const auto pdf = ToPdf(Letter(120));
  ASSERT_TRUE(pdf.ok()) << pdf.status();
  const std::string text = TextOf(*pdf);
  for (int i = 0; i < 120; ++i) EXPECT_THAT(text, HasSubstr(absl::StrCat("Avsnitt ", i, ":")));
  EXPECT_THAT(text, HasSubstr("Side 1 av "));
  EXPECT_THAT(text, Not(HasSubstr("Side 1 av 1\n")));
  EXPECT_THAT(text, Not(HasSubstr("av 0")));
}

TEST(Pdf, IsTheSameForTheSameDocumentOnAllThreads) {
  const std::string expected = *ToPdf(Letter());
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int n = 0; n < 5; ++n) EXPECT_EQ(*ToPdf(Letter()), expected);
    });
  }
  for (auto& thread : threads) thread.join();
}

}  // namespace
}  // namespace ip::print
