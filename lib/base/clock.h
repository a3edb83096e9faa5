// Time. Nothing in the suite asks the machine for the time except through a Clock.
#ifndef LIB_BASE_CLOCK_H_
#define LIB_BASE_CLOCK_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"

namespace ip {

// Where "now" comes from. Instants are truncated to whole microseconds, the resolution that is
// stored.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual absl::Time Now() const = 0;
};

// The machine's own time. Leases, tokens and sessions always use this one.
const Clock& SystemClock();

// The machine's time plus an offset that all processes share through a small mapped file, so that a
// demo or a test can live through half a year in seconds. Creates the file when it is missing.
// Errors: UNAVAILABLE when the file cannot be opened.
absl::StatusOr<std::unique_ptr<Clock>> OpenShiftedClock(const std::string& file);

// The business clock a server runs on: the system clock, or a shifted one when `shift_file` is set.
// Errors: INVALID_ARGUMENT when a shift is asked for in production.
absl::StatusOr<std::unique_ptr<Clock>> MakeBusinessClock(const std::string& shift_file,
                                                         bool production);

// Europe/Oslo: the zone of all calendar days, legal deadlines and sending hours.
absl::TimeZone Oslo();

// The calendar day in Oslo at an instant.
inline absl::CivilDay OsloDay(absl::Time t) { return absl::ToCivilDay(t, Oslo()); }

}  // namespace ip

#endif  // LIB_BASE_CLOCK_H_
