// Who is calling: what a verified token says, and nothing that a client could claim by itself.
#ifndef LIB_AUTH_CALLER_H_
#define LIB_AUTH_CALLER_H_

#include <string>

#include "absl/time/time.h"
#include "individuellplan/type/v1/access.pb.h"

namespace ip {

struct Caller {
  // "persons/{id}" for people, "" for systems and services.
  std::string person;
  // The capacity in which they call.
  individuellplan::type::v1::Role role = individuellplan::type::v1::ROLE_UNSPECIFIED;
  // "organizations/{organisation number}" they act for, "" for citizens.
  std::string organization;
  // Four digits; set for CASE_WORKER and UNIT_LEADER: the municipality whose unit they work at.
  std::string municipality_code;
  // Health personnel number, when the identity provider vouched for one.
  std::string hpr_number;
  // The name to show in an access log; from the identity provider, may be "".
  std::string display_name;
  // "persons/{id}" of the person they represent in this session, "" when they act for themselves.
  std::string acting_for;
  // Why they look, as they stated it; "" when not asked.
  std::string purpose_of_use;
  // When they logged in; the base of step-up rules.
  absl::Time auth_time = absl::InfinitePast();
  // Who vouches for all this: "gateway", or the service that calls as itself.
  std::string issuer;

  // A stable word for logs and request ids: the person, or the issuer for a service.
  const std::string& Subject() const { return person.empty() ? issuer : person; }
};

}  // namespace ip

#endif  // LIB_AUTH_CALLER_H_
