#include "notification-service/mail/mime.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "lib/base/clock.h"
#include "lib/base/id.h"

namespace ip::notification {
namespace {

constexpr size_t kLine = 76;
constexpr char kOpen[] = "=?UTF-8?Q?";

bool IsPlain(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= ' ' && c <= '~'; }) &&
         text.find("=?") == std::string_view::npos;
}

std::string Hex(char c) {
  return absl::StrCat("=", absl::Hex(static_cast<unsigned char>(c), absl::kZeroPad2));
}

std::string Upper(std::string text) {
  absl::AsciiStrToUpper(&text);
  return text;
}

// One character (whole code point) as Q encoding.
std::string Q(std::string_view character) {
  if (character == " ") return "_";
  if (character.size() == 1 && absl::ascii_isalnum(static_cast<unsigned char>(character[0]))) {
    return std::string(character);
  }
  std::string out;
  for (const char c : character) out += Upper(Hex(c));
  return out;
}

// The length of the code point that begins here.
size_t CodePoint(std::string_view text) {
  size_t size = 1;
  while (size < text.size() && (static_cast<unsigned char>(text[size]) & 0xc0) == 0x80) ++size;
  return size;
}

// A display name: a quoted string, or encoded words.
std::string Name(std::string_view name, size_t used) {
  if (!IsPlain(name)) return EncodeHeader(name, used);
  std::string out = "\"";
  for (const char c : name) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + "\"";
}

// Quoted-printable with CRLF, lines of at most 76 characters (RFC 2045 § 6.7).
std::string QuotedPrintable(std::string_view text) {
  std::string out, line;
  const auto add = [&](const std::string& piece) {
    if (line.size() + piece.size() > kLine - 1) {
      out += line + "=\r\n";
      line.clear();
    }
    line += piece;
  };
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '\n') {
      out += line + "\r\n";
      line.clear();
      continue;
    }
    const bool at_end = i + 1 == text.size() || text[i + 1] == '\n';
    const bool plain = (c > ' ' && c <= '~' && c != '=') || (c == ' ' && !at_end);
    add(plain ? std::string(1, c) : Upper(Hex(c)));
  }
  return out + line + (line.empty() ? "" : "\r\n");
}

std::string Part(std::string_view boundary, std::string_view type, std::string_view text) {
  return absl::StrCat("\r\n--", std::string(boundary), "\r\nContent-Type: text/", std::string(type),
                      "; charset=UTF-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n",
                      QuotedPrintable(text));
}

}  // namespace

std::string EncodeHeader(std::string_view text, size_t used) {
  if (IsPlain(text)) return std::string(text);
  std::string out, word;
  // The first word shares its line with the header's name.
  size_t room = kLine - std::min<size_t>(used, 40);
  while (!text.empty()) {
    const size_t size = CodePoint(text);
    const std::string piece = Q(text.substr(0, size));
    if (sizeof(kOpen) - 1 + word.size() + piece.size() + 2 > std::min<size_t>(room, 75)) {
      out += kOpen + word + "?=\r\n ";
      word.clear();
      room = kLine - 1;
    }
    word += piece;
    text.remove_prefix(size);
  }
  return out + kOpen + word + "?=";
}

std::string BuildMime(const MimeMail& mail) {
  // No two different bodies share a boundary, and it cannot stand in quoted-printable ("=_").
  const std::string boundary =
      absl::StrCat("=_", absl::BytesToHexString(Sha256(mail.message_id).substr(0, 12)));
  std::string out;
  const auto header = [&out](std::string_view name, std::string_view value) {
    out.append(name).append(": ").append(value).append("\r\n");
  };
  const std::string sender = Name(mail.text.sender, 6);
  header("From", absl::StrCat(sender, sender.size() > 40 ? "\r\n " : " ", "<", mail.from, ">"));
  header("To", absl::StrCat("<", mail.to, ">"));
  header("Subject", EncodeHeader(mail.text.subject, 9));
  header("Date", absl::FormatTime("%a, %d %b %Y %H:%M:%S %z", mail.date, Oslo()));
  header("Message-ID", absl::StrCat("<", mail.message_id, ">"));
  if (!mail.thread_id.empty()) header("References", absl::StrCat("<", mail.thread_id, ">"));
  header("Auto-Submitted", "auto-generated");
  header("Content-Language", mail.text.language);
  if (!mail.unsubscribe_url.empty()) {
    header("List-Unsubscribe", absl::StrCat("<", mail.unsubscribe_url, ">"));
    header("List-Unsubscribe-Post", "List-Unsubscribe=One-Click");
  }
  header("MIME-Version", "1.0");
  header("Content-Type", absl::StrCat("multipart/alternative;\r\n boundary=\"", boundary, "\""));
  out += Part(boundary, "plain", mail.text.plain);
  out += Part(boundary, "html", mail.text.html);
  if (!mail.calendar.empty()) {
    out += Part(boundary, absl::StrCat("calendar; method=", mail.calendar_method),
                absl::StrReplaceAll(mail.calendar, {{"\r\n", "\n"}}));
  }
  absl::StrAppend(&out, "\r\n--", boundary, "--\r\n");
  return out;
}

}  // namespace ip::notification
