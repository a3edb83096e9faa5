// Browser sessions and logins under way, in the schema ip_gateway. The browser holds a random
// reference; the database holds its hash, so that nobody who reads the database can become anybody.
// Names lie there encrypted.
#ifndef GATEWAY_SESSION_SESSIONS_H_
#define GATEWAY_SESSION_SESSIONS_H_

#include <atomic>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "gateway/session/provider.h"
#include "lib/base/clock.h"
#include "lib/crypto/cipher.h"
#include "lib/sql/pool.h"

namespace ip::gateway {

inline constexpr absl::Duration kSessionIdle = absl::Minutes(30);
inline constexpr absl::Duration kSessionMost = absl::Hours(8);
inline constexpr absl::Duration kLoginMost = absl::Minutes(15);

struct Session {
  Profile profile;
  Role role = individuellplan::type::v1::ROLE_UNSPECIFIED;  // chosen among the profile's
  std::string provider;
  absl::Time idle_expiry;
  absl::Time expiry;
};

// What the gateway remembers while somebody is at the identity provider.
struct Login {
  std::string provider;
  std::string nonce;
  std::string code_verifier;
  std::string return_to;
};

// Thread-safe; blocks on the database. Errors of every method: those of sql::Pool too.
class Sessions {
 public:
  Sessions(sql::Pool* pool, const crypto::Cipher* cipher, const Clock& clock = SystemClock())
      : pool_(*pool), cipher_(*cipher), clock_(clock) {}

  // A new session; answers its reference.
  absl::StatusOr<std::string> Create(const Profile& profile, std::string_view provider);
  // The session, kept from idling out by this look.
  // Errors: UNAUTHENTICATED / SESSION_EXPIRED when there is none (any more).
  absl::StatusOr<Session> Find(std::string_view reference);
  // The same session in another of its roles under a new reference.
  // Errors: as above; PERMISSION_DENIED / ROLE_NOT_YOURS.
  absl::StatusOr<std::string> ChooseRole(std::string_view reference, std::string_view role);
  absl::Status End(std::string_view reference);

  // So that the provider can end it: `subject` and `sid` as in its id token.
  absl::Status RememberLogin(std::string_view reference, std::string_view provider,
                             std::string_view subject, std::string_view sid);
  // Ends the sessions of one login at the provider, or without `sid` all of the subject's.
  absl::Status EndAt(std::string_view provider, std::string_view subject, std::string_view sid);

  // `state` goes through the identity provider, `browser` is what the browser's cookie holds.
  absl::Status BeginLogin(std::string_view state, std::string_view browser, const Login& login);
  // Once per login. Errors: UNAUTHENTICATED / LOGIN_EXPIRED when it is unknown, too old, or another
  // browser's.
  absl::StatusOr<Login> EndLogin(std::string_view state, std::string_view browser);

  // Forgets what has expired.
  absl::Status Sweep();

 private:
  absl::StatusOr<std::string> Insert(const Session& session);
  absl::Status MoveLogin(std::string_view from, std::string_view to);
  void SweepNowAndThen();

  sql::Pool& pool_;
  const crypto::Cipher& cipher_;
  const Clock& clock_;
  std::atomic<int64_t> swept_ = 0;  // Unix seconds
};

}  // namespace ip::gateway

#endif  // GATEWAY_SESSION_SESSIONS_H_
