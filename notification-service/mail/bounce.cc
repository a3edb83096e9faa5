#include "notification-service/mail/bounce.h"

#include <map>
#include <regex>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"

namespace ip::notification {
namespace {

constexpr int kWrongAddress = 4;  // kShutOutScore of storage/ledger.h
constexpr int kForNow = 1;

using Headers = std::multimap<std::string, std::string>;  // names in lower case

// The header fields at the beginning of a text, unfolded; what follows the empty line is `rest`.
Headers ReadHeaders(absl::string_view text, absl::string_view* rest) {
  Headers headers;
  auto last = headers.end();
  while (!text.empty()) {
    const size_t end = text.find('\n');
    const absl::string_view line = text.substr(0, end);
    text = end == absl::string_view::npos ? absl::string_view() : text.substr(end + 1);
    if (line.empty()) break;
    if (line[0] == ' ' || line[0] == '\t') {
      if (last != headers.end())
        absl::StrAppend(&last->second, " ", absl::StripAsciiWhitespace(line));
      continue;
    }
    const size_t colon = line.find(':');
    if (colon == absl::string_view::npos) continue;
    last = headers.emplace(absl::AsciiStrToLower(line.substr(0, colon)),
                           absl::StripAsciiWhitespace(line.substr(colon + 1)));
  }
  if (rest != nullptr) *rest = text;
  return headers;
}

std::string Get(const Headers& headers, const std::string& name) {
  const auto at = headers.find(name);
  return at == headers.end() ? "" : at->second;
}

// The token in one of the addresses to which the message came.
std::string TokenOf(const Headers& headers) {
  static const std::regex kToken(R"(bounce\+([A-Za-z0-9_-]{22})@)");
  for (const char* name : {"delivered-to", "x-original-to", "envelope-to", "to"}) {
    const auto range = headers.equal_range(name);
    for (auto at = range.first; at != range.second; ++at) {
      std::smatch match;
      if (std::regex_search(at->second, match, kToken)) return match[1];
    }
  }
  return "";
}

// What separates the parts, by the content type; "" for what cannot be one. Not a regular
// expression: std::regex recurses once per character, and strangers choose how many there are.
std::string BoundaryOf(const std::string& content_type) {
  constexpr size_t kLongest = 70;  // RFC 2046 § 5.1.1
  constexpr absl::string_view kName = "boundary=";
  size_t begin = absl::AsciiStrToLower(content_type).find(std::string(kName));
  if (begin == std::string::npos) return "";
  begin += kName.size();
  if (content_type.substr(begin, 1) == "\"") ++begin;
  const std::string value =
      content_type.substr(begin, content_type.find_first_of("\";", begin) - begin);
  return value.size() <= kLongest ? value : "";
}

// The parts of a multipart body.
std::vector<absl::string_view> PartsOf(absl::string_view body, const std::string& boundary) {
  std::vector<absl::string_view> parts;
  const std::string mark = "--" + boundary;
  size_t begin = body.find(mark);
  while (begin != absl::string_view::npos) {
    begin = body.find('\n', begin);
    if (begin == absl::string_view::npos) break;
    const size_t end = body.find(mark, begin);
    parts.push_back(body.substr(begin + 1, end == absl::string_view::npos ? end : end - begin - 1));
    begin = end;
  }
  return parts;
}

// The status of a "message/delivery-status" part that says the delivery failed for good, else "".
std::string FinalStatus(absl::string_view report) {
  static const std::regex kStatus(R"(^([45]\.\d{1,3}\.\d{1,3}))");
  // Groups of fields: first about the message, then one for each recipient.
  while (!report.empty()) {
    const Headers group = ReadHeaders(report, &report);
    std::smatch match;
    const std::string status = Get(group, "status");
    if (absl::AsciiStrToLower(Get(group, "action")) == "failed" &&
        std::regex_search(status, match, kStatus)) {
      return match[1];
    }
  }
  return "";
}

}  // namespace

std::string BounceAddress(std::string_view token, std::string_view domain) {
  return absl::StrCat("bounce+", std::string(token), "@", std::string(domain));
}

std::optional<Bounce> ReadBounce(std::string_view message) {
  const std::string text = absl::StrReplaceAll(std::string(message), {{"\r\n", "\n"}});
  absl::string_view body;
  const Headers headers = ReadHeaders(text, &body);
  const std::string type = Get(headers, "content-type");
  const std::string boundary = BoundaryOf(type);
  if (!absl::StartsWithIgnoreCase(type, "multipart/report;") || boundary.empty()) {
    return std::nullopt;
  }
  Bounce bounce{.token = TokenOf(headers), .status = ""};
  if (bounce.token.empty()) return std::nullopt;
  for (const absl::string_view part : PartsOf(body, boundary)) {
    absl::string_view report;
    const Headers own = ReadHeaders(part, &report);
    const std::string kind = absl::AsciiStrToLower(Get(own, "content-type"));
    if (!absl::StartsWith(kind, "message/delivery-status") &&
        !absl::StartsWith(kind, "message/global-delivery-status")) {
      continue;
    }
    bounce.status = FinalStatus(report);
    if (!bounce.status.empty()) return bounce;
  }
  return std::nullopt;
}

int RefusalScore(std::string_view enhanced) {
  return enhanced.starts_with("5.1.") ? kWrongAddress : kForNow;
}

}  // namespace ip::notification
