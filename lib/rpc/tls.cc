#include "lib/rpc/tls.h"

#include <grpcpp/security/tls_certificate_provider.h>
#include <grpcpp/security/tls_credentials_options.h>
#include <unistd.h>

#include "absl/strings/str_cat.h"

namespace ip::rpc {
namespace {

absl::Status CheckFiles(const TlsFiles& files) {
  if (files.cert_file.empty() != files.key_file.empty()) {
    return absl::FailedPreconditionError("TLS needs both a certificate file and its key file");
  }
  for (const auto& file : {files.cert_file, files.key_file, files.ca_file}) {
    if (!file.empty() && access(file.c_str(), R_OK) != 0) {
      return absl::FailedPreconditionError(absl::StrCat("cannot read the TLS file ", file));
    }
  }
  return absl::OkStatus();
}

std::shared_ptr<grpc::experimental::CertificateProviderInterface> Watch(const TlsFiles& files,
                                                                        absl::Duration refresh) {
  return std::make_shared<grpc::experimental::FileWatcherCertificateProvider>(
      files.key_file, files.cert_file, files.ca_file,
      static_cast<unsigned>(absl::ToInt64Seconds(refresh)));
}

}  // namespace

absl::StatusOr<std::shared_ptr<grpc::ServerCredentials>> ServerCredentials(const TlsFiles& files,
                                                                           absl::Duration refresh) {
  if (auto status = CheckFiles(files); !status.ok()) return status;
  if (files.cert_file.empty()) {
    if (files.ca_file.empty()) return grpc::InsecureServerCredentials();
    return absl::FailedPreconditionError(
        "a client CA without a server certificate would not protect anything");
  }
  grpc::experimental::TlsServerCredentialsOptions options(Watch(files, refresh));
  options.watch_identity_key_cert_pairs();
  if (!files.ca_file.empty()) {
    options.watch_root_certs();
    options.set_cert_request_type(GRPC_SSL_REQUEST_AND_REQUIRE_CLIENT_CERTIFICATE_AND_VERIFY);
  }
  return grpc::experimental::TlsServerCredentials(options);
}

absl::StatusOr<std::shared_ptr<grpc::ChannelCredentials>> ClientCredentials(
    const TlsFiles& files, absl::Duration refresh) {
  if (auto status = CheckFiles(files); !status.ok()) return status;
  if (files.ca_file.empty()) {
    if (files.cert_file.empty()) return grpc::InsecureChannelCredentials();
    return absl::FailedPreconditionError(
        "a client certificate without the CA of the server is of no use");
  }
  grpc::experimental::TlsChannelCredentialsOptions options;
  options.set_certificate_provider(Watch(files, refresh));
  options.watch_root_certs();
  if (!files.cert_file.empty()) options.watch_identity_key_cert_pairs();
  return grpc::experimental::TlsCredentials(options);
}

}  // namespace ip::rpc
