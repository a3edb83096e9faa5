#include "plan-service/contact/krr.h"

#include <curl/curl.h>

#include <algorithm>
#include <memory>
#include <mutex>
#include <nlohmann/json.hpp>

#include "lib/base/clock.h"
#include "lib/base/errors.h"
#include "lib/base/log.h"

namespace ip::plan {
namespace {

namespace type = individuellplan::type::v1;
using Answer = type::ResolveContactResponse;

constexpr absl::Duration kLongest = absl::Seconds(2);
constexpr size_t kMostBytes = 1 << 16;

absl::Status Unavailable(const std::string& cause) {
  Log(Severity::kWarning, "krr.failed", {{"cause", cause}});
  return Error(absl::StatusCode::kUnavailable, "CONTACT_REGISTER_UNAVAILABLE",
               "The contact register does not answer. Try again in a moment.");
}

size_t Receive(char* data, size_t size, size_t count, void* out) {
  auto& body = *static_cast<std::string*>(out);
  if (body.size() + size * count > kMostBytes) return 0;
  body.append(data, size * count);
  return size * count;
}

type::Language LanguageOf(const std::string& code) {
  if (code == "nn") return type::NN;
  if (code == "se") return type::SE;
  if (code == "en") return type::EN;
  return type::NB;
}

}  // namespace

absl::StatusOr<Answer> ParseKrrAnswer(const std::string& json) {
  const auto root = nlohmann::json::parse(json, nullptr, false);
  if (!root.is_object() || !root.contains("personer") || !root["personer"].is_array() ||
      root["personer"].size() != 1 || !root["personer"][0].is_object()) {
    return Unavailable("malformed answer");
  }
  const auto& person = root["personer"][0];
  const auto text = [](const nlohmann::json& object, const char* key) {
    return object.is_object() && object.contains(key) && object[key].is_string()
               ? object[key].get<std::string>()
               : std::string();
  };
  Answer answer;
  answer.set_audience(Answer::PRIVATE_PERSON);
  answer.set_language(LanguageOf(text(person, "spraak")));
  if (text(person, "reservasjon") == "JA") {
    answer.set_obstacle(Answer::RESERVED);
    return answer;
  }
  const std::string email = person.contains("kontaktinformasjon")
                                ? text(person["kontaktinformasjon"], "epostadresse")
                                : "";
  if (text(person, "status") != "AKTIV" || text(person, "varslingsstatus") != "KAN_VARSLES" ||
      email.empty()) {
    answer.set_obstacle(Answer::NO_ADDRESS);
    return answer;
  }
  answer.set_email(email);
  return answer;
}

absl::StatusOr<Answer> Krr::LookUp(const std::string& national_id, absl::Time deadline) const {
  if (url_.empty()) {
    Answer nobody;
    nobody.set_audience(Answer::PRIVATE_PERSON);
    nobody.set_obstacle(Answer::NO_ADDRESS);
    return nobody;
  }
  static std::once_flag once;
  std::call_once(once, [] { curl_global_init(CURL_GLOBAL_DEFAULT); });
  const std::unique_ptr<CURL, decltype(&curl_easy_cleanup)> curl(curl_easy_init(),
                                                                 &curl_easy_cleanup);
  const std::unique_ptr<curl_slist, decltype(&curl_slist_free_all)> headers(
      curl_slist_append(nullptr, "Content-Type: application/json"), &curl_slist_free_all);
  if (curl == nullptr || headers == nullptr) return Unavailable("out of memory");

  const std::string url = url_ + "/rest/v2/personer";
  const std::string body = nlohmann::json{{"personidentifikatorer", {national_id}}}.dump();
  const absl::Duration left = std::min(kLongest, deadline - SystemClock().Now());
  if (left <= absl::ZeroDuration()) return Unavailable("no time left");
  std::string answer;
  curl_easy_setopt(curl.get(), CURLOPT_URL, url.c_str());
  curl_easy_setopt(curl.get(), CURLOPT_HTTPHEADER, headers.get());
  curl_easy_setopt(curl.get(), CURLOPT_POSTFIELDS, body.c_str());
  curl_easy_setopt(curl.get(), CURLOPT_TIMEOUT_MS,
                   static_cast<long>(absl::ToInt64Milliseconds(left)));
  curl_easy_setopt(curl.get(), CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(curl.get(), CURLOPT_WRITEFUNCTION, &Receive);
  curl_easy_setopt(curl.get(), CURLOPT_WRITEDATA, &answer);
  curl_easy_setopt(curl.get(), CURLOPT_PROTOCOLS_STR, "http,https");
  if (const CURLcode code = curl_easy_perform(curl.get()); code != CURLE_OK) {
    return Unavailable(curl_easy_strerror(code));
  }
  long status = 0;
  curl_easy_getinfo(curl.get(), CURLINFO_RESPONSE_CODE, &status);
  if (status != 200) return Unavailable("HTTP " + std::to_string(status));
  return ParseKrrAnswer(answer);
}

}  // namespace ip::plan
