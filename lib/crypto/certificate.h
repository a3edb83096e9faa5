// A small certificate authority, for development and tests: mTLS between processes without
// anybody's help. In production certificates come from the platform's own.
#ifndef LIB_CRYPTO_CERTIFICATE_H_
#define LIB_CRYPTO_CERTIFICATE_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace ip::crypto {

// A certificate and its private key (P-256), both in PEM.
struct CertifiedKey {
  std::string certificate;
  std::string key;
};

struct CertificateRequest {
  std::string name;                // common name
  std::vector<std::string> hosts;  // DNS names and IP addresses (subject alternative names)
  absl::Time not_before;
  absl::Time not_after;
};

// A new authority, good for signing only. Errors: INTERNAL.
absl::StatusOr<CertifiedKey> NewAuthority(const CertificateRequest& request);

// A certificate for servers and clients. Errors: INVALID_ARGUMENT when `authority` is none;
// INTERNAL.
absl::StatusOr<CertifiedKey> IssueCertificate(const CertifiedKey& authority,
                                              const CertificateRequest& request);

// When the first certificate of a PEM text runs out. Errors: INVALID_ARGUMENT when there is none.
absl::StatusOr<absl::Time> NotAfter(const std::string& pem);

}  // namespace ip::crypto

#endif  // LIB_CRYPTO_CERTIFICATE_H_
