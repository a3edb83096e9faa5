#include "notification-service/mail/letter.h"

#include <boost/locale/format.hpp>
#include <boost/locale/gnu_gettext.hpp>
#include <boost/locale/message.hpp>
#include <kainjow/mustache.hpp>
#include <locale>
#include <map>
#include <regex>
#include <vector>

#include "absl/strings/str_cat.h"
#include "notification-service/mail/embedded.h"

namespace ip::notification {
namespace {

using individuellplan::type::v1::Language;
using individuellplan::type::v1::ResolveContactResponse;

std::locale LocaleOf(const std::string& language) {
  boost::locale::gnu_gettext::messages_info info;
  info.language = language;
  info.encoding = "UTF-8";
  info.domains.emplace_back("mail");
  info.paths.emplace_back("");
  info.callback = [language](const std::string& file, const std::string&) {
    // The library tries several names; ours is the one in the language's own folder.
    const auto bytes = file == "/" + language + "/LC_MESSAGES/mail.mo" ? Embedded(language + ".mo")
                                                                       : std::string_view();
    return std::vector<char>(bytes.begin(), bytes.end());
  };
  return {std::locale::classic(), boost::locale::gnu_gettext::create_messages_facet<char>(info)};
}

std::string Fill(const std::string& text, const std::string& value) {
  const size_t at = text.find("{1}");
  return at == std::string::npos ? text : text.substr(0, at) + value + text.substr(at + 3);
}

std::string CodeOf(Language language) {
  switch (language) {
    case individuellplan::type::v1::NN:
      return "nn";
    case individuellplan::type::v1::EN:
      return "en";
    default:
      return "nb";
  }
}

std::string Render(std::string_view name, const kainjow::mustache::data& data) {
  return kainjow::mustache::mustache(std::string(Embedded(name))).render(data);
}

}  // namespace

struct LetterWriter::Words {
  // English is the language of the keys and needs no catalogue.
  std::map<std::string, std::locale> locales = {
      {"nb", LocaleOf("nb")}, {"nn", LocaleOf("nn")}, {"en", std::locale::classic()}};
};

LetterWriter::LetterWriter(std::string public_url)
    : public_url_(std::move(public_url)), words_(std::make_shared<Words>()) {}

absl::StatusOr<LetterWriter> LetterWriter::Create(const std::string& public_url) {
  static const std::regex kUrl(R"(https?://[A-Za-z0-9.-]+(:[0-9]{1,5})?(/[A-Za-z0-9._~-]+)*/?)");
  if (!std::regex_match(public_url, kUrl)) {
    return absl::InvalidArgumentError(
        "--public_url must be the web app's address, e.g. https://ip.example.no");
  }
  std::string base = public_url;
  if (base.back() == '/') base.pop_back();
  return LetterWriter(base);
}

absl::StatusOr<Text> LetterWriter::Write(const Letter& letter,
                                         const std::string& municipality) const {
  static const std::regex kId("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}");
  if (!std::regex_match(letter.notification_id, kId)) {
    return absl::InvalidArgumentError("notification id is no UUID");
  }
  Text text;
  text.language = CodeOf(letter.language);
  const std::locale& locale = words_->locales.at(text.language);
  const auto say = [&](const char* words) {
    return std::string(boost::locale::gettext(words, locale));
  };
  const auto count = [&](const char* one, const char* many) {
    return Fill(boost::locale::ngettext(one, many, letter.count, locale),
                absl::StrCat(letter.count));
  };
  std::string lead;
  switch (letter.type) {
    case LetterType::kTasks:
      text.subject = count("You have a task - please log in", "You have {1} tasks - please log in");
      lead = count("A task is waiting for you.", "{1} tasks are waiting for you.");
      break;
    case LetterType::kMessage:
      text.subject = say("You have a message - please log in");
      lead = say("There is a message for you.");
      break;
    case LetterType::kDays:
      text.subject = say("Your calendar has changed - please log in");
      lead = count("A day in your calendar no longer applies.",
                   "{1} days in your calendar no longer apply.");
      break;
  }
  text.sender =
      Fill(letter.audience == ResolveContactResponse::PROFESSIONAL ? say("Coordinating unit, {1}")
                                                                   : say("{1}, message service"),
           municipality);
  const std::string link = absl::StrCat(public_url_, "/varsel/", letter.notification_id);
  text.link = link;
  text.summary = say("Task - log in");
  kainjow::mustache::data data;
  data.set("lang", text.language);
  data.set("subject", text.subject);
  data.set("greeting", say("Hello,"));
  data.set("lead", lead);
  data.set("action", say("Log in to see what it is about:"));
  data.set("link", link);
  data.set("privacy", say("To protect privacy, this e-mail says nothing about the content."));
  data.set("no_reply", say("You cannot reply to this e-mail."));
  data.set("sender", text.sender);
  text.plain = Render("mail.txt.mustache", data);
  text.html = Render("mail.html.mustache", data);
  return text;
}

}  // namespace ip::notification
