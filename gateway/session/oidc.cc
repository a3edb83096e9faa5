#include "gateway/session/oidc.h"

#include <curl/curl.h>

#include <memory>
#include <nlohmann/json.hpp>

#include "absl/strings/str_cat.h"
#include "gateway/session/url.h"
#include "lib/auth/jose.h"
#include "lib/base/errors.h"
#include "lib/base/id.h"
#include "lib/base/log.h"
#include "lib/crypto/base64url.h"

namespace ip::gateway {
namespace {

using auth::StringOf;

constexpr size_t kMaxAnswer = 64 * 1024;

size_t OnBody(char* data, size_t, size_t size, void* into) {
  auto* body = static_cast<std::string*>(into);
  if (body->size() + size > kMaxAnswer) return 0;
  body->append(data, size);
  return size;
}

absl::Status IssuerUnavailable() {
  return Error(absl::StatusCode::kUnavailable, "ISSUER_UNAVAILABLE",
               "The identity provider does not answer. Try again shortly.");
}

// POST of a form with the client's own credentials (client_secret_basic).
absl::StatusOr<nlohmann::json> PostForm(const Provider& provider, const std::string& url,
                                        const std::string& form, bool allow_http) {
  const std::unique_ptr<CURL, decltype(&curl_easy_cleanup)> curl(curl_easy_init(),
                                                                 curl_easy_cleanup);
  if (curl == nullptr) return IssuerUnavailable();
  std::string body;
  // RFC 6749 § 2.3.1: both are form-encoded first.
  const std::string user = PercentEncode(provider.client_id);
  const std::string password = PercentEncode(provider.client_secret);
  curl_easy_setopt(curl.get(), CURLOPT_URL, url.c_str());
  curl_easy_setopt(curl.get(), CURLOPT_PROTOCOLS_STR, allow_http ? "https,http" : "https");
  curl_easy_setopt(curl.get(), CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(curl.get(), CURLOPT_CONNECTTIMEOUT_MS, 2000L);
  curl_easy_setopt(curl.get(), CURLOPT_TIMEOUT_MS, 10000L);
  curl_easy_setopt(curl.get(), CURLOPT_POSTFIELDSIZE, static_cast<long>(form.size()));
  curl_easy_setopt(curl.get(), CURLOPT_POSTFIELDS, form.c_str());
  curl_easy_setopt(curl.get(), CURLOPT_USERNAME, user.c_str());
  curl_easy_setopt(curl.get(), CURLOPT_PASSWORD, password.c_str());
  curl_easy_setopt(curl.get(), CURLOPT_WRITEFUNCTION, OnBody);
  curl_easy_setopt(curl.get(), CURLOPT_WRITEDATA, &body);
  if (curl_easy_perform(curl.get()) != CURLE_OK) return IssuerUnavailable();
  long status = 0;
  curl_easy_getinfo(curl.get(), CURLINFO_RESPONSE_CODE, &status);
  if (status >= 500) return IssuerUnavailable();
  const auto answer = auth::ParseStrictJson(body);
  if (status != 200 || !answer.ok()) {
    Log(Severity::kWarning, "login_refused_by_issuer",
        {{"provider", provider.id},
         {"http_status", int64_t{status}},
         {"error", answer.ok() ? StringOf(*answer, "error") : ""}});
    return Error(absl::StatusCode::kUnauthenticated, "LOGIN_REFUSED",
                 "The identity provider did not confirm the login. Begin again at /login.");
  }
  return *answer;
}

}  // namespace

absl::StatusOr<std::string> AuthorizationUrl(const Provider& provider, const LoginStep& step) {
  const auto metadata = provider.keys->Metadata();
  if (!metadata.ok()) return metadata.status();
  const std::string endpoint = StringOf(*metadata, "authorization_endpoint");
  if (endpoint.empty()) return IssuerUnavailable();
  Parameters parameters = {
      {"client_id", provider.client_id},
      {"response_type", "code"},
      {"redirect_uri", step.redirect_uri},
      {"scope", "openid profile"},
      {"state", step.state},
      {"nonce", step.nonce},
      {"code_challenge", crypto::ToBase64Url(Sha256(step.code_verifier))},
      {"code_challenge_method", "S256"},
  };
  if (!provider.acr_values.empty()) {
    parameters.emplace_back("acr_values", provider.acr_values.front());
  }
  if (step.fresh) parameters.emplace_back("prompt", "login");
  return absl::StrCat(endpoint, endpoint.find('?') == endpoint.npos ? "?" : "&",
                      FormEncode(parameters));
}

absl::StatusOr<auth::TokenClaims> RedeemCode(const Provider& provider, const LoginStep& step,
                                             const std::string& code, bool allow_http) {
  const auto metadata = provider.keys->Metadata();
  if (!metadata.ok()) return metadata.status();
  const auto tokens = PostForm(provider, StringOf(*metadata, "token_endpoint"),
                               FormEncode({{"grant_type", "authorization_code"},
                                           {"code", code},
                                           {"redirect_uri", step.redirect_uri},
                                           {"code_verifier", step.code_verifier}}),
                               allow_http);
  if (!tokens.ok()) return tokens.status();
  return auth::VerifyIdToken(*provider.keys, StringOf(*tokens, "id_token"),
                             {provider.client_id, step.nonce, provider.acr_values});
}

}  // namespace ip::gateway
