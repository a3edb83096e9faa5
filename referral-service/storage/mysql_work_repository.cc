#include "absl/strings/str_cat.h"
#include "lib/base/clock.h"
#include "referral-service/storage/secrets.h"

namespace ip::referral {
namespace {

constexpr char kSubject[] = "SUBJECT";
constexpr char kCandidate[] = "CANDIDATE";

constexpr char kUpsertSecret[] =
    "INSERT INTO notice_secret (name, kind, secret) VALUES (?, ?, ?)"
    " ON DUPLICATE KEY UPDATE secret = VALUES(secret)";
constexpr char kSelectSecrets[] = "SELECT kind, secret FROM notice_secret WHERE name = ?";
// Rows that others are claiming right now are passed by; on another Galera node the first COMMIT
// wins, and the loser looks again.
constexpr char kPick[] =
    "SELECT name, attempts FROM notice_work WHERE due_time <= ? ORDER BY due_time LIMIT 1"
    " FOR UPDATE SKIP LOCKED";
constexpr char kLease[] = "UPDATE notice_work SET due_time = ?, attempts = ? WHERE name = ?";
constexpr char kPostpone[] = "UPDATE notice_work SET due_time = ? WHERE name = ? AND attempts = ?";

std::string Aad(const std::string& name, std::string_view kind) {
  return absl::StrCat("notice_secret|", name, "|", std::string(kind));
}

absl::Status WriteSecret(sql::Session& session, const crypto::Cipher& cipher,
                         const std::string& name, std::string_view kind,
                         const std::string& secret) {
  return session.Execute(kUpsertSecret, {name, kind, cipher.Seal(secret, Aad(name, kind))})
      .status();
}

class MysqlWorkRepository final : public WorkRepository {
 public:
  explicit MysqlWorkRepository(const document::Config& config)
      : pool_(*config.pool), cipher_(*config.cipher) {}

  absl::StatusOr<std::optional<Work>> Claim(absl::Time deadline, absl::Duration lease) override {
    std::optional<Work> claimed;
    absl::Status status = sql::Transact(pool_, deadline, [&](sql::Session& session) {
      claimed.reset();
      const absl::Time now = SystemClock().Now();
      auto work = session.QueryOne(kPick, {now}, [](const sql::Row& row) {
        return Work{row.String(0), static_cast<int>(row.Int64(1)) + 1};
      });
      if (!work.ok() || !*work) return work.status();
      claimed = **work;
      return session.Execute(kLease, {now + lease, claimed->attempts, claimed->name}).status();
    });
    if (!status.ok()) return status;
    return claimed;
  }

  absl::Status Postpone(absl::Time deadline, const Work& work, absl::Duration delay) override {
    auto session = pool_.Acquire(deadline);
    if (!session.ok()) return session.status();
    return session->Execute(kPostpone, {SystemClock().Now() + delay, work.name, work.attempts})
        .status();
  }

  absl::StatusOr<Secrets> GetSecrets(absl::Time deadline, const std::string& name) override {
    auto session = pool_.Acquire(deadline);
    if (!session.ok()) return session.status();
    Secrets secrets;
    absl::Status status =
        session->Query(kSelectSecrets, {name}, [&](const sql::Row& row) -> absl::Status {
          const std::string kind = row.String(0);
          auto secret = cipher_.Open(row.String(1), Aad(name, kind));
          if (!secret.ok()) return secret.status();
          if (kind == kSubject)
            secrets.subject_national_id = *std::move(secret);
          else if (!secrets.candidate.emplace().ParseFromString(*secret)) {
            return absl::DataLossError("A stored candidate cannot be read.");
          }
          return absl::OkStatus();
        });
    if (!status.ok()) return status;
    return secrets;
  }

 private:
  sql::Pool& pool_;
  const crypto::Cipher& cipher_;
};

}  // namespace

absl::Status WriteSecrets(sql::Session& session, const crypto::Cipher& cipher,
                          const std::string& name, const Secrets& secrets) {
  absl::Status status;
  if (secrets.subject_national_id) {
    status = WriteSecret(session, cipher, name, kSubject, *secrets.subject_national_id);
  }
  if (status.ok() && secrets.candidate) {
    status = WriteSecret(session, cipher, name, kCandidate, secrets.candidate->SerializeAsString());
  }
  return status;
}

std::unique_ptr<WorkRepository> MakeMysqlWorkRepository(const document::Config& config) {
  return std::make_unique<MysqlWorkRepository>(config);
}

}  // namespace ip::referral
