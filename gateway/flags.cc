#include "gateway/flags.h"

#include "absl/flags/flag.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "lib/auth/http_get.h"
#include "lib/auth/jose.h"
#include "lib/crypto/secret_file.h"
#include "lib/rpc/flags.h"

ABSL_FLAG(std::string, plan_service, "", "Address of plan-service, e.g. dns:///plan-service:7101.");
ABSL_FLAG(std::string, referral_service, "", "Address of referral-service.");
ABSL_FLAG(std::string, notification_service, "", "Address of notification-service.");
ABSL_FLAG(std::string, signing_key_file, "",
          "The gateway's private key (JWK) for internal tokens; made by `ip-keys init`.");
ABSL_FLAG(std::string, person_key_file, "", "Key that makes person ids; the same everywhere.");
ABSL_FLAG(std::string, session_keys_file, "",
          "Keys that encrypt who is logged in; made by `ip-keys init`.");
ABSL_FLAG(std::string, public_url, "http://localhost:8080",
          "How browsers see the gateway: scheme, host and port, without a path.");
ABSL_FLAG(std::string, public_tls_cert_file, "",
          "Certificate chain (PEM) that clients see; empty serves without TLS, for use behind a "
          "proxy. (--tls_cert_file is for our calls to the services.)");
ABSL_FLAG(std::string, public_tls_key_file, "", "The private key of --public_tls_cert_file.");
ABSL_FLAG(std::string, client_key_file, "",
          "Our private key (JWK) at the issuers: we then show it (private_key_jwt) instead of "
          "--client_secret_file.");
ABSL_FLAG(bool, helseid_dpop, false,
          "Tokens of HelseID must be bound to a key (DPoP); its production demands it.");
ABSL_FLAG(std::string, web_root, "", "Folder of the built web app; empty serves none.");
ABSL_FLAG(std::string, idporten_issuer, "", "Issuer that vouches for citizens; empty for none.");
ABSL_FLAG(std::string, helseid_issuer, "",
          "Issuer that vouches for professionals and systems; empty for none.");
ABSL_FLAG(std::string, client_id, "individuellplan-gateway", "Our client id at the issuers.");
ABSL_FLAG(std::string, client_secret_file, "", "File with our client secret at the issuers.");
ABSL_FLAG(std::string, audience, "urn:individuellplan", "What must stand in access tokens as aud.");
ABSL_FLAG(std::string, acr, "idporten-loa-high",
          "Level of assurance that citizens must log in at.");
ABSL_FLAG(std::string, reference_file, "",
          "Reference data (JSON), to tell case workers which coordinating unit is theirs.");
ABSL_FLAG(bool, insecure_cookie, false,
          "Session cookie without Secure and __Host-, for tools that keep such cookies from plain "
          "http; refused in prod.");
ABSL_FLAG(double, rate_per_subject, 200,
          "Calls a second that one person or system may make, in the long run; four times as many "
          "at once. 0 for no limit.");
ABSL_FLAG(double, rate_per_address, 2000,
          "The same per network address; many people may share one. 0 for no limit.");
ABSL_FLAG(int, calls_per_backend, 500,
          "Calls to one service that may be under way at once; more are refused.");
ABSL_FLAG(bool, behind_proxy, false,
          "A proxy of ours stands in front and sets X-Forwarded-For; without one, clients could "
          "choose their address.");

