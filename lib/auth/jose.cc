#include "lib/auth/jose.h"

#include <jansson.h>
extern "C" {  // libjose's headers do not say it
#include <jose/jose.h>
}

#include <array>
#include <set>

#include "absl/strings/str_cat.h"
#include "lib/base/errors.h"
#include "lib/crypto/base64url.h"

namespace ip::auth {
namespace {

using nlohmann::json;
constexpr int kMaxDepth = 16;
constexpr size_t kMinRsaModulusChars = 342;  // 2048 bits in base64url

struct Decref {
  void operator()(json_t* j) const { json_decref(j); }
};
using JsonPtr = std::unique_ptr<json_t, Decref>;

struct CfgDecref {
  void operator()(jose_cfg_t* cfg) const { jose_cfg_decref(cfg); }
};

// One per call: its reference count is not atomic. Without it libjose writes to stderr.
std::unique_ptr<jose_cfg_t, CfgDecref> QuietConfig() {
  std::unique_ptr<jose_cfg_t, CfgDecref> cfg(jose_cfg());
  jose_cfg_set_err_func(
      cfg.get(), [](void*, const char*, int, uint64_t, const char*, va_list) {}, nullptr);
  return cfg;
}

std::string Dump(const json& value) {
  return value.dump(-1, ' ', false, json::error_handler_t::replace);
}

JsonPtr ToJansson(const json& value) {
  const std::string text = Dump(value);
  return JsonPtr(json_loadb(text.data(), text.size(), JSON_REJECT_DUPLICATES, nullptr));
}

JsonPtr JsonString(std::string_view s) { return JsonPtr(json_stringn(s.data(), s.size())); }

// The three parts between the dots; empty views when there are not exactly two dots.
std::array<std::string_view, 3> Parts(std::string_view token) {
  const size_t first = token.find('.');
  if (first == std::string_view::npos) return {};
  const size_t second = token.find('.', first + 1);
  if (second == std::string_view::npos || token.find('.', second + 1) != std::string_view::npos) {
    return {};
  }
  return {token.substr(0, first), token.substr(first + 1, second - first - 1),
          token.substr(second + 1)};
}

absl::Status BadKey(std::string_view why) {
  return absl::InvalidArgumentError(
      absl::StrCat("JWK: ", absl::string_view(why.data(), why.size())));
}

}  // namespace

absl::Status TokenRefused(std::string_view reason, std::string_view message) {
  return Error(absl::StatusCode::kUnauthenticated, reason, message);
}

absl::StatusOr<json> ParseStrictJson(std::string_view text) {
  bool strict = true;
  std::vector<std::set<std::string>> names;
  const auto watch = [&](int depth, json::parse_event_t event, json& parsed) {
    if (depth > kMaxDepth) strict = false;
    if (event == json::parse_event_t::object_start) names.emplace_back();
    if (event == json::parse_event_t::object_end) names.pop_back();
    if (event == json::parse_event_t::key) {
      strict = names.back().insert(parsed.get_ref<const std::string&>()).second && strict;
    }
    return true;
  };
  json out = json::parse(text.begin(), text.end(), watch, /*allow_exceptions=*/false);
  if (!strict || !out.is_object()) return absl::InvalidArgumentError("not one strict JSON object");
  return out;
}

absl::StatusOr<TokenParts> SplitToken(std::string_view token) {
  const auto refuse = [](std::string_view why) { return TokenRefused("TOKEN_INVALID", why); };
  if (token.size() > kMaxTokenBytes) return refuse("The token is longer than 8 KiB.");
  const auto [header_part, claims_part, signature_part] = Parts(token);
  if (header_part.empty() || claims_part.empty() || signature_part.empty()) {
    return refuse("The token is not a signed JWT in compact form.");
  }
  const auto header_text = crypto::FromBase64Url(header_part);
  const auto claims_text = crypto::FromBase64Url(claims_part);
  if (!header_text || !claims_text || !crypto::FromBase64Url(signature_part)) {
    return refuse("The token's parts are not strict base64url.");
  }
  auto header = ParseStrictJson(*header_text);
  auto claims = ParseStrictJson(*claims_text);
  if (!header.ok() || !claims.ok()) {
    return refuse("The token's header and claims must be JSON objects without duplicate names.");
  }
  for (const char* name : {"crit", "b64", "zip"}) {
    if (header->contains(name)) return refuse("The token's header demands what we do not support.");
  }
  return TokenParts{*std::move(header), *std::move(claims)};
}

absl::StatusOr<json> HeaderOfDetached(std::string_view signature) {
  const auto refuse = [](std::string_view why) { return TokenRefused("TOKEN_INVALID", why); };
  if (signature.size() > kMaxTokenBytes) return refuse("The signature is longer than 8 KiB.");
  const auto [header_part, nothing, signature_part] = Parts(signature);
  const auto text = crypto::FromBase64Url(header_part);
  if (!text || header_part.empty() || !nothing.empty() || signature_part.empty()) {
    return refuse("This is no detached signature.");
  }
  auto header = ParseStrictJson(*text);
  if (!header.ok()) return refuse("The signature's header must be a JSON object.");
  for (const char* name : {"crit", "b64", "zip"}) {
    if (header->contains(name)) return refuse("The header demands what we do not support.");
  }
  return header;
}

std::string StringOf(const json& object, const char* name) {
  const auto it = object.find(name);
  return it != object.end() && it->is_string() ? it->get<std::string>() : "";
}

int64_t IntOf(const json& object, const char* name, int64_t absent) {
  const auto it = object.find(name);
  // Unsigned values above INT64_MAX would wrap.
  if (it == object.end() || !it->is_number_integer()) return absent;
  if (it->is_number_unsigned() && it->get<uint64_t>() > INT64_MAX) return absent;
  return it->get<int64_t>();
}

absl::StatusOr<Jwk> Jwk::Parse(const json& jwk, const std::string& rsa_alg) {
  if (!jwk.is_object()) return BadKey("not an object");
  const std::string kty = StringOf(jwk, "kty");
  const std::string crv = StringOf(jwk, "crv");
  std::string alg = StringOf(jwk, "alg");
  if (kty == "EC" && (crv == "P-256" || crv == "P-384")) {
    const std::string only = crv == "P-256" ? "ES256" : "ES384";
    if (alg.empty()) alg = only;
    if (alg != only) return BadKey("alg does not fit the curve");
  } else if (kty == "RSA") {
    if (alg.empty()) alg = rsa_alg;
    if (alg != "RS256" && alg != "PS256") return BadKey("alg must be RS256 or PS256");
    if (StringOf(jwk, "n").size() < kMinRsaModulusChars) return BadKey("RSA key below 2048 bits");
  } else {
    return BadKey("only EC P-256, EC P-384 and RSA keys are taken");
  }
  if (jwk.contains("use") && StringOf(jwk, "use") != "sig") return BadKey("not a signature key");

  json fixed = jwk;
  fixed["alg"] = alg;
  // Some providers name only "verify"; what a key may do is decided by "use" and by having "d".
  fixed.erase("key_ops");
  Jwk out;
  out.key_ = ToJansson(fixed);
  out.kid_ = StringOf(jwk, "kid");
  out.alg_ = alg;
  out.issuer_ = StringOf(jwk, "iss");
  const auto cfg = QuietConfig();
  const JsonPtr thumbprint(jose_jwk_thp(cfg.get(), out.key_.get(), "S256"));
  if (thumbprint == nullptr) return BadKey("a part of the key is missing");
  out.thumbprint_ = json_string_value(thumbprint.get());
  return out;
}

bool Jwk::Verifies(std::string_view token) const {
  const auto [header, claims, signature] = Parts(token);
  return VerifiesParts(header, claims, signature);
}

bool Jwk::VerifiesDetached(std::string_view signature, std::string_view payload) const {
  const auto [header, nothing, bytes] = Parts(signature);
  return nothing.empty() && VerifiesParts(header, crypto::ToBase64Url(payload), bytes);
}

bool Jwk::VerifiesParts(std::string_view header, std::string_view payload,
                        std::string_view signature) const {
  const JsonPtr jws(json_object());
  json_object_set_new(jws.get(), "protected", JsonString(header).release());
  json_object_set_new(jws.get(), "payload", JsonString(payload).release());
  json_object_set_new(jws.get(), "signature", JsonString(signature).release());
  const auto cfg = QuietConfig();
  return jose_jws_ver(cfg.get(), jws.get(), nullptr, key_.get(), /*all=*/false);
}

absl::StatusOr<std::string> Jwk::Sign(json header, const json& claims) const {
  auto parts = SignBytes(std::move(header), Dump(claims));
  if (!parts.ok()) return parts.status();
  return absl::StrCat(parts->header, ".", parts->payload, ".", parts->signature);
}

absl::StatusOr<std::string> Jwk::SignDetached(json header, std::string_view payload) const {
  auto parts = SignBytes(std::move(header), payload);
  if (!parts.ok()) return parts.status();
  return absl::StrCat(parts->header, "..", parts->signature);
}

absl::StatusOr<Jwk::Signed> Jwk::SignBytes(json header, std::string_view payload) const {
  header["alg"] = alg_;
  if (!kid_.empty()) header["kid"] = kid_;
  Signed parts;
  parts.payload = crypto::ToBase64Url(payload);
  const JsonPtr jws(json_object());
  json_object_set_new(jws.get(), "payload", JsonString(parts.payload).release());
  const JsonPtr signature(json_object());
  json_object_set_new(signature.get(), "protected", ToJansson(header).release());
  const auto cfg = QuietConfig();
  if (!jose_jws_sig(cfg.get(), jws.get(), signature.get(), key_.get())) {
    return absl::InternalError("cannot sign: not a usable private key");
  }
  parts.header = json_string_value(json_object_get(jws.get(), "protected"));
  parts.signature = json_string_value(json_object_get(jws.get(), "signature"));
  return parts;
}

absl::StatusOr<std::vector<Jwk>> ParseJwks(std::string_view text, const std::string& rsa_alg) {
  auto set = ParseStrictJson(text);
  if (!set.ok() || !set->contains("keys") || !(*set)["keys"].is_array()) {
    return absl::InvalidArgumentError("not a JWK set: {\"keys\": [...]}");
  }
  std::vector<Jwk> out;
  for (const json& item : (*set)["keys"]) {
    if (auto key = Jwk::Parse(item, rsa_alg); key.ok()) out.push_back(*std::move(key));
  }
  return out;
}

json NewSigningKey(const std::string& issuer) {
  const JsonPtr jwk(json_pack("{s:s,s:s}", "kty", "EC", "crv", "P-256"));
  const auto cfg = QuietConfig();
  if (!jose_jwk_gen(cfg.get(), jwk.get())) abort();  // no randomness
  json out{{"kty", "EC"}, {"crv", "P-256"}, {"alg", "ES256"}, {"use", "sig"}};
  for (const char* name : {"x", "y", "d"}) {
    out[name] = json_string_value(json_object_get(jwk.get(), name));
  }
  const JsonPtr thumbprint(jose_jwk_thp(cfg.get(), jwk.get(), "S256"));
  const std::string kid = json_string_value(thumbprint.get());
  out["kid"] = issuer.empty() ? kid : absl::StrCat(issuer, "-", kid.substr(0, 8));
  if (!issuer.empty()) out["iss"] = issuer;
  return out;
}

json PublicPart(const json& jwk) {
  json out = json::object();
  for (const char* name : {"kty", "crv", "x", "y", "n", "e", "kid", "alg", "use", "iss"}) {
    if (jwk.contains(name)) out[name] = jwk[name];
  }
  return out;
}

}  // namespace ip::auth
