// The keys of "my notices".
#ifndef REFERRAL_SERVICE_STORAGE_PARTIES_H_
#define REFERRAL_SERVICE_STORAGE_PARTIES_H_

#include <string>
#include <vector>

#include "lib/auth/caller.h"
#include "referral-service/domain/types.h"

namespace ip::referral {

// In whose lists a notice stands: who sent it (for which organization), the organization whose
// system sent it, the case worker who wrote it down, and, once it is sent, whom it is about.
std::vector<std::string> PartiesOf(const pb::NeedNotice& notice);

// The lists that are the caller's; acting for somebody, that person's.
std::vector<std::string> PartiesOf(const Caller& caller);

}  // namespace ip::referral

#endif  // REFERRAL_SERVICE_STORAGE_PARTIES_H_
