#include "notification-service/domain/hours.h"

#include <algorithm>
#include <cstdint>

#include "absl/strings/str_cat.h"
#include "lib/base/calendar.h"
#include "lib/base/clock.h"

namespace ip::notification {
namespace {

constexpr int kFirstHour = 7;
constexpr int kLastHourA = 20;
constexpr int kLastHourB = 17;
constexpr int kMorningHour = 8;
constexpr uint64_t kMorningMinutes = 30;

// FNV-1a: must be the same in every process and release, which std::hash does not promise.
uint64_t Fnv(std::string_view text) {
  uint64_t hash = 14695981039346656037u;
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211u;
  return hash;
}

struct Window {
  int first, last;
};

Window WindowOf(Class klass, const QuietHours& quiet) {
  if (klass == Class::A) return {kFirstHour, kLastHourA};
  return {std::max(kFirstHour, quiet.earliest),
          quiet.latest == 0 ? kLastHourB : std::min(kLastHourB, quiet.latest)};
}

bool IsSendingDay(absl::CivilDay day, Class klass, std::string_view recipient) {
  return IsWorkingDay(day) || (klass == Class::A && IsUnit(recipient));
}

}  // namespace

bool IsUnit(std::string_view recipient) { return recipient.starts_with("units/"); }

absl::Time MorningOf(absl::CivilDay day, std::string_view recipient) {
  const std::string seed = absl::StrCat(absl::FormatCivilTime(day), "|", std::string(recipient));
  const auto minute = static_cast<int>((Fnv(seed) >> 32) % kMorningMinutes);
  return absl::FromCivil(
      absl::CivilSecond(day.year(), day.month(), day.day(), kMorningHour, minute, 0), Oslo());
}

bool IsUsable(const QuietHours& quiet) {
  const Window window = WindowOf(Class::B, quiet);
  return quiet.earliest >= 0 && quiet.latest >= 0 && quiet.latest <= 24 &&
         window.last > std::max(window.first, kMorningHour);
}

bool MaySend(absl::Time now, Class klass, std::string_view recipient, const QuietHours& quiet) {
  const absl::CivilHour hour = absl::ToCivilHour(now, Oslo());
  const Window window = WindowOf(klass, quiet);
  return hour.hour() >= window.first && hour.hour() < window.last &&
         IsSendingDay(absl::CivilDay(hour), klass, recipient);
}

absl::Time NextSendable(absl::Time t, Class klass, std::string_view recipient,
                        const QuietHours& quiet) {
  if (MaySend(t, klass, recipient, quiet)) return t;
  const int later = std::max(0, WindowOf(klass, quiet).first - kMorningHour);
  for (absl::CivilDay day = OsloDay(t);; ++day) {
    if (!IsSendingDay(day, klass, recipient)) continue;
    const absl::Time morning = MorningOf(day, recipient) + absl::Hours(later);
    if (morning >= t) return morning;
  }
}

}  // namespace ip::notification
