// National identity numbers of persons in plans, encrypted, for the one use that needs them:
// looking up where a reminder can be sent.
#ifndef PLAN_SERVICE_STORAGE_PERSON_NUMBERS_H_
#define PLAN_SERVICE_STORAGE_PERSON_NUMBERS_H_

#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "lib/auth/national_id.h"
#include "lib/crypto/cipher.h"
#include "lib/sql/pool.h"

namespace ip::plan {

// Thread-safe.
class PersonNumbers {
 public:
  PersonNumbers(sql::Pool* pool, const crypto::Cipher* cipher) : pool_(*pool), cipher_(*cipher) {}

  // Keeps the number of "persons/{person}", in the transaction of what it is needed for; again is
  // no mistake.
  absl::Status Remember(sql::Session& session, const std::string& person,
                        const auth::NationalId& number) const;
  // The eleven digits; must not reach a log or an answer. Nothing when it is not known.
  absl::StatusOr<std::optional<std::string>> Find(absl::Time deadline,
                                                  const std::string& person) const;

 private:
  sql::Pool& pool_;
  const crypto::Cipher& cipher_;
};

}  // namespace ip::plan

#endif  // PLAN_SERVICE_STORAGE_PERSON_NUMBERS_H_
