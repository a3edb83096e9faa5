#include "lib/auth/http_get.h"

#include <curl/curl.h>

#include <memory>
#include <mutex>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"

namespace ip::auth {
namespace {

constexpr size_t kMaxBody = size_t{256} * 1024;

struct Received {
  std::string body;
  std::string cache_control;
};

size_t OnBody(char* data, size_t, size_t size, void* into) {
  auto* received = static_cast<Received*>(into);
  if (received->body.size() + size > kMaxBody) return 0;
  received->body.append(data, size);
  return size;
}

size_t OnHeader(char* data, size_t, size_t size, void* into) {
  absl::string_view line(data, size);
  constexpr absl::string_view kName = "cache-control:";
  if (absl::StartsWithIgnoreCase(line, kName)) {
    static_cast<Received*>(into)->cache_control = std::string(line.substr(kName.size()));
  }
  return size;
}

absl::StatusOr<HttpAnswer> Get(const std::string& url, bool allow_http) {
  static std::once_flag initialized;
  std::call_once(initialized, [] { curl_global_init(CURL_GLOBAL_DEFAULT); });
  const std::unique_ptr<CURL, decltype(&curl_easy_cleanup)> curl(curl_easy_init(),
                                                                 curl_easy_cleanup);
  if (curl == nullptr) return absl::UnavailableError("libcurl does not start");
  Received received;
  curl_easy_setopt(curl.get(), CURLOPT_URL, url.c_str());
  curl_easy_setopt(curl.get(), CURLOPT_PROTOCOLS_STR, allow_http ? "https,http" : "https");
  curl_easy_setopt(curl.get(), CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(curl.get(), CURLOPT_CONNECTTIMEOUT_MS, 2000L);
  curl_easy_setopt(curl.get(), CURLOPT_TIMEOUT_MS, 5000L);
  curl_easy_setopt(curl.get(), CURLOPT_WRITEFUNCTION, OnBody);
  curl_easy_setopt(curl.get(), CURLOPT_WRITEDATA, &received);
  curl_easy_setopt(curl.get(), CURLOPT_HEADERFUNCTION, OnHeader);
  curl_easy_setopt(curl.get(), CURLOPT_HEADERDATA, &received);
  if (const CURLcode code = curl_easy_perform(curl.get()); code != CURLE_OK) {
    return absl::UnavailableError(absl::StrCat("GET ", url, ": ", curl_easy_strerror(code)));
  }
  long status = 0;
  curl_easy_getinfo(curl.get(), CURLINFO_RESPONSE_CODE, &status);
  return HttpAnswer{static_cast<int>(status), std::move(received.body),
                    MaxAge(received.cache_control)};
}

}  // namespace

absl::Duration MaxAge(std::string_view cache_control) {
  absl::Duration age = absl::ZeroDuration();
  const absl::string_view text(cache_control.data(), cache_control.size());
  for (absl::string_view part : absl::StrSplit(text, ',')) {
    part = absl::StripAsciiWhitespace(part);
    if (absl::EqualsIgnoreCase(part, "no-store") || absl::EqualsIgnoreCase(part, "no-cache")) {
      return absl::ZeroDuration();
    }
    const std::string lower = absl::AsciiStrToLower(part);
    absl::string_view rest = lower;
    uint32_t seconds = 0;
    if (absl::ConsumePrefix(&rest, "max-age=") && absl::SimpleAtoi(rest, &seconds)) {
      age = absl::Seconds(seconds);
    }
  }
  return age;
}

HttpGet CurlGet(bool allow_http) {
  return [allow_http](const std::string& url) { return Get(url, allow_http); };
}

}  // namespace ip::auth
