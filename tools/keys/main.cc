// Makes the keys that an installation needs.
#include <fcntl.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <functional>
#include <iostream>
#include <sstream>
#include <stdexcept>

#include "lib/auth/jose.h"
#include "lib/base/clock.h"
#include "lib/base/id.h"
#include "lib/crypto/base64url.h"
#include "lib/crypto/certificate.h"

namespace {

namespace fs = std::filesystem;
using nlohmann::json;

constexpr char kHelp[] = R"(Usage: ip-keys init DIR

Makes in DIR, each with mode 0600, what is missing of:
  internal/gateway.jwk               private ES256 keys that sign calls between processes,
  internal/referral-service.jwk      one per issuer
  internal/notification-service.jwk
  internal/jwks.json                 their public parts; every service verifies with it
  bundle.jwk      signs plans that are exported; put your organization's name into "iss" before the
                  first one leaves the house
  bundle.jwks     public keys of those whose bundles are imported, at first only your own
  person.key      from national identity number to person id; never change it
  document.keys   encrypts stored documents: "<id> <key>" per line, newest first
  index.key       finds encrypted values again
  session.keys    encrypts who is logged in at the gateway, like document.keys

Nothing that exists is overwritten; only internal/jwks.json follows the private keys. To replace one,
delete it and run this again: jwks.json then holds the public parts of the new one and of the one
before, so that processes can be restarted in turn. Delete jwks.json too when a key was stolen.

       ip-keys certificates DIR

Issues what processes on one machine show each other (mTLS), for development and tests; in
production certificates come from the platform. Makes in DIR
  ca.crt, ca.key                     an authority of its own, when there is none
  <process>.crt, <process>.key       new ones each time, good for 30 days, for gateway,
                                     plan-service, referral-service and notification-service
Running processes take new ones up by themselves.
)";

constexpr const char* kIssuers[] = {"gateway", "referral-service", "notification-service"};

std::string NewKey() { return ip::crypto::ToBase64Url(ip::RandomBytes(32)) + "\n"; }

// Through a temporary file, so that an interrupted run leaves no half key.
void Write(const fs::path& path, const std::string& text) {
  const std::string temporary = path.string() + ".new";
  fs::remove(temporary);
  const int fd = open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  const bool written = fd >= 0 &&
                       write(fd, text.data(), text.size()) == static_cast<ssize_t>(text.size()) &&
                       fsync(fd) == 0;
  if (fd >= 0) close(fd);
  if (!written)
    throw fs::filesystem_error("cannot write", path,
                               std::error_code(errno, std::generic_category()));
  fs::rename(temporary, path);
}

void WriteIfMissing(const fs::path& path, const std::function<std::string()>& make) {
  if (fs::exists(path)) return;
  Write(path, make());
  std::cout << "made " << path.string() << "\n";
}

std::string Read(const fs::path& path) {
  std::stringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

// The key of this issuer that was in use before `current`, as far as `jwks` tells; else null.
json KeyBefore(const json& jwks, const json& current) {
  if (!jwks.is_object()) return nullptr;
  for (const json& key : jwks.value("keys", json::array())) {
    if (key.value("iss", "") == current.value("iss", "") &&
        key.value("kid", "") != current.value("kid", "")) {
      return key;
    }
  }
  return nullptr;
}

void Init(const fs::path& dir) {
  const fs::path internal = dir / "internal";
  fs::create_directories(internal);
  fs::permissions(dir, fs::perms::owner_all);
  const json known = json::parse(Read(internal / "jwks.json"), nullptr, false);
  json keys = json::array(), before = json::array();
  for (const std::string issuer : kIssuers) {
    const fs::path file = internal / (issuer + ".jwk");
    WriteIfMissing(file, [&] { return ip::auth::NewSigningKey(issuer).dump(2) + "\n"; });
    keys.push_back(ip::auth::PublicPart(json::parse(Read(file))));
    if (json key = KeyBefore(known, keys.back()); !key.is_null()) before.push_back(std::move(key));
  }
  keys.insert(keys.end(), before.begin(), before.end());
  const std::string jwks = json{{"keys", keys}}.dump(2) + "\n";
  if (Read(internal / "jwks.json") != jwks) Write(internal / "jwks.json", jwks);
  WriteIfMissing(dir / "bundle.jwk",
                 [] { return ip::auth::NewSigningKey("individuellplan.local").dump(2) + "\n"; });
  WriteIfMissing(dir / "bundle.jwks", [&] {
    const json own = ip::auth::PublicPart(json::parse(Read(dir / "bundle.jwk")));
    return json{{"keys", {own}}}.dump(2) + "\n";
  });
  WriteIfMissing(dir / "person.key", NewKey);
  WriteIfMissing(dir / "document.keys", [] { return "1 " + NewKey(); });
  WriteIfMissing(dir / "index.key", NewKey);
  WriteIfMissing(dir / "session.keys", [] { return "1 " + NewKey(); });
}

constexpr const char* kProcesses[] = {"gateway", "plan-service", "referral-service",
                                      "notification-service"};

ip::crypto::CertificateRequest For(const std::string& name, int days) {
  const absl::Time now = ip::SystemClock().Now();
  return {
      name, {name, "localhost", "127.0.0.1"}, now - absl::Hours(1), now + days * absl::Hours(24)};
}

template <class T>
T Must(absl::StatusOr<T> made) {
  if (!made.ok()) throw std::runtime_error(std::string(made.status().message()));
  return *std::move(made);
}

void IssueCertificates(const fs::path& dir) {
  fs::create_directories(dir);
  fs::permissions(dir, fs::perms::owner_all);
  if (!fs::exists(dir / "ca.key") || !fs::exists(dir / "ca.crt")) {
    const auto made = Must(ip::crypto::NewAuthority(For("individuellplan development", 3650)));
    Write(dir / "ca.key", made.key);
    Write(dir / "ca.crt", made.certificate);
  }
  const ip::crypto::CertifiedKey authority{Read(dir / "ca.crt"), Read(dir / "ca.key")};
  for (const std::string name : kProcesses) {
    const auto issued = Must(ip::crypto::IssueCertificate(authority, For(name, 30)));
    Write(dir / (name + ".key"), issued.key);
    Write(dir / (name + ".crt"), issued.certificate);
  }
}

}  // namespace

int main(int argc, char** argv) try {
  const std::vector<std::string> args(argv + 1, argv + argc);
  if (args.size() == 1 && (args[0] == "--help" || args[0] == "-h")) {
    std::cout << kHelp;
    return 0;
  }
  if (args.size() != 2 || (args[0] != "init" && args[0] != "certificates")) {
    std::cerr << kHelp;
    return 2;
  }
  args[0] == "init" ? Init(args[1]) : IssueCertificates(args[1]);
  return 0;
} catch (const std::exception& error) {
  std::cerr << "ip-keys: " << error.what() << "\n";
  return 1;
}
