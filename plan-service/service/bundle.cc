#include "plan-service/service/bundle.h"

#include <fstream>
#include <set>
#include <sstream>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "lib/base/errors.h"
#include "lib/base/id.h"
#include "lib/crypto/secret_file.h"

namespace ip::plan {
namespace {

namespace pb = individuellplan::plan::v1;

constexpr char kContentType[] = "application/vnd.individuellplan.bundle+proto";
constexpr char kType[] = "individuellplan-bundle+jws";

absl::Status SignatureInvalid() {
  return Error(absl::StatusCode::kInvalidArgument, "BUNDLE_SIGNATURE_INVALID",
               "The bundle was changed after it was signed, or was signed by somebody this "
               "installation does not know. Ask the sender for a new one, or let operations add "
               "the sender's key.");
}

absl::StatusOr<auth::Jwk> LoadKey(const std::string& file) {
  auto text = crypto::ReadSecretFile(file);
  if (!text.ok()) return text.status();
  const auto jwk = auth::ParseStrictJson(*text);
  auto key = jwk.ok() ? auth::Jwk::Parse(*jwk) : jwk.status();
  if (!key.ok() || key->alg() != "ES256" || key->kid().empty() || key->issuer().empty() ||
      !jwk->contains("d")) {
    return absl::InvalidArgumentError(
        absl::StrCat(file, " must be a private ES256 key with kid and iss"));
  }
  return key;
}

absl::StatusOr<std::vector<auth::Jwk>> LoadTrusted(const std::string& file) {
  std::ifstream in(file);
  std::stringstream text;
  text << in.rdbuf();
  if (!in) return absl::NotFoundError(absl::StrCat("cannot read ", file));
  auto keys = auth::ParseJwks(text.str());
  if (!keys.ok()) return absl::InvalidArgumentError(absl::StrCat(file, " is not a JWK set"));
  std::set<std::string> kids;
  for (const auth::Jwk& key : *keys) {
    if (key.alg() != "ES256" || key.kid().empty() || key.issuer().empty() ||
        !kids.insert(key.kid()).second) {
      return absl::InvalidArgumentError(
          absl::StrCat(file, ": every key must be ES256 with iss and a kid of its own"));
    }
  }
  return keys;
}

}  // namespace

Bundles::Bundles(std::optional<auth::Jwk> key, const std::vector<auth::Jwk>& trusted)
    : key_(std::move(key)) {
  for (const auth::Jwk& sender : trusted) trusted_.emplace(sender.kid(), sender);
}

absl::StatusOr<Bundles> Bundles::Load(const std::string& key_file, const std::string& jwks_file) {
  std::optional<auth::Jwk> key;
  std::vector<auth::Jwk> trusted;
  if (!key_file.empty()) {
    auto loaded = LoadKey(key_file);
    if (!loaded.ok()) return loaded.status();
    key = *std::move(loaded);
  }
  if (!jwks_file.empty()) {
    auto loaded = LoadTrusted(jwks_file);
    if (!loaded.ok()) return loaded.status();
    trusted = *std::move(loaded);
  }
  return Bundles(std::move(key), trusted);
}

absl::StatusOr<pb::PlanBundle> Bundles::Seal(const pb::PortablePlan& portable) const {
  if (!key_) {
    return Error(absl::StatusCode::kFailedPrecondition, "BUNDLES_NOT_SET_UP",
                 "This installation has no key to sign bundles with; operations set one "
                 "(--bundle_key_file).");
  }
  pb::PlanBundle bundle;
  bundle.set_content(portable.SerializeAsString());
  bundle.set_content_type(kContentType);
  auto signature = key_->SignDetached({{"typ", kType}}, bundle.content());
  if (!signature.ok()) return signature.status();
  bundle.set_signature(*std::move(signature));
  return bundle;
}

absl::StatusOr<OpenedBundle> Bundles::Open(const pb::PlanBundle& bundle) const {
  const auto header = auth::HeaderOfDetached(bundle.signature());
  if (!header.ok() || auth::StringOf(*header, "typ") != kType) return SignatureInvalid();
  const auto key = trusted_.find(auth::StringOf(*header, "kid"));
  if (key == trusted_.end() || auth::StringOf(*header, "alg") != key->second.alg() ||
      !key->second.VerifiesDetached(bundle.signature(), bundle.content())) {
    return SignatureInvalid();
  }
  OpenedBundle opened;
  if (!opened.portable.ParseFromString(bundle.content()) || !opened.portable.has_plan()) {
    return Error(absl::StatusCode::kInvalidArgument, "BUNDLE_UNREADABLE",
                 "The bundle is genuine but holds no plan that this version can read.");
  }
  opened.signer = key->second.issuer();
  opened.digest = absl::BytesToHexString(Sha256(bundle.content()));
  return opened;
}

}  // namespace ip::plan
