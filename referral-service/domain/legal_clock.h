// The time the law gives the unit (fvl § 11 a). All days are in Europe/Oslo.
#ifndef REFERRAL_SERVICE_DOMAIN_LEGAL_CLOCK_H_
#define REFERRAL_SERVICE_DOMAIN_LEGAL_CLOCK_H_

#include "absl/time/civil_time.h"
#include "referral-service/domain/rules.h"
#include "referral-service/domain/types.h"

namespace ip::referral {

// The same day `months` later, or the last day of that month when it is shorter: 31 January becomes
// 28 or 29 February.
absl::CivilDay MonthsLater(absl::CivilDay day, int months);

// A clock that starts at an instant; without signal, which belongs to the moment of reading.
pb::Clock StartClock(absl::Time start, const Rules& rules);

// The last day for a decision: the legal one, or a later one that a preliminary reply has promised.
absl::CivilDay DueDay(const pb::NeedNotice& notice);

// How pressing it is on `today`; for a decided notice, how pressing it was when decided.
pb::Clock::Signal SignalOn(const pb::NeedNotice& notice, absl::CivilDay today);

}  // namespace ip::referral

#endif  // REFERRAL_SERVICE_DOMAIN_LEGAL_CLOCK_H_
