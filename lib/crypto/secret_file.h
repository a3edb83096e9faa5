// Secrets come from files only, never from flags or the environment.
#ifndef LIB_CRYPTO_SECRET_FILE_H_
#define LIB_CRYPTO_SECRET_FILE_H_

#include <string>

#include "absl/status/statusor.h"

namespace ip::crypto {

// The content of a file that others on the machine cannot read, at most 64 KiB.
// Errors: NOT_FOUND when there is no such file, FAILED_PRECONDITION when everybody may read it or
// it is too large. The text names the file and the way out, never the content.
absl::StatusOr<std::string> ReadSecretFile(const std::string& path);

// The same for a file that holds one key of at least 32 random bytes in base64url.
// Errors: also INVALID_ARGUMENT when it holds anything else.
absl::StatusOr<std::string> ReadKeyFile(const std::string& path);

}  // namespace ip::crypto

#endif  // LIB_CRYPTO_SECRET_FILE_H_
