// The running suite as a benchmark sees it: its keys, its database, callers as the gateway names
// them.
#ifndef BENCH_SUITE_H_
#define BENCH_SUITE_H_

#include <memory>
#include <string>
#include <vector>

#include "bench/raw_sql.h"
#include "lib/auth/internal_token.h"
#include "lib/auth/person_id.h"
#include "lib/crypto/key_ring.h"
#include "lib/reference/reference.h"
#include "lib/sql/pool.h"

namespace ip::bench {

inline constexpr char kUnit[] = "units/fjordvik";
inline constexpr char kMunicipality[] = "4699";
inline constexpr char kUnitOrganization[] = "organizations/999990001";
inline constexpr char kPractice[] = "organizations/999990002";
inline constexpr char kTherapists[] = "organizations/999990003";

// Everything that --folder (keys, database) and --reference_file say. Ends the program when
// something is missing.
class Suite {
 public:
  Suite();

  std::unique_ptr<sql::Pool> OpenPool(const std::string& schema, int connections) const;
  RawOptions Raw(const std::string& schema) const;
  const crypto::Cipher& cipher() const { return *cipher_; }
  const auth::PersonIds& persons() const { return persons_; }
  const Reference& reference() const { return reference_; }
  const std::string& folder() const { return folder_; }

  // A new synthetic person, another one for each serial.
  static auth::NationalId Number(int64_t serial);
  std::string Person(int64_t serial) const { return persons_.PersonName(Number(serial)); }
  Caller Human(individuellplan::type::v1::Role role, const std::string& person,
               const std::string& organization) const;

  // Lets commits be slow and safe again, or fast while data is loaded.
  void SetDurable(bool durable) const;

 private:
  const std::string folder_;
  std::unique_ptr<crypto::KeyRing> cipher_;
  auth::PersonIds persons_;
  Reference reference_;
};

// Internal tokens of a fixed set of callers, made anew before they expire. Not thread-safe:
// GrpcLoad asks for operations one at a time.
class Tokens {
 public:
  // `issuer` is the process whose key signs: "gateway", or a service for SERVICE callers.
  Tokens(const Suite& suite, const std::string& issuer, std::string audience,
         std::vector<Caller> callers);

  const std::string& Of(size_t caller);
  size_t size() const { return callers_.size(); }

 private:
  std::unique_ptr<auth::TokenSigner> signer_;
  const std::string audience_;
  const std::vector<Caller> callers_;
  std::vector<std::string> tokens_;
  absl::Time made_ = absl::InfinitePast();
};

}  // namespace ip::bench

#endif  // BENCH_SUITE_H_
