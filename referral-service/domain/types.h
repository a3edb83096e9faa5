// Short names for the messages that all of this service speaks of.
#ifndef REFERRAL_SERVICE_DOMAIN_TYPES_H_
#define REFERRAL_SERVICE_DOMAIN_TYPES_H_

#include <string>

#include "absl/time/time.h"
#include "google/type/date.pb.h"
#include "individuellplan/referral/v1/need_notice.pb.h"
#include "individuellplan/type/v1/common.pb.h"

namespace ip::referral {

namespace pb = individuellplan::referral::v1;
namespace type = individuellplan::type::v1;

using State = pb::NeedNotice::State;

// One step in a notice's life: who does what, when and why.
struct Step {
  std::string action;        // the method's name, a row of the state table
  std::string actor;         // see ActorOf
  std::string display_name;  // of the actor, "" when unknown
  std::string reason;        // as they gave it, may be ""
  absl::Time now;
};

// Calendar days. A date that is not set is google.type.Date's default, which is no valid day.
bool IsValid(const google::type::Date& date);
absl::CivilDay DayOf(const google::type::Date& date);
google::type::Date DateOf(absl::CivilDay day);

// The day somebody turns `years`; born on 29 February: 1 March in common years.
absl::CivilDay Birthday(const google::type::Date& birth, int years);

// "notices/{notice}" of "notices/{notice}/complaints/{complaint}" or another child.
std::string NoticeOf(const std::string& child);

// Instants, to the microsecond.
google::protobuf::Timestamp TimestampOf(absl::Time time);
absl::Time TimeOf(const google::protobuf::Timestamp& timestamp);

}  // namespace ip::referral

#endif  // REFERRAL_SERVICE_DOMAIN_TYPES_H_
