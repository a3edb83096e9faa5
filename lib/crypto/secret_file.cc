#include "lib/crypto/secret_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "lib/crypto/base64url.h"

namespace ip::crypto {
namespace {
constexpr off_t kMaxBytes = off_t{64} * 1024;
constexpr size_t kKeyBytes = 32;
}  // namespace

absl::StatusOr<std::string> ReadSecretFile(const std::string& path) {
  const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) {
    return absl::NotFoundError(absl::StrCat("cannot open the secret file ", path,
                                            "; `ip-keys init DIR` makes what a start needs"));
  }
  const absl::Cleanup close_fd = [fd] { close(fd); };
  struct stat info {};
  if (fstat(fd, &info) != 0 || !S_ISREG(info.st_mode) || info.st_size > kMaxBytes) {
    return absl::FailedPreconditionError(
        absl::StrCat("the secret file ", path, " must be a regular file of at most 64 KiB"));
  }
  if ((info.st_mode & S_IRWXO) != 0) {
    return absl::FailedPreconditionError(absl::StrCat(
        "everybody on this machine may read the secret file ", path, "; run chmod o-rwx ", path));
  }
  std::string out(static_cast<size_t>(info.st_size), '\0');
  size_t done = 0;
  while (done < out.size()) {
    const ssize_t n = read(fd, out.data() + done, out.size() - done);
    if (n <= 0) return absl::UnavailableError(absl::StrCat("cannot read the secret file ", path));
    done += static_cast<size_t>(n);
  }
  return out;
}

absl::StatusOr<std::string> ReadKeyFile(const std::string& path) {
  auto text = ReadSecretFile(path);
  if (!text.ok()) return text.status();
  const absl::string_view trimmed = absl::StripAsciiWhitespace(*text);
  auto key = FromBase64Url({trimmed.data(), trimmed.size()});
  if (!key || key->size() < kKeyBytes) {
    return absl::InvalidArgumentError(
        absl::StrCat(path, " must hold at least 32 random bytes in base64url without padding"));
  }
  return *std::move(key);
}

}  // namespace ip::crypto
