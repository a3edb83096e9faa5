// What others may know of a notice: who must do what, by when.
#ifndef REFERRAL_SERVICE_DOMAIN_OBLIGATIONS_H_
#define REFERRAL_SERVICE_DOMAIN_OBLIGATIONS_H_

#include <cstdint>
#include <string>

#include "individuellplan/type/v1/obligation.pb.h"
#include "referral-service/domain/types.h"

namespace ip::referral {

// All open obligations; without cursor. Obligations of a notice bear the notice's own name and are
// told apart by kind.
type::ObligationEvent ObligationsOf(const pb::NeedNotice& notice, int64_t revision);

// Who hears of the notice on the sender's side: the person, or the organization whose system sent
// it; "" when nobody can be named.
std::string NotifierParty(const pb::NeedNotice& notice);

// True when an open obligation of the notice names the party.
bool Answers(const type::ObligationEvent& event, const std::string& recipient);

}  // namespace ip::referral

#endif  // REFERRAL_SERVICE_DOMAIN_OBLIGATIONS_H_
