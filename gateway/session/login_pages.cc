#include "gateway/session/login_pages.h"

#include <nlohmann/json.hpp>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gateway/doors/connect_wire.h"
#include "gateway/doors/http_message.h"
#include "gateway/session/oidc.h"
#include "gateway/session/url.h"
#include "lib/auth/jose.h"
#include "lib/base/errors.h"
#include "lib/base/id.h"
#include "lib/base/log.h"

namespace ip::gateway {
namespace {

using Json = nlohmann::ordered_json;

constexpr char kSessionCookie[] = "ip_session";
constexpr char kLoginCookie[] = "ip_login";

HttpResponse Redirect(const std::string& to) {
  HttpResponse response = MakeResponse(303, "", "");
  response.set(http::field::location, to);
  response.set("Referrer-Policy", "no-referrer");
  return response;
}

HttpResponse JsonAnswer(const Json& json) {
  return MakeResponse(200, "application/json", json.dump());
}

// For people: they come here by a redirect and see no JSON.
HttpResponse FailurePage(const absl::Status& status) {
  Log(Severity::kWarning, "login_failed", {{"reason", ReasonOf(status)}});
  HttpResponse response =
      MakeResponse(HttpStatusOf(status.code()), "text/html; charset=utf-8",
                   absl::StrCat("<!doctype html><html lang=\"nb\"><meta charset=\"utf-8\">"
                                "<title>Innloggingen ble ikke fullført</title>"
                                "<h1>Innloggingen ble ikke fullført</h1>"
                                "<p>Ingenting er endret. Du kan prøve én gang til.</p>"
                                "<p><a href=\"/login\">Logg inn på nytt</a></p><p>Årsak: ",
                                ReasonOf(status), "</p></html>"));
  response.set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'");
  return response;
}

// A form or a picture on another site can neither set this header nor send this content type.
absl::Status CheckIntent(const HttpRequest& request) {
  if (auto status = CheckSameOrigin(request); !status.ok()) return status;
  if (Header(request, "x-ip-csrf") == "1" ||
      MediaType(Header(request, "content-type")) == "application/json") {
    return absl::OkStatus();
  }
  return PermissionDenied("CSRF_HEADER_MISSING", "Send the header x-ip-csrf: 1.");
}

std::string Instant(absl::Time time) {
  return absl::FormatTime("%Y-%m-%dT%H:%M:%SZ", time, absl::UTCTimeZone());
}

}  // namespace

std::string SessionCookieName(const LoginOptions& options) {
  return absl::StrCat(options.insecure_cookie ? "" : "__Host-", kSessionCookie);
}

LoginPages::LoginPages(const std::vector<Provider>* providers, const auth::PersonIds* persons,
                       Sessions* sessions, rpc::WorkerPool* workers, LoginOptions options)
    : providers_(*providers),
      persons_(*persons),
      sessions_(*sessions),
      workers_(*workers),
      options_(std::move(options)) {}

bool LoginPages::Serve(const std::shared_ptr<Exchange>& exchange) {
  static constexpr struct {
    const char* path;
    http::verb verb;
    Page page;
  } kPages[] = {
      {"/login", http::verb::get, &LoginPages::Begin},
      {"/callback", http::verb::get, &LoginPages::Callback},
      {"/session", http::verb::get, &LoginPages::Show},
      {"/session/role", http::verb::post, &LoginPages::ChooseRole},
      {"/logout", http::verb::post, &LoginPages::Logout},
      {"/logout/backchannel", http::verb::post, &LoginPages::BackChannelLogout},
      {"/logout/frontchannel", http::verb::get, &LoginPages::FrontChannelLogout},
  };
  const std::string_view path = PathOf(exchange->request());
  for (const auto& known : kPages) {
    if (path != known.path) continue;
    if (exchange->request().method() != known.verb) {
      HttpResponse response =
          ErrorResponse(Error(absl::StatusCode::kUnimplemented, "HTTP_METHOD_WRONG",
                              absl::StrCat("This address is for ",
                                           known.verb == http::verb::get ? "GET." : "POST.")),
                        405);
      response.set(http::field::allow, known.verb == http::verb::get ? "GET" : "POST");
      exchange->Reply(std::move(response));
      return true;
    }
    const bool taken = workers_.Submit([this, exchange, page = known.page] {
      exchange->Reply((this->*page)(exchange->request()));
    });
    if (!taken) {
      exchange->Reply(ErrorResponse(Error(absl::StatusCode::kResourceExhausted, "GATEWAY_BUSY",
                                          "Too many are logging in. Try again in a second.")));
    }
    return true;
  }
  return false;
}

const Provider* LoginPages::FindProvider(const std::string& id) const {
  for (const Provider& provider : providers_) {
    if (id.empty() || provider.id == id) return &provider;
  }
  return nullptr;
}

std::string LoginPages::CookieName(const char* name) const {
  return absl::StrCat(options_.insecure_cookie ? "" : "__Host-", name);
}

std::string LoginPages::SetCookie(const char* name, const std::string& value,
                                  absl::Duration age) const {
  return absl::StrCat(CookieName(name), "=", value,
                      "; Path=/; HttpOnly; SameSite=Lax; Max-Age=", absl::ToInt64Seconds(age),
                      options_.insecure_cookie ? "" : "; Secure");
}

HttpResponse LoginPages::Begin(const HttpRequest& request) {
  const std::string_view query = QueryOf(request);
  const Provider* provider = FindProvider(QueryParameter(query, "provider"));
  if (provider == nullptr) {
    return FailurePage(Error(absl::StatusCode::kInvalidArgument, "PROVIDER_UNKNOWN", ""));
  }
  const LoginStep step{NewToken(), NewToken(), NewToken(), RedirectUri(),
                       QueryParameter(query, "fresh") == "1"};
  const auto url = AuthorizationUrl(*provider, step, options_.allow_http);
  if (!url.ok()) return FailurePage(url.status());
  const std::string browser = NewToken();
  const auto begun = sessions_.BeginLogin(
      step.state, browser,
      {provider->id, step.nonce, step.code_verifier, SafeReturn(QueryParameter(query, "return"))});
  if (!begun.ok()) return FailurePage(begun);
  HttpResponse response = Redirect(*url);
  response.set(http::field::set_cookie, SetCookie(kLoginCookie, browser, kLoginMost));
  return response;
}

const Provider* LoginPages::FindIssuer(const std::string& issuer) const {
  for (const Provider& provider : providers_) {
    if (provider.keys->issuer() == issuer) return &provider;
  }
  return nullptr;
}

absl::StatusOr<LoginPages::Confirmed> LoginPages::Finish(const HttpRequest& request, Login& login) {
  const std::string_view query = QueryOf(request);
  auto begun =
      sessions_.EndLogin(QueryParameter(query, "state"), Cookie(request, CookieName(kLoginCookie)));
  if (!begun.ok()) return begun.status();
  login = *std::move(begun);
  const Provider* provider = FindProvider(login.provider);
  const std::string code = QueryParameter(query, "code");
  if (provider == nullptr || code.empty()) {
    return Error(absl::StatusCode::kUnauthenticated, "LOGIN_REFUSED",
                 "The login was not completed.");
  }
  // RFC 9207: the answer must be of the provider that was asked, and say so where it can.
  const std::string issuer = QueryParameter(query, "iss");
  const auto metadata = provider->keys->Metadata();
  const bool says_issuer = metadata.ok() &&
                           metadata->contains("authorization_response_iss_parameter_supported") &&
                           (*metadata)["authorization_response_iss_parameter_supported"] == true;
  if (issuer.empty() ? says_issuer : issuer != provider->keys->issuer()) {
    return Error(absl::StatusCode::kUnauthenticated, "LOGIN_REFUSED", "Another provider answered.");
  }
  const auto claims =
      RedeemCode(*provider, {"", login.nonce, login.code_verifier, RedirectUri(), false}, code,
                 options_.allow_http);
  if (!claims.ok()) return claims.status();
  auto profile = ProfileOf(*claims, *provider, persons_);
  if (!profile.ok()) return profile.status();
  return Confirmed{*std::move(profile), claims->subject, auth::StringOf(claims->claims, "sid")};
}

HttpResponse LoginPages::Callback(const HttpRequest& request) {
  Login login;
  const auto confirmed = Finish(request, login);
  if (!confirmed.ok()) return FailurePage(confirmed.status());
  const auto reference = sessions_.Create(confirmed->profile, login.provider);
  if (!reference.ok()) return FailurePage(reference.status());
  const auto remembered =
      sessions_.RememberLogin(*reference, login.provider, confirmed->subject, confirmed->sid);
  if (!remembered.ok()) return FailurePage(remembered);
  // A session from before must not live on unseen.
  if (const std::string old = Cookie(request, CookieName(kSessionCookie)); !old.empty()) {
    if (auto ended = sessions_.End(old); !ended.ok()) return FailurePage(ended);
  }
  Log(Severity::kInfo, "logged_in", {{"provider", login.provider}});
  HttpResponse response = Redirect(login.return_to);
  response.insert(http::field::set_cookie, SetCookie(kSessionCookie, *reference, kSessionMost));
  response.insert(http::field::set_cookie, SetCookie(kLoginCookie, "", absl::ZeroDuration()));
  return response;
}

std::string LoginPages::UnitOf(const Session& session) const {
  const bool at_a_unit = session.role == individuellplan::type::v1::CASE_WORKER ||
                         session.role == individuellplan::type::v1::UNIT_LEADER;
  if (!at_a_unit || options_.reference == nullptr) return "";
  const auto* unit = options_.reference->UnitOfOrganization(session.profile.caller.organization);
  return unit == nullptr ? "" : unit->name();
}

HttpResponse LoginPages::Show(const HttpRequest& request) {
  const auto session = sessions_.Find(Cookie(request, CookieName(kSessionCookie)));
  if (!session.ok()) return ErrorResponse(session.status());
  const Caller& caller = session->profile.caller;
  Json roles = Json::array();
  for (const Role role : session->profile.roles) {
    roles.push_back(individuellplan::type::v1::Role_Name(role));
  }
  return JsonAnswer({{"person", caller.person},
                     {"displayName", caller.display_name},
                     {"role", individuellplan::type::v1::Role_Name(session->role)},
                     {"roles", roles},
                     {"organization", caller.organization},
                     {"municipalityCode", caller.municipality_code},
                     {"unit", UnitOf(*session)},
                     {"provider", session->provider},
                     {"authTime", Instant(caller.auth_time)},
                     {"idleExpiry", Instant(session->idle_expiry)},
                     {"expiry", Instant(session->expiry)}});
}

HttpResponse LoginPages::ChooseRole(const HttpRequest& request) {
  if (auto status = CheckIntent(request); !status.ok()) return ErrorResponse(status);
  const auto body = auth::ParseStrictJson(request.body());
  const std::string role = body.ok() ? auth::StringOf(*body, "role") : "";
  if (role.empty()) {
    return ErrorResponse(InvalidField("role", "must be one of your roles, see GET /session."));
  }
  const auto reference = sessions_.ChooseRole(Cookie(request, CookieName(kSessionCookie)), role);
  if (!reference.ok()) return ErrorResponse(reference.status());
  HttpResponse response = JsonAnswer({{"role", role}});
  response.set(http::field::set_cookie, SetCookie(kSessionCookie, *reference, kSessionMost));
  return response;
}

HttpResponse LoginPages::Logout(const HttpRequest& request) {
  if (auto status = CheckIntent(request); !status.ok()) return ErrorResponse(status);
  const std::string reference = Cookie(request, CookieName(kSessionCookie));
  const auto session = sessions_.Find(reference);
  std::string redirect = "/";
  if (session.ok()) {
    if (auto ended = sessions_.End(reference); !ended.ok()) return ErrorResponse(ended);
    const Provider* provider = FindProvider(session->provider);
    const auto metadata = provider == nullptr
                              ? absl::StatusOr<nlohmann::json>(absl::NotFoundError("provider"))
                              : provider->keys->Metadata();
    const std::string endpoint =
        metadata.ok() ? auth::StringOf(*metadata, "end_session_endpoint") : "";
    if (!endpoint.empty()) {
      redirect =
          absl::StrCat(endpoint, "?",
                       FormEncode({{"client_id", provider->client_id},
                                   {"post_logout_redirect_uri", options_.public_url + "/"}}));
    }
  }
  HttpResponse response = JsonAnswer({{"redirect", redirect}});
  response.set(http::field::set_cookie, SetCookie(kSessionCookie, "", absl::ZeroDuration()));
  return response;
}

// OpenID Connect Back-Channel Logout 1.0: the provider itself calls.
HttpResponse LoginPages::BackChannelLogout(const HttpRequest& request) {
  const std::string token = QueryParameter(request.body(), "logout_token");
  const auto parts = auth::SplitToken(token);
  const Provider* provider =
      parts.ok() ? FindIssuer(auth::StringOf(parts->claims, "iss")) : nullptr;
  absl::StatusOr<auth::TokenClaims> claims =
      auth::TokenRefused("TOKEN_INVALID", "Not a logout token of an issuer that is known.");
  if (provider != nullptr) {
    claims = auth::VerifyLogoutToken(*provider->keys, token, provider->client_id);
  }
  if (!claims.ok()) {
    Log(Severity::kWarning, "logout_refused", {{"reason", ReasonOf(claims.status())}});
    return ErrorResponse(claims.status(), absl::IsUnavailable(claims.status()) ? 503 : 400);
  }
  const auto ended =
      sessions_.EndAt(provider->id, claims->subject, auth::StringOf(claims->claims, "sid"));
  if (!ended.ok()) return ErrorResponse(ended);
  Log(Severity::kInfo, "logged_out_by_provider", {{"provider", provider->id}});
  return MakeResponse(200, "", "");
}

// OpenID Connect Front-Channel Logout 1.0: in a frame of the provider's page, where our cookie does
// not come along. The sid is known to the provider and us alone.
HttpResponse LoginPages::FrontChannelLogout(const HttpRequest& request) {
  const std::string_view query = QueryOf(request);
  const Provider* provider = FindIssuer(QueryParameter(query, "iss"));
  const std::string sid = QueryParameter(query, "sid");
  if (provider == nullptr || sid.empty()) {
    return ErrorResponse(Error(absl::StatusCode::kInvalidArgument, "LOGOUT_INCOMPLETE",
                               "iss and sid must name a login at a provider that is known."));
  }
  if (auto ended = sessions_.EndAt(provider->id, "", sid); !ended.ok()) return ErrorResponse(ended);
  HttpResponse response = MakeResponse(200, "text/html; charset=utf-8", "<!doctype html>");
  response.set("Content-Security-Policy",
               absl::StrCat("default-src 'none'; frame-ancestors ", provider->keys->issuer()));
  return response;
}

}  // namespace ip::gateway
