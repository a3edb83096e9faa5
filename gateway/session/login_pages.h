// Login, logout and the session, as a browser sees them:
//   GET  /login?return=/path[&provider=idporten|helseid][&fresh=1]   to the identity provider
//   GET  /callback      back from it
//   GET  /session       who is logged in, as JSON
//   POST /session/role  {"role": "CASE_WORKER"}: acts in another of their roles
//   POST /logout        answers {"redirect": …}, where the login at the provider ends too
//   POST /logout/backchannel, GET /logout/frontchannel   for the provider: somebody logged out
//   there
#ifndef GATEWAY_SESSION_LOGIN_PAGES_H_
#define GATEWAY_SESSION_LOGIN_PAGES_H_

#include <memory>
#include <string>
#include <vector>

#include "gateway/doors/http_server.h"
#include "gateway/session/provider.h"
#include "gateway/session/sessions.h"
#include "lib/reference/reference.h"
#include "lib/rpc/worker_pool.h"

namespace ip::gateway {

struct LoginOptions {
  std::string public_url;  // without a slash at the end
  // Cookies without Secure and the __Host- prefix, for development without TLS.
  bool insecure_cookie = false;
  bool allow_http = false;  // to the identity provider; development
  // Knows which coordinating unit a case worker works at; may be null.
  const Reference* reference = nullptr;
};

// The session cookie's name under those options.
std::string SessionCookieName(const LoginOptions& options);

class LoginPages {
 public:
  // All must outlive the pages.
  LoginPages(const std::vector<Provider>* providers, const auth::PersonIds* persons,
             Sessions* sessions, rpc::WorkerPool* workers, LoginOptions options);

  // Answers (also later) and returns true when the path is one of the above.
  bool Serve(const std::shared_ptr<Exchange>& exchange);

 private:
  using Page = HttpResponse (LoginPages::*)(const HttpRequest&);

  HttpResponse Begin(const HttpRequest& request);
  HttpResponse Callback(const HttpRequest& request);
  HttpResponse Show(const HttpRequest& request);
  HttpResponse ChooseRole(const HttpRequest& request);
  HttpResponse Logout(const HttpRequest& request);
  HttpResponse BackChannelLogout(const HttpRequest& request);
  HttpResponse FrontChannelLogout(const HttpRequest& request);

  // "units/…" for those who work at one in their present role, otherwise "".
  std::string UnitOf(const Session& session) const;
  // A login that the provider confirmed.
  struct Confirmed {
    Profile profile;
    std::string subject, sid;  // at the provider
  };
  absl::StatusOr<Confirmed> Finish(const HttpRequest& request, Login& login);
  const Provider* FindProvider(const std::string& id) const;
  const Provider* FindIssuer(const std::string& issuer) const;
  std::string CookieName(const char* name) const;
  std::string SetCookie(const char* name, const std::string& value, absl::Duration age) const;
  std::string RedirectUri() const { return options_.public_url + "/callback"; }

  const std::vector<Provider>& providers_;
  const auth::PersonIds& persons_;
  Sessions& sessions_;
  rpc::WorkerPool& workers_;
  const LoginOptions options_;
};

}  // namespace ip::gateway

#endif  // GATEWAY_SESSION_LOGIN_PAGES_H_
