#include "referral-service/domain/types.h"

#include "absl/time/civil_time.h"

namespace ip::referral {

bool IsValid(const google::type::Date& date) {
  if (date.year() < 1 || date.year() > 9999 || date.month() < 1 || date.day() < 1) return false;
  const absl::CivilDay day = DayOf(date);
  return day.year() == date.year() && day.month() == date.month() && day.day() == date.day();
}

absl::CivilDay DayOf(const google::type::Date& date) {
  return absl::CivilDay(date.year(), date.month(), date.day());
}

google::type::Date DateOf(absl::CivilDay day) {
  google::type::Date date;
  date.set_year(static_cast<int>(day.year()));
  date.set_month(day.month());
  date.set_day(day.day());
  return date;
}

absl::CivilDay Birthday(const google::type::Date& birth, int years) {
  return absl::CivilDay(birth.year() + years, birth.month(), birth.day());
}

std::string NoticeOf(const std::string& child) {
  return child.substr(0, child.find('/', child.find('/') + 1));
}

google::protobuf::Timestamp TimestampOf(absl::Time time) {
  const int64_t micros = absl::ToUnixMicros(time);
  const int64_t seconds = absl::ToUnixSeconds(time);
  google::protobuf::Timestamp timestamp;
  timestamp.set_seconds(seconds);
  timestamp.set_nanos(static_cast<int>((micros - seconds * 1'000'000) * 1000));
  return timestamp;
}

absl::Time TimeOf(const google::protobuf::Timestamp& timestamp) {
  return absl::FromUnixSeconds(timestamp.seconds()) + absl::Nanoseconds(timestamp.nanos());
}

}  // namespace ip::referral
