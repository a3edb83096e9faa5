// Tokens, proofs of possession and key sets. Nothing that a fuzzer makes may be taken as genuine.
#include "lib/auth/access_token.h"
#include "lib/auth/jose.h"
#include "lib/base/log.h"
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

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static auto* const kVerifier = new Verifier;
  std::string_view rest = ip::fuzz::View(data, size);
  const std::string_view first = ip::fuzz::TakeLine(rest);
  ip::fuzz::Must(
      !kVerifier->verifier->Verify({"Bearer " + std::string(first), "", "POST", "u"}).ok());
  ip::fuzz::Must(!ip::auth::VerifyIdToken(*kVerifier->keys, first, {"c", "n", {}}).ok());
  ip::fuzz::Must(!ip::auth::VerifyLogoutToken(*kVerifier->keys, first, "c").ok());
  ip::auth::DpopVerifier dpop;
  ip::fuzz::Must(!dpop.Verify({"", std::string(rest), "POST", "u"}, first, "thumbprint",
                              absl::FromUnixSeconds(1'800'000'000))
                      .ok());
  ip::auth::SplitToken(first).IgnoreError();
  ip::auth::ParseJwks(rest).IgnoreError();
  if (const auto jwk = ip::auth::ParseStrictJson(rest); jwk.ok()) {
    if (const auto key = ip::auth::Jwk::Parse(*jwk); key.ok()) key->Verifies(first);
  }
  return 0;
}
