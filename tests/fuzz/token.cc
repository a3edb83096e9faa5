// Tokens, proofs of possession and key sets. Nothing that a fuzzer makes may be taken as genuine.
#include "absl/strings/str_cat.h"
#include "lib/auth/access_token.h"
#include "lib/auth/jose.h"
#include "lib/base/log.h"
#include "lib/crypto/base64url.h"
#include "tests/fuzz/fuzz.h"

namespace {

using ip::auth::HttpAnswer;

constexpr char kIssuer[] = "https://idp.example";

struct Verifier {
  Verifier() {
    ip::InitLog("fuzz", ip::Severity::kError);
    auto key = ip::auth::NewSigningKey("");
    key["kid"] = "k1";
    const std::string jwks = nlohmann::json{{"keys", {ip::auth::PublicPart(key)}}}.dump();
    keys = std::make_shared<ip::auth::JwksCache>(
        kIssuer, [jwks](const std::string& url) -> absl::StatusOr<HttpAnswer> {
          if (url == "https://idp.example/jwks") return HttpAnswer{200, jwks, absl::Hours(1)};
          return HttpAnswer{
              200, R"({"issuer":"https://idp.example","jwks_uri":"https://idp.example/jwks"})",
              absl::Hours(1)};
        });
    verifier = std::make_unique<ip::auth::AccessTokenVerifier>(
        std::vector<ip::auth::TrustedIssuer>{{keys, "urn:individuellplan", false}});
  }
  std::shared_ptr<ip::auth::JwksCache> keys;
  std::unique_ptr<ip::auth::AccessTokenVerifier> verifier;
};

}  // namespace

namespace {

void TakeForAToken(const Verifier& verifier, const std::string& token) {
  ip::fuzz::Must(!verifier.verifier->Verify({"Bearer " + token, "", "POST", "u"}).ok());
  ip::fuzz::Must(!ip::auth::VerifyIdToken(*verifier.keys, token, {"c", "n", {}}).ok());
  ip::fuzz::Must(!ip::auth::VerifyLogoutToken(*verifier.keys, token, "c").ok());
  ip::auth::SplitToken(token).IgnoreError();
}

void TakeForAProof(const std::string& token, const std::string& proof) {
  ip::auth::DpopVerifier dpop;
  ip::fuzz::Must(!dpop.Verify({"", proof, "POST", "u"}, token, "thumbprint",
                              absl::FromUnixSeconds(1'800'000'000))
                      .ok());
}

}  // namespace

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const auto* const kVerifier = new Verifier;
  std::string_view rest = ip::fuzz::View(data, size);
  const std::string first(ip::fuzz::TakeLine(rest));
  TakeForAToken(*kVerifier, first);
  TakeForAProof(first, std::string(rest));
  // Header and claims in clear, so that mutations reach what stands in them.
  const std::string made = absl::StrCat(ip::crypto::ToBase64Url(first), ".",
                                        ip::crypto::ToBase64Url(std::string(rest)), ".c2ln");
  TakeForAToken(*kVerifier, made);
  TakeForAProof("token", made);
  ip::auth::ParseJwks(rest).IgnoreError();
  if (const auto jwk = ip::auth::ParseStrictJson(rest); jwk.ok()) {
    if (const auto key = ip::auth::Jwk::Parse(*jwk); key.ok()) key->Verifies(first);
  }
  return 0;
}
