#include "gateway/doors/http_message.h"

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_split.h"
#include "gateway/doors/connect_wire.h"
#include "gateway/policy/retry.h"
#include "lib/base/errors.h"

namespace ip::gateway {
namespace {

boost::beast::string_view Bsv(std::string_view s) { return {s.data(), s.size()}; }
std::string_view Std(boost::beast::string_view s) { return {s.data(), s.size()}; }

}  // namespace

std::string Header(const HttpRequest& request, std::string_view name) {
  return std::string(Std(request[Bsv(name)]));
}

std::string_view PathOf(const HttpRequest& request) {
  const std::string_view target = Std(request.target());
  return target.substr(0, target.find('?'));
}

std::string_view QueryOf(const HttpRequest& request) {
  const std::string_view target = Std(request.target());
  const size_t mark = target.find('?');
  return mark == target.npos ? std::string_view() : target.substr(mark + 1);
}

std::string Cookie(const HttpRequest& request, std::string_view name) {
  const std::string header = Header(request, "cookie");
  for (absl::string_view part : absl::StrSplit(header, ';')) {
    part = absl::StripAsciiWhitespace(part);
    const size_t equals = part.find('=');
    if (equals != part.npos &&
        part.substr(0, equals) == absl::string_view(name.data(), name.size())) {
      return std::string(part.substr(equals + 1));
    }
  }
  return "";
}

HttpResponse MakeResponse(int status, std::string_view content_type, std::string body) {
  HttpResponse response;
  response.result(static_cast<unsigned>(status));
  if (status == 499) response.reason("Client Closed Request");
  if (!content_type.empty()) response.set(http::field::content_type, Bsv(content_type));
  response.set(http::field::cache_control, "no-store");
  response.set("X-Content-Type-Options", "nosniff");
  response.body() = std::move(body);
  return response;
}

HttpResponse ErrorResponse(const absl::Status& status, int http_status) {
  if (http_status == 0) http_status = HttpStatusOf(status.code());
  HttpResponse response = MakeResponse(http_status, "application/json", ConnectError(status));
  if (http_status == 401) response.set(http::field::www_authenticate, "Bearer");
  if (http_status == 503 || http_status == 429) {
    const absl::Duration wait = RetryDelayOf(status).value_or(absl::Seconds(1));
    response.set(http::field::retry_after,
                 std::to_string(absl::ToInt64Seconds(absl::Ceil(wait, absl::Seconds(1)))));
  }
  return response;
}

Credentials CredentialsOf(const Exchange& exchange, std::string_view session_cookie) {
  const HttpRequest& request = exchange.request();
  Credentials credentials;
  credentials.authorization = Header(request, "authorization");
  if (credentials.authorization.empty()) credentials.session = Cookie(request, session_cookie);
  credentials.role = Header(request, "x-role");
  credentials.purpose_of_use = Header(request, "x-purpose-of-use");
  credentials.acting_for = Header(request, "x-acting-for");
  credentials.dpop = Header(request, "dpop");
  credentials.http_method = std::string(Std(request.method_string()));
  credentials.path = std::string(PathOf(request));
  credentials.address = exchange.peer();
  return credentials;
}

absl::Status CheckSameOrigin(const HttpRequest& request) {
  const std::string site = Header(request, "sec-fetch-site");
  bool same = site.empty() || site == "same-origin" || site == "none";
  if (const std::string origin = Header(request, "origin"); !origin.empty()) {
    const size_t scheme = origin.find("://");
    same = same && scheme != origin.npos &&
           absl::EqualsIgnoreCase(origin.substr(scheme + 3), Header(request, "host"));
  }
  if (same) return absl::OkStatus();
  return PermissionDenied(
      "CROSS_SITE_REQUEST",
      "The request comes from a page of another site. Use the system's own pages, "
      "or an access token instead of a session.");
}

}  // namespace ip::gateway
