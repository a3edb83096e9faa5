// Who calls: by access token or by session cookie.
#ifndef GATEWAY_SESSION_IDENTITIES_H_
#define GATEWAY_SESSION_IDENTITIES_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "gateway/policy/gate.h"
#include "gateway/session/provider.h"
#include "gateway/session/sessions.h"
#include "lib/auth/access_token.h"
#include "lib/auth/expiring_cache.h"
#include "lib/rpc/worker_pool.h"

namespace ip::gateway {

class VerifiedIdentities final : public Identities {
 public:
  // `public_url` is how clients see us, e.g. "https://ip.example.no"; `audience` what must stand in
  // access tokens. `sessions` may be null: then cookies are nobody's. All must outlive it.
  VerifiedIdentities(const std::vector<Provider>* providers, const auth::PersonIds* persons,
                     Sessions* sessions, const std::string& audience, std::string public_url,
                     rpc::WorkerPool* workers);

  void Identify(Credentials credentials, Done done) override;

 private:
  absl::StatusOr<Identity> ByToken(const Credentials& credentials);
  absl::StatusOr<Identity> BySession(const Credentials& credentials);
  // The identity as the call wants it: why they look, for whom they act.
  static absl::StatusOr<Identity> Complete(absl::StatusOr<Identity> found,
                                           const Credentials& credentials);
  static std::string CacheKey(const Credentials& credentials);

  const std::vector<Provider>& providers_;
  const auth::PersonIds& persons_;
  Sessions* const sessions_;
  const std::string public_url_;
  rpc::WorkerPool& workers_;
  auth::AccessTokenVerifier verifier_;
  // Bearer tokens seen within the last minute, so that most calls need no other thread.
  auth::ExpiringCache<Identity> known_{4096};
};

}  // namespace ip::gateway

#endif  // GATEWAY_SESSION_IDENTITIES_H_
