#include "gateway/session/oidc.h"

#include <curl/curl.h>

#include <memory>
#include <nlohmann/json.hpp>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gateway/session/url.h"
#include "lib/auth/jose.h"
#include "lib/base/clock.h"
#include "lib/base/errors.h"
#include "lib/base/id.h"
#include "lib/base/log.h"
#include "lib/crypto/base64url.h"

namespace ip::gateway {
namespace {

using auth::StringOf;

constexpr size_t kMaxAnswer = size_t{64} * 1024;

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

struct Answer {
  long status = 0;
  std::string body;
  std::string dpop_nonce;
};

size_t OnHeader(char* data, size_t, size_t size, void* into) {
  const absl::string_view line(data, size);
  constexpr absl::string_view kName = "dpop-nonce:";
  if (absl::StartsWithIgnoreCase(line, kName)) {
    static_cast<Answer*>(into)->dpop_nonce =
        std::string(absl::StripAsciiWhitespace(line.substr(kName.size())));
  }
  return size;
}

// RFC 7523: we show that we hold our key.
absl::StatusOr<std::string> Assertion(const Provider& provider) {
  const int64_t now = absl::ToUnixSeconds(SystemClock().Now());
  return provider.client_key->Sign({{"typ", "client-authentication+jwt"}},
                                   {{"iss", provider.client_id},
                                    {"sub", provider.client_id},
                                    {"aud", provider.keys->issuer()},
                                    {"jti", NewToken()},
                                    {"iat", now},
                                    {"exp", now + 60}});
}

// RFC 9449: binds what we get to a key that lives as long as this process.
absl::StatusOr<std::string> Proof(const std::string& url, const std::string& nonce) {
  static const auto* jwk = new nlohmann::json(auth::NewSigningKey(""));
  nlohmann::json claims = {{"htm", "POST"},
                           {"htu", url},
                           {"iat", absl::ToUnixSeconds(SystemClock().Now())},
                           {"jti", NewToken()}};
  if (!nonce.empty()) claims["nonce"] = nonce;
  const auto key = auth::Jwk::Parse(*jwk);
  if (!key.ok()) return key.status();
  return key->Sign({{"typ", "dpop+jwt"}, {"jwk", auth::PublicPart(*jwk)}}, claims);
}

absl::StatusOr<Answer> Post(const Provider& provider, const std::string& url,
                            const std::string& form, const std::string& proof, bool allow_http) {
  const std::unique_ptr<CURL, decltype(&curl_easy_cleanup)> curl(curl_easy_init(),
                                                                 curl_easy_cleanup);
  if (curl == nullptr) return IssuerUnavailable();
  Answer answer;
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
  if (provider.client_key == nullptr) {
    curl_easy_setopt(curl.get(), CURLOPT_USERNAME, user.c_str());
    curl_easy_setopt(curl.get(), CURLOPT_PASSWORD, password.c_str());
  }
  std::unique_ptr<curl_slist, decltype(&curl_slist_free_all)> headers(nullptr, curl_slist_free_all);
  if (!proof.empty()) {
    headers.reset(curl_slist_append(nullptr, absl::StrCat("DPoP: ", proof).c_str()));
    curl_easy_setopt(curl.get(), CURLOPT_HTTPHEADER, headers.get());
  }
  curl_easy_setopt(curl.get(), CURLOPT_WRITEFUNCTION, OnBody);
  curl_easy_setopt(curl.get(), CURLOPT_WRITEDATA, &answer.body);
  curl_easy_setopt(curl.get(), CURLOPT_HEADERFUNCTION, OnHeader);
  curl_easy_setopt(curl.get(), CURLOPT_HEADERDATA, &answer);
  if (curl_easy_perform(curl.get()) != CURLE_OK) return IssuerUnavailable();
  curl_easy_getinfo(curl.get(), CURLINFO_RESPONSE_CODE, &answer.status);
  if (answer.status >= 500) return IssuerUnavailable();
  return answer;
}

// POST of a form as the client that we are; `bound` asks for a token bound to a key.
absl::StatusOr<nlohmann::json> PostForm(const Provider& provider, const std::string& url,
                                        const Parameters& parameters, bool bound, bool allow_http) {
  std::string nonce;
  for (int attempt = 0;; ++attempt) {
    Parameters sent = parameters;
    if (provider.client_key != nullptr) {
      auto assertion = Assertion(provider);
      if (!assertion.ok()) return assertion.status();
      sent.emplace_back("client_id", provider.client_id);
      sent.emplace_back("client_assertion_type",
                        "urn:ietf:params:oauth:client-assertion-type:jwt-bearer");
      sent.emplace_back("client_assertion", *std::move(assertion));
    }
    const auto proof = bound ? Proof(url, nonce) : absl::StatusOr<std::string>("");
    if (!proof.ok()) return proof.status();
    const auto answer = Post(provider, url, FormEncode(sent), *proof, allow_http);
    if (!answer.ok()) return answer.status();
    auto body = auth::ParseStrictJson(answer->body);
    if (answer->status / 100 == 2 && body.ok()) return body;
    const std::string error = body.ok() ? StringOf(*body, "error") : "";
    if (error == "use_dpop_nonce" && attempt == 0 && !answer->dpop_nonce.empty()) {
      nonce = answer->dpop_nonce;
      continue;
    }
    Log(Severity::kWarning, "login_refused_by_issuer",
        {{"provider", provider.id}, {"http_status", int64_t{answer->status}}, {"error", error}});
    return Error(absl::StatusCode::kUnauthenticated, "LOGIN_REFUSED",
                 "The identity provider did not confirm the login. Begin again at /login.");
  }
}

}  // namespace

absl::StatusOr<std::string> AuthorizationUrl(const Provider& provider, const LoginStep& step,
                                             bool allow_http) {
  const auto metadata = provider.keys->Metadata();
  if (!metadata.ok()) return metadata.status();
  const std::string endpoint = StringOf(*metadata, "authorization_endpoint");
  if (endpoint.empty()) return IssuerUnavailable();
  Parameters parameters = {
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
  // RFC 9126, where it is offered: what we ask for is then nobody's to read or change on the way.
  const std::string push = StringOf(*metadata, "pushed_authorization_request_endpoint");
  if (!push.empty()) {
    if (provider.client_key == nullptr) parameters.emplace_back("client_id", provider.client_id);
    const auto pushed = PostForm(provider, push, parameters, false, allow_http);
    if (!pushed.ok()) return pushed.status();
    parameters = {{"request_uri", StringOf(*pushed, "request_uri")}};
  }
  std::erase_if(parameters, [](const auto& each) { return each.first == "client_id"; });
  parameters.emplace_back("client_id", provider.client_id);
  return absl::StrCat(endpoint, endpoint.find('?') == endpoint.npos ? "?" : "&",
                      FormEncode(parameters));
}

absl::StatusOr<auth::TokenClaims> RedeemCode(const Provider& provider, const LoginStep& step,
                                             const std::string& code, bool allow_http) {
  const auto metadata = provider.keys->Metadata();
  if (!metadata.ok()) return metadata.status();
  const auto tokens = PostForm(provider, StringOf(*metadata, "token_endpoint"),
                               {{"grant_type", "authorization_code"},
                                {"code", code},
                                {"redirect_uri", step.redirect_uri},
                                {"code_verifier", step.code_verifier}},
                               provider.dpop, allow_http);
  if (!tokens.ok()) return tokens.status();
  return auth::VerifyIdToken(*provider.keys, StringOf(*tokens, "id_token"),
                             {provider.client_id, step.nonce, provider.acr_values});
}

}  // namespace ip::gateway
