// Internal to storage/: what must not stand in a notice.
#ifndef REFERRAL_SERVICE_STORAGE_SECRETS_H_
#define REFERRAL_SERVICE_STORAGE_SECRETS_H_

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "lib/crypto/cipher.h"
#include "lib/document/core.h"
#include "lib/sql/pool.h"
#include "referral-service/storage/notice_repository.h"

namespace ip::referral {

// Part of the transaction that changes the notice.
absl::Status WriteSecrets(sql::Session& session, const crypto::Cipher& cipher,
                          const std::string& name, const Secrets& secrets);

std::unique_ptr<WorkRepository> MakeMysqlWorkRepository(const document::Config& config);

}  // namespace ip::referral

#endif  // REFERRAL_SERVICE_STORAGE_SECRETS_H_
