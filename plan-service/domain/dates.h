// Between proto dates and calendar days in Europe/Oslo.
#ifndef PLAN_SERVICE_DOMAIN_DATES_H_
#define PLAN_SERVICE_DOMAIN_DATES_H_

#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "google/protobuf/timestamp.pb.h"
#include "google/type/date.pb.h"
#include "individuellplan/type/v1/common.pb.h"

namespace ip::plan {

// Whether it is a whole day that exists, between 1900 and 2200.
bool IsDay(const google::type::Date& date);
absl::CivilDay ToDay(const google::type::Date& date);
google::type::Date ToDate(absl::CivilDay day);

google::protobuf::Timestamp ToTimestamp(absl::Time time);
absl::Time ToTime(const google::protobuf::Timestamp& timestamp);

// Whether a day belongs to the period. An open end covers everything after it, an open start
// everything before.
bool Covers(const individuellplan::type::v1::Period& period, absl::CivilDay day);

// The same day some months later; the month's last day when it has none (31 January: 28 February).
absl::CivilDay MonthsLater(absl::CivilDay day, int months);

// The day somebody turns `years`; born on 29 February: 1 March in common years.
absl::CivilDay Birthday(const google::type::Date& birth, int years);

}  // namespace ip::plan

#endif  // PLAN_SERVICE_DOMAIN_DATES_H_