namespace ip::gateway {
namespace {

std::shared_ptr<auth::JwksCache> KeysOf(const std::string& issuer) {
  return std::make_shared<auth::JwksCache>(issuer, auth::CurlGet(!rpc::InProduction()));
}

}  // namespace

GatewayOptions OptionsFromFlags() {
  const rpc::ServerOptions common = rpc::ServerOptionsFromFlags();
  GatewayOptions options;
  options.listen = common.listen;
  options.routes = {
      {"individuellplan.plan.", "plan-service", absl::GetFlag(FLAGS_plan_service)},
      {"individuellplan.referral.", "referral-service", absl::GetFlag(FLAGS_referral_service)},
      {"individuellplan.notification.", "notification-service",
       absl::GetFlag(FLAGS_notification_service)}};
  std::erase_if(options.routes, [](const Route& route) { return route.target.empty(); });
  options.tls = {absl::GetFlag(FLAGS_public_tls_cert_file),
                 absl::GetFlag(FLAGS_public_tls_key_file), ""};
  options.http.secure = absl::StartsWith(absl::GetFlag(FLAGS_public_url), "https://");
  options.backend_tls = rpc::ClientTlsFromFlags();
  options.http.behind_proxy = absl::GetFlag(FLAGS_behind_proxy);
  const auto rate = [](double per_second) { return Rate{per_second, 4 * per_second}; };
  options.limits.per_subject = rate(absl::GetFlag(FLAGS_rate_per_subject));
  options.limits.per_address = rate(absl::GetFlag(FLAGS_rate_per_address));
  options.limits.per_backend.calls = absl::GetFlag(FLAGS_calls_per_backend);
  options.public_url = LoginOptionsFromFlags().public_url;
  options.web_root = absl::GetFlag(FLAGS_web_root);
  options.session_cookie = SessionCookieName(LoginOptionsFromFlags());
  options.reflection = common.reflection;
  options.metrics_address = common.metrics_address;
  options.detection = common.detection;
  options.drain = common.drain;
  return options;
}

absl::Status CheckProduction() {
  if (!rpc::InProduction()) return absl::OkStatus();
  if (!absl::StartsWith(absl::GetFlag(FLAGS_public_url), "https://")) {
    return absl::InvalidArgumentError(
        "--public_url must begin with https:// with --env=prod: logins would travel in the clear");
  }
  if (!rpc::IsLocalAddress(absl::GetFlag(FLAGS_listen)) && !absl::GetFlag(FLAGS_behind_proxy) &&
      absl::GetFlag(FLAGS_public_tls_cert_file).empty()) {
    return absl::InvalidArgumentError(
        "--env=prod needs --public_tls_cert_file, or --behind_proxy when a proxy of yours ends "
        "TLS");
  }
  for (const Route& route : OptionsFromFlags().routes) {
    if (!rpc::IsLocalAddress(route.target) && absl::GetFlag(FLAGS_tls_server_ca_file).empty()) {
      return absl::InvalidArgumentError(
          absl::StrCat("--env=prod calls ", route.target, " with mTLS only: give ",
                       "--tls_server_ca_file, --tls_cert_file and --tls_key_file"));
    }
  }
  return absl::OkStatus();
}

LoginOptions LoginOptionsFromFlags() {
  LoginOptions options;
  options.public_url = absl::GetFlag(FLAGS_public_url);
  while (!options.public_url.empty() && options.public_url.back() == '/') {
    options.public_url.pop_back();
  }
  options.insecure_cookie = absl::GetFlag(FLAGS_insecure_cookie) && !rpc::InProduction();
  options.allow_http = !rpc::InProduction();
  return options;
}

std::string AudienceFromFlags() { return absl::GetFlag(FLAGS_audience); }

absl::StatusOr<Reference> ReferenceFromFlags() {
  const std::string file = absl::GetFlag(FLAGS_reference_file);
  return file.empty() ? Reference() : Reference::Load(file);
}

absl::StatusOr<std::vector<Provider>> ProvidersFromFlags() {
  std::string secret;
  if (const std::string file = absl::GetFlag(FLAGS_client_secret_file); !file.empty()) {
    auto read = crypto::ReadSecretFile(file);
    if (!read.ok()) return read.status();
    secret = std::string(absl::StripAsciiWhitespace(*read));
  }
  const std::string client_id = absl::GetFlag(FLAGS_client_id);
  std::shared_ptr<const auth::Jwk> key;
  if (const std::string file = absl::GetFlag(FLAGS_client_key_file); !file.empty()) {
    auto read = crypto::ReadSecretFile(file);
    if (!read.ok()) return read.status();
    const auto jwk = auth::ParseStrictJson(*read);
    auto parsed = jwk.ok() ? auth::Jwk::Parse(*jwk) : absl::StatusOr<auth::Jwk>(jwk.status());
    if (!parsed.ok() || !jwk->contains("d")) {
      return absl::InvalidArgumentError(absl::StrCat(file, " is no private JWK"));
    }
    key = std::make_shared<const auth::Jwk>(*std::move(parsed));
  }
  const bool dpop = absl::GetFlag(FLAGS_helseid_dpop);
  std::vector<Provider> providers;
  if (const std::string issuer = absl::GetFlag(FLAGS_idporten_issuer); !issuer.empty()) {
    providers.push_back(
        {"idporten", KeysOf(issuer), client_id, secret, false, {absl::GetFlag(FLAGS_acr)}, key});
  }
  if (const std::string issuer = absl::GetFlag(FLAGS_helseid_issuer); !issuer.empty()) {
    providers.push_back({"helseid", KeysOf(issuer), client_id, secret, true, {}, key, dpop});
  }
  return providers;
}

absl::StatusOr<std::unique_ptr<auth::TokenSigner>> SignerFromFlags() {
  return auth::TokenSigner::Load(absl::GetFlag(FLAGS_signing_key_file));
}

absl::StatusOr<std::unique_ptr<crypto::KeyRing>> SessionKeysFromFlags() {
  return crypto::KeyRing::Load(absl::GetFlag(FLAGS_session_keys_file));
}

absl::StatusOr<auth::PersonIds> PersonIdsFromFlags() {
  return auth::PersonIds::Load(absl::GetFlag(FLAGS_person_key_file),
                               auth::NumbersFor(rpc::InProduction()));
}

absl::StatusOr<OptOut> OptOutFromFlags(auth::TokenSigner* signer) {
  return MakeOptOut(absl::GetFlag(FLAGS_notification_service), rpc::ClientTlsFromFlags(), signer);
}

}  // namespace ip::gateway
