// Signed bundles by which plans travel between installations.
#ifndef PLAN_SERVICE_SERVICE_BUNDLE_H_
#define PLAN_SERVICE_SERVICE_BUNDLE_H_

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "individuellplan/plan/v1/plan_service.pb.h"
#include "individuellplan/plan/v1/portable_plan.pb.h"
#include "lib/auth/jose.h"

namespace ip::plan {

// What a genuine bundle holds and who signed it.
struct OpenedBundle {
  individuellplan::plan::v1::PortablePlan portable;
  std::string signer;  // "iss" of the key
  std::string digest;  // SHA-256 of the content, hexadecimal
};

// Seals and opens bundles. Immutable, thread-safe.
class Bundles {
 public:
  // Signs with `key`, takes what one of `trusted` signed.
  Bundles(std::optional<auth::Jwk> key, const std::vector<auth::Jwk>& trusted);

  // `key_file` is this installation's private ES256 JWK with "kid" and "iss" (the organization that
  // answers for it), `jwks_file` holds the public keys of all whose bundles are taken. Either may
  // be
  // "": then nothing is exported, or nothing imported.
  // Errors: those of ReadSecretFile; INVALID_ARGUMENT naming the file that is wrong.
  static absl::StatusOr<Bundles> Load(const std::string& key_file, const std::string& jwks_file);

  // Errors: FAILED_PRECONDITION / BUNDLES_NOT_SET_UP without a key.
  absl::StatusOr<individuellplan::plan::v1::PlanBundle> Seal(
      const individuellplan::plan::v1::PortablePlan& portable) const;

  // Errors: INVALID_ARGUMENT / BUNDLE_SIGNATURE_INVALID when a bit of it is other than signed, or
  // the signer is not known here; INVALID_ARGUMENT / BUNDLE_UNREADABLE when it is signed but not a
  // plan.
  absl::StatusOr<OpenedBundle> Open(const individuellplan::plan::v1::PlanBundle& bundle) const;

 private:
  std::optional<auth::Jwk> key_;
  std::map<std::string, auth::Jwk> trusted_;  // by kid
};

}  // namespace ip::plan

#endif  // PLAN_SERVICE_SERVICE_BUNDLE_H_
