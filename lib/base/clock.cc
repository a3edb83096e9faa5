#include "lib/base/clock.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <atomic>
#include <cstdint>

#include "absl/strings/str_cat.h"

namespace ip {
namespace {

absl::Time Micros(absl::Time t) { return absl::FromUnixMicros(absl::ToUnixMicros(t)); }

class RealClock final : public Clock {
 public:
  absl::Time Now() const override { return Micros(absl::Now()); }
};

class ShiftedClock final : public Clock {
 public:
  explicit ShiftedClock(const std::atomic<int64_t>* offset_micros) : offset_(offset_micros) {}
  ~ShiftedClock() override { munmap(const_cast<std::atomic<int64_t>*>(offset_), sizeof(*offset_)); }
  absl::Time Now() const override {
    return Micros(absl::Now()) + absl::Microseconds(offset_->load());
  }

 private:
  const std::atomic<int64_t>* offset_;
};

}  // namespace

const Clock& SystemClock() {
  static const RealClock clock;
  return clock;
}

absl::StatusOr<std::unique_ptr<Clock>> OpenShiftedClock(const std::string& file) {
  static_assert(std::atomic<int64_t>::is_always_lock_free);
  const int fd = open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  if (fd < 0 || ftruncate(fd, sizeof(int64_t)) != 0) {
    if (fd >= 0) close(fd);
    return absl::UnavailableError(absl::StrCat("cannot open the clock file ", file));
  }
  void* map = mmap(nullptr, sizeof(int64_t), PROT_READ, MAP_SHARED, fd, 0);
  close(fd);
  if (map == MAP_FAILED) return absl::UnavailableError(absl::StrCat("cannot map ", file));
  return std::make_unique<ShiftedClock>(static_cast<const std::atomic<int64_t>*>(map));
}

absl::StatusOr<std::unique_ptr<Clock>> MakeBusinessClock(const std::string& shift_file,
                                                         bool production) {
  if (shift_file.empty()) return std::make_unique<RealClock>();
  if (production) {
    return absl::InvalidArgumentError(
        "--clock_shift_file is for tests; it is refused in production");
  }
  return OpenShiftedClock(shift_file);
}

absl::TimeZone Oslo() {
  static const absl::TimeZone zone = [] {
    absl::TimeZone z;
    if (!absl::LoadTimeZone("Europe/Oslo", &z)) std::abort();  // tzdata is a package dependency
    return z;
  }();
  return zone;
}

}  // namespace ip
