// The contact and reservation register (KRR): where a citizen wants mail, asked anew for each mail.
#ifndef PLAN_SERVICE_CONTACT_KRR_H_
#define PLAN_SERVICE_CONTACT_KRR_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "individuellplan/type/v1/obligation.pb.h"

namespace ip::plan {

// Thread-safe.
class Krr {
 public:
  // `url` is the register's base address, e.g. "http://127.0.0.1:8083"; "" knows nobody.
  explicit Krr(std::string url) : url_(std::move(url)) {}

  // How somebody is reached. Takes two seconds at most. Errors: UNAVAILABLE /
  // CONTACT_REGISTER_UNAVAILABLE; neither number nor address stands in it.
  absl::StatusOr<individuellplan::type::v1::ResolveContactResponse> LookUp(
      const std::string& national_id, absl::Time deadline) const;

 private:
  const std::string url_;
};

// Reads the register's answer about one person.
absl::StatusOr<individuellplan::type::v1::ResolveContactResponse> ParseKrrAnswer(
    const std::string& json);

}  // namespace ip::plan

#endif  // PLAN_SERVICE_CONTACT_KRR_H_
