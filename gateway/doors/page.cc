#include "gateway/doors/page.h"

#include <zlib.h>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "gateway/doors/http_message.h"
#include "lib/base/errors.h"
#include "lib/base/id.h"

namespace ip::gateway {
namespace {

constexpr size_t kWorthCompressing = 1024;

// Scripts come from our files, and no text is made into markup or script (Trusted Types, without a
// policy that could make some).
constexpr char kPolicy[] =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "font-src 'self'; connect-src 'self'; manifest-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; "
    "trusted-types 'none'";

bool IsText(std::string_view type) {
  const absl::string_view word(type.data(), type.size());
  return absl::StartsWith(word, "text/") || absl::StrContains(word, "json") ||
         absl::StrContains(word, "svg");
}

std::string Gzip(const std::string& content) {
  z_stream stream = {};
  if (deflateInit2(&stream, Z_BEST_COMPRESSION, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) !=
      Z_OK) {
    return "";
  }
  std::string out(deflateBound(&stream, content.size()), 0);
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(content.data()));
  stream.avail_in = static_cast<uInt>(content.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  const int result = deflate(&stream, Z_FINISH);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return result == Z_STREAM_END && out.size() < content.size() ? out : "";
}

// Whether a list such as "gzip, br;q=0" has `word` with a weight above zero.
bool Takes(const std::string& list, absl::string_view word) {
  for (absl::string_view item : absl::StrSplit(list, ',')) {
    const std::vector<std::string> parts = absl::StrSplit(absl::StripAsciiWhitespace(item), ';');
    if (!absl::EqualsIgnoreCase(absl::StripAsciiWhitespace(parts[0]), word)) continue;
    return parts.size() < 2 || (absl::StripAsciiWhitespace(parts[1]) != "q=0" &&
                                !absl::StartsWith(absl::StripAsciiWhitespace(parts[1]), "q=0.000"));
  }
  return false;
}

bool Has(const std::string& list, const std::string& etag) {
  for (absl::string_view item : absl::StrSplit(list, ',')) {
    item = absl::StripAsciiWhitespace(item);
    if (item == "*" || item == etag || item == absl::StrCat("W/", etag)) return true;
  }
  return false;
}

}  // namespace

Page MakePage(std::string_view type, std::string content) {
  Page page;
  page.type = std::string(type);
  page.etag = absl::StrCat("\"", absl::BytesToHexString(Sha256(content).substr(0, 12)), "\"");
  if (IsText(type) && content.size() >= kWorthCompressing) page.gzip = Gzip(content);
  page.content = std::move(content);
  return page;
}

HttpResponse AnswerWith(const Page& page, const HttpRequest& request,
                        std::string_view cache_control) {
  const bool known = Has(Header(request, "if-none-match"), page.etag);
  const bool compressed = !page.gzip.empty() && Takes(Header(request, "accept-encoding"), "gzip");
  HttpResponse response = MakeResponse(known ? 304 : 200, known ? "" : page.type,
                                       known ? "" : (compressed ? page.gzip : page.content));
  response.set(http::field::cache_control, {cache_control.data(), cache_control.size()});
  response.set(http::field::etag, page.etag);
  if (!page.gzip.empty()) response.set(http::field::vary, "Accept-Encoding");
  if (compressed && !known) response.set(http::field::content_encoding, "gzip");
  response.set("Content-Security-Policy", kPolicy);
  response.set("Referrer-Policy", "no-referrer");
  response.set("Cross-Origin-Opener-Policy", "same-origin");
  response.set("Cross-Origin-Resource-Policy", "same-origin");
  response.set("Permissions-Policy", "camera=(), microphone=(), geolocation=()");
  return response;
}

bool IsRead(const HttpRequest& request) {
  return request.method() == http::verb::get || request.method() == http::verb::head;
}

HttpResponse OnlyForReading() {
  HttpResponse response = ErrorResponse(Error(absl::StatusCode::kUnimplemented, "HTTP_METHOD_WRONG",
                                              "There is nothing to send to at this address."),
                                        405);
  response.set(http::field::allow, "GET, HEAD");
  return response;
}

}  // namespace ip::gateway
