// Norwegian national identity numbers: fødselsnummer and D-nummer, real and synthetic.
#ifndef LIB_AUTH_NATIONAL_ID_H_
#define LIB_AUTH_NATIONAL_ID_H_

#include <array>
#include <ostream>
#include <string_view>

#include "absl/status/statusor.h"
#include "absl/time/civil_time.h"

namespace ip::auth {

// Which numbers may be: real persons never meet a test system, synthetic ones never production.
enum class Numbers { kReal, kSynthetic, kBoth };

inline Numbers NumbersFor(bool production) {
  return production ? Numbers::kReal : Numbers::kSynthetic;
}

// A well-formed number. It cannot be printed or formatted: whoever needs the digits says Reveal().
// Birth date and sex are not offered on purpose: they cannot be read from every series.
class NationalId {
 public:
  // Eleven digits with valid date part and check digits; D-numbers (day + 40) too. Synthetic are
  // month
  // + 80 (Tenor), + 65 (NHN) and + 40 (Dolly). Check digits by the rule of 2032, which holds for
  // all older numbers as well. Errors: INVALID_ARGUMENT / NATIONAL_ID_INVALID,
  // NATIONAL_ID_SYNTHETIC or NATIONAL_ID_REAL; the text never repeats the number.
  static absl::StatusOr<NationalId> Parse(std::string_view text, Numbers numbers);

  // The eleven digits. Each use must have a legal ground and must not reach a log.
  std::string_view Reveal() const { return {digits_.data(), digits_.size()}; }

  bool operator==(const NationalId&) const = default;
  friend std::ostream& operator<<(std::ostream&, const NationalId&) = delete;

 private:
  NationalId() = default;
  std::array<char, 11> digits_{};
};

// The `serial`-th (from 0) Tenor-style number of somebody born on that day; for tests and demo
// data. tools/lib/tenor.py makes the same numbers. Errors: INVALID_ARGUMENT for a year outside
// 1900-2039 or a serial that day does not have (every day has at least 300).
absl::StatusOr<NationalId> MakeSynthetic(absl::CivilDay birth, int serial);

}  // namespace ip::auth

#endif  // LIB_AUTH_NATIONAL_ID_H_
