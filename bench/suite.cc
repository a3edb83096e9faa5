#include "bench/suite.h"

#include "absl/flags/flag.h"
#include "absl/strings/str_cat.h"
#include "bench/harness.h"
#include "lib/base/clock.h"

ABSL_FLAG(std::string, folder, "", "The suite's folder with keys/ and db/.");
ABSL_FLAG(std::string, reference_file, "", "Units, organizations and municipalities (JSON).");

namespace ip::bench {
namespace {

template <class T>
T Must(absl::StatusOr<T> result, const std::string& what) {
  if (!result.ok()) Fail(absl::StrCat(what, ": ", result.status().message()));
  return *std::move(result);
}

constexpr absl::Duration kRenewal = absl::Seconds(20);  // well within the tokens' 60
constexpr int kPerDay = 300;

}  // namespace

Suite::Suite()
    : folder_(absl::GetFlag(FLAGS_folder)),
      cipher_(Must(crypto::KeyRing::Load(folder_ + "/keys/document.keys"), "document.keys")),
      persons_(Must(auth::PersonIds::Load(folder_ + "/keys/person.key", auth::Numbers::kSynthetic),
                    "person.key")),
      reference_(Must(Reference::Load(absl::GetFlag(FLAGS_reference_file)), "reference_file")) {}

std::unique_ptr<sql::Pool> Suite::OpenPool(const std::string& schema, int connections) const {
  sql::Options options;
  options.socket = Raw(schema).socket;
  options.user = "root";
  options.schema = schema;
  options.pool_size = connections;
  options.statement_limit = absl::Seconds(30);
  options.acquire_limit = absl::Seconds(30);
  return Must(sql::Pool::Open(options), schema);
}

RawOptions Suite::Raw(const std::string& schema) const { return {folder_ + "/db/s.sock", schema}; }

auth::NationalId Suite::Number(int64_t serial) {
  const absl::CivilDay day = absl::CivilDay(1940, 1, 1) + serial / kPerDay;
  return Must(auth::MakeSynthetic(day, static_cast<int>(serial % kPerDay)), "synthetic person");
}

Caller Suite::Human(individuellplan::type::v1::Role role, const std::string& person,
                    const std::string& organization) const {
  Caller caller;
  caller.role = role;
  caller.person = person;
  caller.organization = organization;
  caller.municipality_code = kMunicipality;
  caller.display_name = "Navn Navnesen";
  return caller;
}

void Suite::SetDurable(bool durable) const {
  RawConnection connection(Raw(""));
  connection.Run(absl::StrCat("SET GLOBAL innodb_flush_log_at_trx_commit = ", durable ? 1 : 0));
}

Tokens::Tokens(const Suite& suite, const std::string& issuer, std::string audience,
               std::vector<Caller> callers)
    : signer_(Must(
          auth::TokenSigner::Load(absl::StrCat(suite.folder(), "/keys/internal/", issuer, ".jwk")),
          issuer)),
      audience_(std::move(audience)),
      callers_(std::move(callers)) {}

const std::string& Tokens::Of(size_t caller) {
  const absl::Time now = SystemClock().Now();
  if (now - made_ > kRenewal) {
    tokens_.clear();
    for (const Caller& each : callers_) {
      tokens_.push_back(Must(signer_->Sign(each, audience_), "token"));
    }
    made_ = now;
  }
  return tokens_[caller];
}

}  // namespace ip::bench
