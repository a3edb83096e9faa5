#include "lib/crypto/certificate.h"

#include <arpa/inet.h>
#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>

#include <ctime>
#include <memory>

#include "absl/strings/str_cat.h"

namespace ip::crypto {
namespace {

template <auto Free>
struct Deleter {
  template <class T>
  void operator()(T* t) const {
    Free(t);
  }
};
using Key = std::unique_ptr<EVP_PKEY, Deleter<EVP_PKEY_free>>;
using Certificate = std::unique_ptr<X509, Deleter<X509_free>>;
using Bio = std::unique_ptr<BIO, Deleter<BIO_free_all>>;
using Extension = std::unique_ptr<X509_EXTENSION, Deleter<X509_EXTENSION_free>>;

std::string TextOf(BIO* bio) {
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio, &data);
  return {data, static_cast<size_t>(size)};
}

Bio BioOf(const std::string& text) {
  return Bio(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

bool AddExtension(X509* certificate, X509* issuer, int id, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  const Extension extension(X509V3_EXT_conf_nid(nullptr, &context, id, value.c_str()));
  return extension != nullptr && X509_add_ext(certificate, extension.get(), -1) == 1;
}

std::string AlternativeNames(const std::vector<std::string>& hosts) {
  std::string names;
  for (const std::string& host : hosts) {
    unsigned char address[16];
    const bool ip = inet_pton(AF_INET, host.c_str(), address) == 1 ||
                    inet_pton(AF_INET6, host.c_str(), address) == 1;
    absl::StrAppend(&names, names.empty() ? "" : ",", ip ? "IP:" : "DNS:", host);
  }
  return names;
}

void SetTime(ASN1_TIME* field, absl::Time time) { ASN1_TIME_set(field, absl::ToTimeT(time)); }

// Everything but extensions and signature.
Certificate Blank(const CertificateRequest& request, EVP_PKEY* key, const X509* issuer) {
  Certificate certificate(X509_new());
  uint64_t serial = 0;
  RAND_bytes(reinterpret_cast<unsigned char*>(&serial), sizeof(serial));
  X509_set_version(certificate.get(), 2);
  ASN1_INTEGER_set_uint64(X509_get_serialNumber(certificate.get()), serial >> 1);
  SetTime(X509_getm_notBefore(certificate.get()), request.not_before);
  SetTime(X509_getm_notAfter(certificate.get()), request.not_after);
  X509_set_pubkey(certificate.get(), key);
  X509_NAME* name = X509_get_subject_name(certificate.get());
  X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8,
                             reinterpret_cast<const unsigned char*>(request.name.data()),
                             static_cast<int>(request.name.size()), -1, 0);
  X509_set_issuer_name(certificate.get(), issuer == nullptr ? name : X509_get_subject_name(issuer));
  return certificate;
}

absl::StatusOr<CertifiedKey> Sign(X509* certificate, EVP_PKEY* key, EVP_PKEY* signer) {
  if (X509_sign(certificate, signer, EVP_sha256()) == 0) {
    return absl::InternalError("cannot sign a certificate");
  }
  const Bio certificate_text(BIO_new(BIO_s_mem())), key_text(BIO_new(BIO_s_mem()));
  PEM_write_bio_X509(certificate_text.get(), certificate);
  PEM_write_bio_PrivateKey(key_text.get(), key, nullptr, nullptr, 0, nullptr, nullptr);
  return CertifiedKey{TextOf(certificate_text.get()), TextOf(key_text.get())};
}

}  // namespace

absl::StatusOr<CertifiedKey> NewAuthority(const CertificateRequest& request) {
  const Key key(EVP_EC_gen("P-256"));
  if (key == nullptr) return absl::InternalError("cannot make a key");
  const Certificate certificate = Blank(request, key.get(), nullptr);
  X509* raw = certificate.get();
  if (!AddExtension(raw, raw, NID_basic_constraints, "critical,CA:TRUE,pathlen:0") ||
      !AddExtension(raw, raw, NID_key_usage, "critical,keyCertSign,cRLSign") ||
      !AddExtension(raw, raw, NID_subject_key_identifier, "hash")) {
    return absl::InternalError("cannot make a certificate");
  }
  return Sign(raw, key.get(), key.get());
}

absl::StatusOr<CertifiedKey> IssueCertificate(const CertifiedKey& authority,
                                              const CertificateRequest& request) {
  const Bio certificate_text = BioOf(authority.certificate), key_text = BioOf(authority.key);
  const Certificate issuer(PEM_read_bio_X509(certificate_text.get(), nullptr, nullptr, nullptr));
  const Key signer(PEM_read_bio_PrivateKey(key_text.get(), nullptr, nullptr, nullptr));
  if (issuer == nullptr || signer == nullptr) {
    return absl::InvalidArgumentError("not a certificate authority with its key");
  }
  const Key key(EVP_EC_gen("P-256"));
  if (key == nullptr) return absl::InternalError("cannot make a key");
  const Certificate certificate = Blank(request, key.get(), issuer.get());
  X509* raw = certificate.get();
  if (!AddExtension(raw, issuer.get(), NID_basic_constraints, "critical,CA:FALSE") ||
      !AddExtension(raw, issuer.get(), NID_key_usage, "critical,digitalSignature") ||
      !AddExtension(raw, issuer.get(), NID_ext_key_usage, "serverAuth,clientAuth") ||
      !AddExtension(raw, issuer.get(), NID_authority_key_identifier, "keyid") ||
      !AddExtension(raw, issuer.get(), NID_subject_alt_name, AlternativeNames(request.hosts))) {
    return absl::InternalError("cannot make a certificate");
  }
  return Sign(raw, key.get(), signer.get());
}

absl::StatusOr<absl::Time> NotAfter(const std::string& pem) {
  const Bio text = BioOf(pem);
  const Certificate certificate(PEM_read_bio_X509(text.get(), nullptr, nullptr, nullptr));
  std::tm end{};
  if (certificate == nullptr || ASN1_TIME_to_tm(X509_get0_notAfter(certificate.get()), &end) != 1) {
    return absl::InvalidArgumentError("not a certificate");
  }
  return absl::FromTM(end, absl::UTCTimeZone());
}

}  // namespace ip::crypto
