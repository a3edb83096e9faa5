// Who the caller is to a notice, and what they then see of it.
#ifndef REFERRAL_SERVICE_DOMAIN_ACCESS_H_
#define REFERRAL_SERVICE_DOMAIN_ACCESS_H_

#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "lib/auth/caller.h"
#include "lib/authz/decide.h"
#include "lib/reference/reference.h"
#include "referral-service/domain/types.h"

namespace ip::referral {

// The word that stands for the caller in a history: the person, else the organization whose system
// calls, else the service.
std::string ActorOf(const Caller& caller);

// The relations of a caller to a notice. A draft is its author's alone. Whom the caller acts for
// was checked before (service/mandates.h).
authz::Facts FactsOf(const pb::NeedNotice& notice, const Caller& caller,
                     const Reference& reference);

// The relations of a caller to a unit's queue.
authz::Facts FactsOf(std::string_view unit, const Caller& caller, const Reference& reference);

// NOT_FOUND unless the permissions table lets the caller do `action` with the notice.
absl::Status CheckAccess(authz::Action action, const pb::NeedNotice& notice, const Caller& caller,
                         const Reference& reference);
// The same for a unit's queue.
absl::Status CheckAccess(authz::Action action, std::string_view unit, const Caller& caller,
                         const Reference& reference);

// The notice as the caller may see it, with the clock's signal as of `today`: the unit and the
// person see all; whoever sent it sees where it stands, not what the unit writes.
pb::NeedNotice ViewFor(pb::NeedNotice notice, const Caller& caller, const Reference& reference,
                       absl::CivilDay today);

}  // namespace ip::referral

#endif  // REFERRAL_SERVICE_DOMAIN_ACCESS_H_
