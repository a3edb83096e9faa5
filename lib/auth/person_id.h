// From national identity number to "persons/{id}", the only name the suite has for a person.
#ifndef LIB_AUTH_PERSON_ID_H_
#define LIB_AUTH_PERSON_ID_H_

#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "lib/auth/national_id.h"

namespace ip::auth {

// A keyed hash: gateway and services that hold the same key agree without a registry, and nobody
// without it can find out whom an id means. The key must never change (every stored name would).
// Thread-safe.
class PersonIds {
 public:
  // `key_file` holds at least 32 random bytes in base64url (see lib/crypto/secret_file.h);
  // `numbers` says whose numbers this installation takes, normally NumbersFor(production).
  static absl::StatusOr<PersonIds> Load(const std::string& key_file, Numbers numbers);

  // For tests.
  PersonIds(std::string key, Numbers numbers) : key_(std::move(key)), numbers_(numbers) {}

  // "persons/" and 26 characters of [a-z2-7].
  std::string PersonName(const NationalId& id) const;
  // Errors: those of NationalId::Parse.
  absl::StatusOr<std::string> PersonName(std::string_view national_id) const;

 private:
  std::string key_;
  Numbers numbers_;
};

}  // namespace ip::auth

#endif  // LIB_AUTH_PERSON_ID_H_
