#include "lib/rpc/secret_file.h"

#include <sys/stat.h>

#include <fstream>
#include <iterator>

#include "absl/strings/str_cat.h"

namespace ip::rpc {

absl::StatusOr<std::string> ReadSecretFile(const std::string& file, bool production) {
  std::ifstream stream(file, std::ios::binary);
  struct stat info = {};
  if (!stream || stat(file.c_str(), &info) != 0) {
    return absl::FailedPreconditionError(
        absl::StrCat("cannot read the secret file \"", file, "\""));
  }
  if (production && (info.st_mode & S_IROTH) != 0) {
    return absl::FailedPreconditionError(
        absl::StrCat("everybody may read the secret file ", file, "; run chmod o-r on it"));
  }
  std::string secret((std::istreambuf_iterator<char>(stream)), std::istreambuf_iterator<char>());
  while (!secret.empty() && (secret.back() == '\n' || secret.back() == '\r')) secret.pop_back();
  if (secret.empty()) {
    return absl::FailedPreconditionError(absl::StrCat("the secret file ", file, " is empty"));
  }
  return secret;
}

}  // namespace ip::rpc
